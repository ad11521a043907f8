// A limit on bytes in use, one of a tree: process > isolate > arena.
//
// A charge is taken here and at every ancestor, or nowhere. `used` never
// passes `limit`, not even for a moment, so a refusal is exact to the byte
// under any number of threads.

#ifndef ALLOCATOR_BUDGET_BUDGET_H_
#define ALLOCATOR_BUDGET_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <limits>

namespace jsheap {

class Budget {
 public:
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  // `parent` may be null and must outlive this.
  explicit Budget(uint64_t limit = kUnlimited, Budget* parent = nullptr)
      : limit_(limit), parent_(parent) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Takes `bytes`, or takes nothing, counts a failure and returns false.
  bool TryCharge(uint64_t bytes);

  // Takes `bytes` even beyond the limit, for what can't be refused.
  void Charge(uint64_t bytes);

  // Gives back what was charged.
  void Release(uint64_t bytes);

  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  uint64_t failures() const {
    return failures_.load(std::memory_order_relaxed);
  }

  // Below what is in use now, further charges fail until enough is released.
  void set_limit(uint64_t limit) {
    limit_.store(limit, std::memory_order_relaxed);
  }

 private:
  bool TryChargeSelf(uint64_t bytes);
  void RaisePeak(uint64_t used);

  std::atomic<uint64_t> used_{0};
  std::atomic<uint64_t> peak_{0};
  std::atomic<uint64_t> limit_;
  std::atomic<uint64_t> failures_{0};
  Budget* const parent_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_BUDGET_BUDGET_H_
