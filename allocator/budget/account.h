// Who allocates blocks under a budget, and counts them: an account does both
// at the cost of a few plain loads and stores a block.
//
// Every thread counts in a lane of its own, a cache line that nobody else
// writes; readers add the lanes up. Without a limit in the budget's tree that
// is all. With one, a thread charges some bytes in advance and allocates out of
// this credit, still with plain loads and stores; a budget that would have to
// refuse first recalls all credit and writes down all frees, under the tree's
// lock. Recalling is Dekker's protocol, in which the one who recalls pays for
// both fences (os/fence.h).
//
// Thread-safe. Sizes are bytes.

#ifndef ALLOCATOR_BUDGET_ACCOUNT_H_
#define ALLOCATOR_BUDGET_ACCOUNT_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/budget/budget.h"
#include "allocator/os/fence.h"

namespace jsheap {
namespace internal {

// Numbers threads from 1 in the order in which they come to an account; never
// reused. 0 for those that haven't.
extern constinit thread_local uint32_t t_thread_number;

}  // namespace internal

class Account {
 private:
  using Counter = std::atomic<uint64_t>;
  static constexpr uint32_t kNobody = ~uint32_t{0};

 public:
  // What one thread has counted. Written by that thread alone, but for
  // `credit` and `is_closed`; the counts only ever grow.
  class alignas(64) Lane {
    friend class Account;

    std::atomic<uint32_t> owner{kNobody};
    // The credit is being taken from, by the owner, or taken away, by others:
    // who set his flag and saw the other's not may do it.
    std::atomic<bool> is_in_use{false};
    std::atomic<bool> is_closed{false};
    Counter credit{0};     // bytes charged in advance
    Counter uncharged{0};  // bytes allocated while there was no limit
    Counter allocated_blocks{0};
    Counter allocated_bytes{0};
    Counter freed_blocks{0};
    Counter freed_bytes{0};
    // As long as allocated_bytes is no more than this, the peak can't have been
    // passed.
    Counter next_peak{0};
    // A second line, only used for blocks that somebody else pays for.
    Counter freed_unpaid_bytes{0};  // of freed_bytes
  };
  static_assert(sizeof(Lane) == 128);

  // The most that a thread charges in advance.
  static constexpr uint64_t kMostCredit = uint64_t{1} << 20;

  // Once a process; may come with the first account, but takes milliseconds
  // where there are other threads already.
  static void Prepare() { os::HasFenceForAll(); }

  // `budget` must outlive this.
  explicit Account(Budget* budget);
  // Blocks that are still live stay charged.
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  // Charges the budget, or charges nothing and returns null. The result is for
  // CountAllocation, on this thread.
  Lane* TryCharge(uint64_t bytes) {
    Lane& lane = Mine();
    if (is_limited_.load(std::memory_order_relaxed)) {
      const bool charged =
          (is_credit_own_ && &lane != &lanes_[kLanes] && Spend(lane, bytes)) ||
          TryChargeLimited(lane, bytes);
      return charged ? &lane : nullptr;
    }
    Add(lane, lane.uncharged, bytes);
    return &lane;
  }

  // The same beyond the limit, for what can't be refused.
  Lane& Charge(uint64_t bytes);

  // Gives a charge back for which there was no block.
  void Uncharge(uint64_t bytes);

  // A block of so many bytes, charged before, is live now.
  void CountAllocation(Lane& lane, uint64_t bytes) {
    Add(lane, lane.allocated_blocks, 1);
    const uint64_t all = Add(lane, lane.allocated_bytes, bytes);
    if (all > lane.next_peak.load(std::memory_order_relaxed)) [[unlikely]] {
      RaisePeak(lane, all);
    }
  }

  // Such a block is gone; its charge is given back.
  void CountFree(uint64_t bytes) {
    Lane& lane = Mine();
    Add(lane, lane.freed_blocks, 1);
    // Whoever sees this sees the allocation too: see SettleLocked.
    Add(lane, lane.freed_bytes, bytes, std::memory_order_release);
  }

  // A block for which somebody else is charged comes and goes.
  void CountUnpaidAllocation(uint64_t bytes) { CountAllocation(Mine(), bytes); }
  void CountUnpaidFree(uint64_t bytes) {
    Lane& lane = Mine();
    // Before it counts as freed, so that nothing is given back for it.
    Add(lane, lane.freed_unpaid_bytes, bytes, std::memory_order_release);
    CountFree(bytes);
  }

