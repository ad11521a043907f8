// A limit on bytes in use, one of a tree: process > isolate > arena.
//
// A charge is taken here and at every ancestor, or nowhere. `used` never
// passes `limit`, not even for a moment, so a refusal is exact to the byte
// under any number of threads: before it says no, a budget takes back what the
// accounts below it hold in advance and counts what they freed (account.h).
//
// Thread-safe. A tree has one lock, which its root keeps; whoever charges often
// does so through an account, and seldom needs it.

#ifndef ALLOCATOR_BUDGET_BUDGET_H_
#define ALLOCATOR_BUDGET_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>

namespace jsheap {

class Account;

class Budget {
 public:
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  // `parent` may be null and must outlive this. `name` is a literal, for
  // whoever asks which budget was in the way.
  explicit Budget(uint64_t limit = kUnlimited, Budget* parent = nullptr,
                  const char* name = "");
  // Has neither children nor accounts any more.
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Takes `bytes`, or takes nothing, counts a failure and returns false.
  bool TryCharge(uint64_t bytes);

  // Takes `bytes` even beyond the limit, for what can't be refused.
  void Charge(uint64_t bytes);

  // Gives back what was charged.
  void Release(uint64_t bytes);

  const char* name() const { return name_; }
  // The lowest of this limit and its ancestors'.
  uint64_t lowest_limit() const;
  // The innermost of this budget and its ancestors that has no room for
  // `bytes` more; null when all have.
  const Budget* ObstacleFor(uint64_t bytes) const;

  // By how many bytes this budget or an ancestor is beyond its limit, the most
  // of them.
  uint64_t Excess() const;
  // How many bytes could be charged now; kUnlimited where there is no limit.
  uint64_t room() const;
  // Whether this budget or an ancestor has a limit.
  bool IsLimited() const;

  // Bytes charged and not released, without what accounts hold in advance.
  uint64_t used() const;
  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  uint64_t failures() const {
    return failures_.load(std::memory_order_relaxed);
  }

  // Below what is in use now, further charges fail until enough is released.
  // Where there was no limit in the tree before, what other threads are
  // allocating at this moment may still go beyond it.
  void set_limit(uint64_t limit);

 private:
  friend class Account;

  // All of these under the tree's lock.
  bool TryChargeLocked(uint64_t bytes);
  void ChargeLocked(uint64_t bytes);
  void ReleaseLocked(uint64_t bytes);
  bool Fits(uint64_t bytes) const;
  // What could be charged here now.
  uint64_t RoomLocked() const;
  template <typename Fn>
  void ForEachAccount(Fn fn);

  Budget* const parent_;
  Budget* const root_;
  const char* const name_;
  std::atomic<uint64_t> limit_;
  std::atomic<uint64_t> failures_{0};

  std::mutex mutex_;   // of a root: the tree's lock; the rest is guarded by it
  uint64_t used_ = 0;  // with what accounts hold in advance
  Budget* first_child_ = nullptr;
  Budget* next_sibling_ = nullptr;
  Budget* previous_sibling_ = nullptr;
  Account* first_account_ = nullptr;
};

}  // namespace jsheap

#endif  // ALLOCATOR_BUDGET_BUDGET_H_
