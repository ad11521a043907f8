// How much free memory may stay in RAM as time goes by.
//
// Memory that was freed a moment ago will likely be used again, and giving it
// back and faulting it in anew costs 35 times what clearing it does; memory
// that nobody took for a second won't be. Between the two lies a smooth curve,
// so that a burst of frees doesn't become a burst of system calls. The scheme
// is jemalloc's ("decay.h" there): the amount freed in each of the last kTicks
// ticks, weighted by a smoothstep of its age, is what may stay.

#ifndef ALLOCATOR_PAGES_DECAY_H_
#define ALLOCATOR_PAGES_DECAY_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace jsheap {

// Amounts are in whatever unit the caller counts. Not thread-safe.
class Decay {
 public:
  // After so many ticks nothing of an amount may stay.
  static constexpr size_t kTicks = 10;

  // A tick has passed and `now` is free. What of it may stay.
  uint64_t Tick(uint64_t now) {
    for (size_t age = kTicks - 1; age > 0; --age) {
      freed_[age] = freed_[age - 1];
    }
    freed_[0] = now > kept_ ? now - kept_ : 0;
    double may_stay = 0;
    for (size_t age = 0; age < kTicks; ++age) {
      may_stay += static_cast<double>(freed_[age]) * Weight(age);
    }
    const uint64_t limit = static_cast<uint64_t>(may_stay);
    kept_ = now < limit ? now : limit;
    return limit;
  }

  // Nothing that was freed earlier may stay any longer.
  bool IsIdle() const {
    for (uint64_t freed : freed_) {
      if (freed != 0) return false;
    }
    return true;
  }

  void Reset() { *this = Decay(); }

 private:
  // 1 for what is new, 0 for what is kTicks old: 3x^2 - 2x^3 of the rest.
  static constexpr double Weight(size_t age) {
    const double x =
        1.0 - static_cast<double>(age + 1) / static_cast<double>(kTicks);
    return x * x * (3 - 2 * x);
  }

  std::array<uint64_t, kTicks> freed_ = {};  // in each tick, the newest first
  uint64_t kept_ = 0;                        // free after the last tick
};

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_DECAY_H_