  uint64_t allocations() const { return Sum(&Lane::allocated_blocks); }
  uint64_t frees() const { return Sum(&Lane::freed_blocks); }
  uint64_t allocated_bytes() const { return Sum(&Lane::allocated_bytes); }
  uint64_t live_blocks() const {
    return Live(&Lane::allocated_blocks, &Lane::freed_blocks);
  }
  uint64_t live_bytes() const {
    return Live(&Lane::allocated_bytes, &Lane::freed_bytes);
  }
  // The most that was ever live. Exact while one thread allocates, as an
  // isolate's does; what several allocate at one time may be missed.
  uint64_t peak_live_bytes() const {
    return std::max(peak_live_bytes_.load(std::memory_order_relaxed),
                    earlier_peak_bytes_.load(std::memory_order_relaxed));
  }

  // The most that is live while it lives. Windows nest; on one thread.
  class PeakWindow {
   public:
    explicit PeakWindow(Account* account);
    ~PeakWindow();
    PeakWindow(const PeakWindow&) = delete;
    PeakWindow& operator=(const PeakWindow&) = delete;

    uint64_t peak_live_bytes() const {
      return account_->peak_live_bytes_.load(std::memory_order_relaxed);
    }

   private:
    Account* const account_;
    const uint64_t outer_peak_bytes_;
  };

 private:
  friend class Budget;

  // A thread's number says which lane it may have. Threads that find theirs
  // taken share one more.
  static constexpr size_t kLanes = 8;

  Lane& Mine() {
    const uint32_t me = internal::t_thread_number;
    Lane& lane = lanes_[me % kLanes];
    if (lane.owner.load(std::memory_order_relaxed) == me) [[likely]]
      return lane;
    return Claim();
  }
  Lane& Claim();

  // Returns the sum. Only the shared lane needs a read-modify-write.
  uint64_t Add(Lane& lane, Counter& counter, uint64_t by,
               std::memory_order order = std::memory_order_relaxed) {
    if (&lane == &lanes_[kLanes]) [[unlikely]]
      return counter.fetch_add(by, order) + by;
    const uint64_t sum = counter.load(std::memory_order_relaxed) + by;
    counter.store(sum, order);
    return sum;
  }

  // Out of the calling thread's credit, if there is enough.
  static bool Spend(Lane& lane, uint64_t bytes) {
    lane.is_in_use.store(true, std::memory_order_relaxed);
    os::LightFence();
    // In this order: a lane that was opened again has no credit any more.
    const bool is_closed = lane.is_closed.load(std::memory_order_acquire);
    const uint64_t credit = lane.credit.load(std::memory_order_relaxed);
    const bool may = !is_closed && bytes <= credit;
    if (may) lane.credit.store(credit - bytes, std::memory_order_relaxed);
    lane.is_in_use.store(false, std::memory_order_release);
    return may;
  }
  bool SpendShared(Lane& lane, uint64_t bytes);
  bool TryChargeLimited(Lane& lane, uint64_t bytes);
  void RaisePeak(Lane& lane, uint64_t allocated);
  uint64_t Sum(Counter Lane::* counter) const;
  uint64_t Live(Counter Lane::* allocated, Counter Lane::* freed) const;

  // For budgets, under the tree's lock.
  void SettleLocked();  // writes down what the lanes have counted
  void RecallLocked();  // the same, and takes back all credit
  void CloseLocked();
  uint64_t CreditLocked() const { return Sum(&Lane::credit); }
  void LimitChangedLocked();

  Budget* const budget_;
  const bool is_credit_own_;  // else lanes' credit is only changed atomically
  std::atomic<bool> is_limited_;
  std::atomic<uint32_t> lanes_in_use_;  // a bit a lane
  // Since the innermost PeakWindow began, and before that.
  Counter peak_live_bytes_{0};
  Counter earlier_peak_bytes_{0};
  // Guarded by the tree's lock:
  uint64_t settled_frees_ = 0;
  uint64_t settled_uncharged_ = 0;
  Account* next_ = nullptr;
  Account* previous_ = nullptr;

  std::array<Lane, kLanes + 1> lanes_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_BUDGET_ACCOUNT_H_
