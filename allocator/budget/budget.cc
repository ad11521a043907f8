#include "allocator/budget/budget.h"

#include <algorithm>

#include "allocator/budget/account.h"

namespace jsheap {

Budget::Budget(uint64_t limit, Budget* parent, const char* name)
    : parent_(parent),
      root_(parent != nullptr ? parent->root_ : this),
      name_(name),
      limit_(limit) {
  if (parent == nullptr) return;
  std::lock_guard lock(root_->mutex_);
  next_sibling_ = parent->first_child_;
  if (next_sibling_ != nullptr) next_sibling_->previous_sibling_ = this;
  parent->first_child_ = this;
}

Budget::~Budget() {
  if (parent_ == nullptr) return;
  std::lock_guard lock(root_->mutex_);
  if (next_sibling_ != nullptr) {
    next_sibling_->previous_sibling_ = previous_sibling_;
  }
  (previous_sibling_ != nullptr ? previous_sibling_->next_sibling_
                                : parent_->first_child_) = next_sibling_;
}

bool Budget::TryCharge(uint64_t bytes) {
  std::lock_guard lock(root_->mutex_);
  return TryChargeLocked(bytes);
}

void Budget::Charge(uint64_t bytes) {
  std::lock_guard lock(root_->mutex_);
  ChargeLocked(bytes);
}

void Budget::Release(uint64_t bytes) {
  std::lock_guard lock(root_->mutex_);
  ReleaseLocked(bytes);
}

uint64_t Budget::used() const {
  // What accounts have counted by themselves only has to be written down.
  auto* const self = const_cast<Budget*>(this);
  std::lock_guard lock(root_->mutex_);
  uint64_t in_advance = 0;
  self->ForEachAccount([&](Account& account) {
    account.SettleLocked();
    in_advance += account.CreditLocked();
  });
  return used_ - std::min(used_, in_advance);
}

uint64_t Budget::lowest_limit() const {
  uint64_t lowest = kUnlimited;
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    lowest = std::min(lowest, budget->limit());
  }
  return lowest;
}

const Budget* Budget::ObstacleFor(uint64_t bytes) const {
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    const uint64_t most = budget->limit();
    if (most == kUnlimited) continue;
    if (bytes > most || budget->used() > most - bytes) return budget;
  }
  return nullptr;
}

uint64_t Budget::Excess() const {
  uint64_t excess = 0;
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    const uint64_t most = budget->limit();
    if (most == kUnlimited) continue;
    const uint64_t in_use = budget->used();
    excess = std::max(excess, in_use - std::min(in_use, most));
  }
  return excess;
}

uint64_t Budget::room() const {
  uint64_t room = kUnlimited;
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    const uint64_t most = budget->limit();
    if (most == kUnlimited) continue;
    room = std::min(room, most - std::min(most, budget->used()));
  }
  return room;
}

void Budget::set_limit(uint64_t limit) {
  std::lock_guard lock(root_->mutex_);
  limit_.store(limit, std::memory_order_relaxed);
  ForEachAccount([](Account& account) { account.LimitChangedLocked(); });
}

bool Budget::TryChargeLocked(uint64_t bytes) {
  for (Budget* budget = this; budget != nullptr; budget = budget->parent_) {
    if (budget->Fits(bytes)) continue;
    budget->ForEachAccount([](Account& account) { account.RecallLocked(); });
    if (budget->Fits(bytes)) continue;
    budget->failures_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  ChargeLocked(bytes);
  return true;
}

void Budget::ChargeLocked(uint64_t bytes) {
  for (Budget* budget = this; budget != nullptr; budget = budget->parent_) {
    budget->used_ += bytes;
  }
}

void Budget::ReleaseLocked(uint64_t bytes) {
  for (Budget* budget = this; budget != nullptr; budget = budget->parent_) {
    budget->used_ -= bytes;
  }
}

bool Budget::Fits(uint64_t bytes) const {
  const uint64_t most = limit();
  return bytes <= most && used_ <= most - bytes;
}

uint64_t Budget::RoomLocked() const {
  uint64_t room = kUnlimited;
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    const uint64_t most = budget->limit();
    room = std::min(room, most - std::min(most, budget->used_));
  }
  return room;
}

bool Budget::IsLimited() const {
  for (const Budget* budget = this; budget != nullptr;
       budget = budget->parent_) {
    if (budget->limit() != kUnlimited) return true;
  }
  return false;
}

// Those of this budget and of all below it.
template <typename Fn>
void Budget::ForEachAccount(Fn fn) {
  for (Account* account = first_account_; account != nullptr;
       account = account->next_) {
    fn(*account);
  }
  for (Budget* child = first_child_; child != nullptr;
       child = child->next_sibling_) {
    child->ForEachAccount(fn);
  }
}

}  // namespace jsheap
