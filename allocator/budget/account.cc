#include "allocator/budget/account.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <thread>

namespace jsheap {
namespace internal {

constinit thread_local uint32_t t_thread_number = 0;

}  // namespace internal

namespace {

// Of the room that is left a thread takes at most this part in advance, so
// that several don't recall each other's credit before the limit is near.
constexpr uint64_t kCreditShare = 16;

uint32_t NextThreadNumber() {
  static std::atomic<uint32_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

Account::Account(Budget* budget)
    : budget_(budget),
      is_credit_own_(os::HasFenceForAll()),
      lanes_in_use_(uint32_t{1} << kLanes) {
  std::lock_guard lock(budget->root_->mutex_);
  is_limited_.store(budget->IsLimited(), std::memory_order_relaxed);
  next_ = budget->first_account_;
  if (next_ != nullptr) next_->previous_ = this;
  budget->first_account_ = this;
}

Account::~Account() {
  std::lock_guard lock(budget_->root_->mutex_);
  RecallLocked();
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : budget_->first_account_) = next_;
}

Account::Lane& Account::Claim() {
  uint32_t& me = internal::t_thread_number;
  if (me == 0) me = NextThreadNumber();
  const size_t index = me % kLanes;
  Lane& lane = lanes_[index];
  uint32_t owner = kNobody;
  if (lane.owner.compare_exchange_strong(owner, me,
                                         std::memory_order_relaxed)) {
    lanes_in_use_.fetch_or(uint32_t{1} << index, std::memory_order_relaxed);
  }
  return owner == kNobody || owner == me ? lane : lanes_[kLanes];
}

Account::Lane& Account::Charge(uint64_t bytes) {
  Lane& lane = Mine();
  budget_->Charge(bytes);
  return lane;
}

void Account::Uncharge(uint64_t bytes) {
  std::lock_guard lock(budget_->root_->mutex_);
  SettleLocked();  // What is given back may not have been written down yet.
  budget_->ReleaseLocked(bytes);
}

// Of a lane that several threads use.
bool Account::SpendShared(Lane& lane, uint64_t bytes) {
  uint64_t credit = lane.credit.load(std::memory_order_relaxed);
  while (bytes <= credit) {
    if (lane.credit.compare_exchange_weak(credit, credit - bytes,
                                          std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool Account::TryChargeLimited(Lane& lane, uint64_t bytes) {
  const bool is_own = is_credit_own_ && &lane != &lanes_[kLanes];
  if (!is_own && SpendShared(lane, bytes)) return true;
  std::lock_guard lock(budget_->root_->mutex_);
  SettleLocked();
  if (!budget_->TryChargeLocked(bytes)) return false;
  if (!is_limited_.load(std::memory_order_relaxed)) return true;
  const uint64_t held = lane.credit.load(std::memory_order_relaxed);
  const uint64_t wanted =
      std::min(kMostCredit, budget_->RoomLocked() / kCreditShare);
  if (held < wanted) {
    budget_->ChargeLocked(wanted - held);
    lane.credit.fetch_add(wanted - held, std::memory_order_relaxed);
  }
  return true;
}

void Account::RaisePeak(Lane& lane, uint64_t allocated) {
  const uint64_t live = live_bytes();
  uint64_t peak = peak_live_bytes_.load(std::memory_order_relaxed);
  while (live > peak && !peak_live_bytes_.compare_exchange_weak(
                            peak, live, std::memory_order_relaxed)) {
  }
  lane.next_peak.store(allocated + (std::max(peak, live) - live),
                       std::memory_order_relaxed);
}

Account::PeakWindow::PeakWindow(Account* account)
    : account_(account), outer_peak_bytes_(account->peak_live_bytes_) {
  account->earlier_peak_bytes_ = account->peak_live_bytes();
  account->peak_live_bytes_ = account->live_bytes();
  for (Lane& lane : account->lanes_) lane.next_peak = 0;
}

Account::PeakWindow::~PeakWindow() {
  account_->peak_live_bytes_ = std::max(outer_peak_bytes_, peak_live_bytes());
}

uint64_t Account::Sum(Counter Lane::* counter) const {
  uint64_t sum = 0;
  for (uint32_t lanes = lanes_in_use_.load(std::memory_order_acquire);
       lanes != 0; lanes &= lanes - 1) {
    const Lane& lane = lanes_[static_cast<size_t>(std::countr_zero(lanes))];
    sum += (lane.*counter).load(std::memory_order_acquire);
  }
  return sum;
}

// Frees are read first: read later, they could outnumber the allocations.
uint64_t Account::Live(Counter Lane::* allocated, Counter Lane::* freed) const {
  const uint64_t gone = Sum(freed);
  return Sum(allocated) - gone;
}

// Frees first, for the same reason; and of them those that were never charged
// last, so that some are taken for charged too late rather than too early.
void Account::SettleLocked() {
  const uint64_t freed = Sum(&Lane::freed_bytes);
  const uint64_t unpaid = Sum(&Lane::freed_unpaid_bytes);
  const uint64_t frees =
      std::max(settled_frees_, freed - std::min(freed, unpaid));
  const uint64_t uncharged = Sum(&Lane::uncharged);
  budget_->ChargeLocked(uncharged - settled_uncharged_);
  budget_->ReleaseLocked(frees - settled_frees_);
  settled_uncharged_ = uncharged;
  settled_frees_ = frees;
}

// Waits until no other thread takes from its credit, and keeps them from
// beginning to. Then all credit may be changed, until the lanes are opened.
void Account::CloseLocked() {
  const uint32_t me = internal::t_thread_number;
  bool is_any_closed = false;
  for (size_t i = 0; i < kLanes; ++i) {
    Lane& lane = lanes_[i];
    if (lane.credit.load(std::memory_order_relaxed) == 0 ||
        lane.owner.load(std::memory_order_relaxed) == me) {
      continue;
    }
    lane.is_closed.store(true, std::memory_order_relaxed);
    is_any_closed = true;
  }
  if (!is_any_closed) return;
  os::FenceForAll();
  for (Lane& lane : lanes_) {
    if (!lane.is_closed.load(std::memory_order_relaxed)) continue;
    while (lane.is_in_use.load(std::memory_order_acquire)) {
      std::this_thread::yield();
    }
  }
}

void Account::RecallLocked() {
  SettleLocked();
  if (is_credit_own_) CloseLocked();
  for (Lane& lane : lanes_) {
    if (lane.credit.load(std::memory_order_relaxed) == 0) continue;
    budget_->ReleaseLocked(lane.credit.exchange(0, std::memory_order_relaxed));
    lane.is_closed.store(false, std::memory_order_release);
  }
}

void Account::LimitChangedLocked() {
  is_limited_.store(budget_->IsLimited(), std::memory_order_relaxed);
  RecallLocked();
}

}  // namespace jsheap
