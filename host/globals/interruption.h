// That somebody wants a program to end, told to the thread that runs it
// wherever it waits for the system.

#ifndef HOST_GLOBALS_INTERRUPTION_H_
#define HOST_GLOBALS_INTERRUPTION_H_

#include <atomic>
#include <chrono>

namespace jshost {

class Interruption {
 public:
  Interruption() = default;
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // For good: who waits stops that, and nobody waits any more. Any thread.
  void Raise();
  // Any thread.
  bool is_raised() const { return is_raised_; }

  // Waits until `fd` has one of poll's `events`, or an error. False when this
  // was raised. One thread at a time.
  bool WaitFor(int fd, short events);
  // The same for a time.
  bool Sleep(std::chrono::milliseconds time);

 private:
  int Event();
  bool Poll(int fd, short events, std::chrono::milliseconds time);

  std::atomic<bool> is_raised_{false};
  std::atomic<int> event_{-1};  // an eventfd, made by the first that waits
};

}  // namespace jshost

#endif  // HOST_GLOBALS_INTERRUPTION_H_
