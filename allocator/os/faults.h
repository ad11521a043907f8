// Makes the system refuse, for tests: every call in memory.h that can be
// refused may be told to fail. In every build, as such calls are rare and slow
// and the question costs them one relaxed load.
//
// The idea is SQLite's ("How SQLite Is Tested", 3.1): run a piece of work again
// and again, and let its first, second, … call fail, until it needs no more
// calls than that.

#ifndef ALLOCATOR_OS_FAULTS_H_
#define ALLOCATOR_OS_FAULTS_H_

#include <atomic>
#include <cstdint>

namespace jsheap::os {

// Of the calls that follow, in all threads, lets the `first`-th one (from 1)
// fail and `count` - 1 more after it. Thread-safe. While one exists, no second
// one may be made.
class Faults {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;  // as `first`: only count
  static constexpr uint64_t kAllFromThere = UINT64_MAX;  // as `count`

  explicit Faults(uint64_t first, uint64_t count = 1);
  ~Faults() { Stop(); }
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  // Nothing fails any more, and nothing is counted.
  void Stop();

  // Calls since the beginning, and how many of them failed.
  uint64_t calls() const;
  uint64_t failed() const;
};

namespace internal {

extern constinit std::atomic<bool> g_faults_armed;
bool CountsAndFails();

// For memory.cc: whether this call is to fail.
inline bool Refused() {
  return g_faults_armed.load(std::memory_order_relaxed) && CountsAndFails();
}

}  // namespace internal

}  // namespace jsheap::os

#endif  // ALLOCATOR_OS_FAULTS_H_
