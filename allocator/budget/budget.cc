#include "allocator/budget/budget.h"

namespace jsheap {

bool Budget::TryCharge(uint64_t bytes) {
  if (!TryChargeSelf(bytes)) return false;
  if (parent_ != nullptr && !parent_->TryCharge(bytes)) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  return true;
}

bool Budget::TryChargeSelf(uint64_t bytes) {
  uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    const uint64_t limit = limit_.load(std::memory_order_relaxed);
    if (bytes > limit || used > limit - bytes) {
      failures_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
  } while (!used_.compare_exchange_weak(used, used + bytes,
                                        std::memory_order_relaxed));
  RaisePeak(used + bytes);
  return true;
}

void Budget::Charge(uint64_t bytes) {
  for (Budget* budget = this; budget != nullptr; budget = budget->parent_) {
    budget->RaisePeak(
        budget->used_.fetch_add(bytes, std::memory_order_relaxed) + bytes);
  }
}

void Budget::Release(uint64_t bytes) {
  for (Budget* budget = this; budget != nullptr; budget = budget->parent_) {
    budget->used_.fetch_sub(bytes, std::memory_order_relaxed);
  }
}

void Budget::RaisePeak(uint64_t used) {
  uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (used > peak &&
         !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

}  // namespace jsheap
