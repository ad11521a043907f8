// Calls back later, whatever the threads that run JavaScript are doing: for
// timeouts, and for terminating what doesn't end at once.

#ifndef HOST_RUNTIME_WATCHDOG_H_
#define HOST_RUNTIME_WATCHDOG_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace jshost {

// Thread-safe. Its thread runs while there is something to wait for.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;
  using Id = std::pair<Clock::time_point, uint64_t>;

  // One for all, never destroyed.
  static Watchdog& Process();

  Watchdog() = default;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Calls `fn` on the watchdog's thread at `when`; it must be quick, and must
  // not call the watchdog but for Call.
  Id Call(Clock::time_point when, std::function<void()> fn);

  // It won't be called after this has returned. May be called and gone
  // already.
  void Cancel(Id id);

 private:
  void Run();

  std::mutex mutex_;
  std::mutex calling_;  // held during a call; taken before mutex_
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<Id, std::function<void()>> calls_;
  uint64_t last_ = 0;
  bool is_running_ = false;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_WATCHDOG_H_
