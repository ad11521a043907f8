#include "host/v8_memory/page_allocator.h"

#include <algorithm>
#include <iterator>

namespace jshost {
namespace {

constexpr size_t kWasmPageSize = 64 << 10;
// Of V8's pages for objects, regular and large ones.
constexpr size_t kHeapPageAlignment = 256 << 10;
constexpr auto kRelaxed = std::memory_order_relaxed;

thread_local const PageAllocator::Payer* current_payer = nullptr;

}  // namespace

PageAllocator::BudgetScope::BudgetScope(const Payer* payer)
    : previous_(current_payer) {
  current_payer = payer;
}

PageAllocator::BudgetScope::~BudgetScope() { current_payer = previous_; }

void* PageAllocator::AllocatePages(void* address, size_t length,
                                   size_t alignment, Permission permissions) {
  if (!MayHavePages(length, alignment, permissions)) return nullptr;
  void* pages = next_->AllocatePages(address, length, alignment, permissions);
  Note(pages, length, alignment, permissions);
  return pages;
}

void* PageAllocator::AllocatePages(size_t length, size_t alignment,
                                   Permission permissions,
                                   AllocationHint hint) {
  if (!MayHavePages(length, alignment, permissions)) return nullptr;
  void* pages = next_->AllocatePages(length, alignment, permissions, hint);
  Note(pages, length, alignment, permissions);
  return pages;
}

bool PageAllocator::ResizeAllocationAt(void* address, size_t old_length,
                                       size_t new_length,
                                       Permission permissions) {
  if (!next_->ResizeAllocationAt(address, old_length, new_length,
                                 permissions)) {
    return false;
  }
  reserved_bytes_.fetch_add(new_length - old_length, kRelaxed);
  return true;
}

bool PageAllocator::FreePages(void* address, size_t length) {
  // First forgotten: once unmapped, the addresses may be another thread's.
  Forget(address);
  reserved_bytes_.fetch_sub(length, kRelaxed);
  return next_->FreePages(address, length);
}

bool PageAllocator::ReleasePages(void* address, size_t length,
                                 size_t new_length) {
  reserved_bytes_.fetch_sub(length - new_length, kRelaxed);
  return next_->ReleasePages(address, length, new_length);
}

bool PageAllocator::SetPermissions(void* address, size_t length,
                                   Permission permissions) {
  const uintptr_t start = reinterpret_cast<uintptr_t>(address);
  std::unique_lock lock(mutex_);
  const auto found = Containing(start);
  if (found == reservations_.end()) {
    lock.unlock();
    return next_->SetPermissions(address, length, permissions);
  }
  Reservation& reservation = found->second;
  if (start == found->first && permissions == kReadWrite) {
    return Commit(reservation, address, length);
  }
  if (!next_->SetPermissions(address, length, permissions)) return false;
  // A shrinking buffer gives back its tail.
  if (permissions == kNoAccess) {
    Uncommit(reservation,
             std::min(reservation.committed, start - found->first));
  }
  return true;
}

bool PageAllocator::DecommitPages(void* address, size_t size) {
  {
    const uintptr_t start = reinterpret_cast<uintptr_t>(address);
    std::lock_guard lock(mutex_);
    const auto found = Containing(start);
    if (found != reservations_.end()) {
      Reservation& reservation = found->second;
      Uncommit(reservation,
               std::min(reservation.committed, start - found->first));
    }
  }
  return next_->DecommitPages(address, size);
}

bool PageAllocator::AreHeapPages(size_t alignment, Permission permissions) {
  return permissions == kReadWrite && alignment >= kHeapPageAlignment &&
         current_payer != nullptr && current_payer->heap_pages != nullptr;
}

bool PageAllocator::MayHavePages(size_t length, size_t alignment,
                                 Permission permissions) {
  return !AreHeapPages(alignment, permissions) ||
         current_payer->heap_pages->OnHeapPages(length);
}

bool PageAllocator::MayBeBuffer(size_t alignment, Permission permissions) {
  return permissions == kNoAccess && current_payer != nullptr &&
         (alignment <= AllocatePageSize() || alignment == kWasmPageSize);
}

// Records a new reservation that may turn out to be a buffer's, or that it was
// refused by the system.
void PageAllocator::Note(void* address, size_t length, size_t alignment,
                         Permission permissions) {
  const bool may_be_buffer = MayBeBuffer(alignment, permissions);
  if (address == nullptr) {
    if (may_be_buffer && current_payer->refusals != nullptr) {
      current_payer->refusals->OnRefused(length);
    }
    return;
  }
  reserved_bytes_.fetch_add(length, kRelaxed);
  if (!may_be_buffer) return;
  std::lock_guard lock(mutex_);
  reservations_[reinterpret_cast<uintptr_t>(address)] = {
      length, 0, current_payer->budget, current_payer->committed};
}

void PageAllocator::Forget(void* address) {
  std::lock_guard lock(mutex_);
  const auto found = reservations_.find(reinterpret_cast<uintptr_t>(address));
  if (found == reservations_.end()) return;
  Uncommit(found->second, 0);
  reservations_.erase(found);
}

PageAllocator::Reservations::iterator PageAllocator::Containing(
    uintptr_t address) {
  auto next = reservations_.upper_bound(address);
  if (next == reservations_.begin()) return reservations_.end();
  const auto found = std::prev(next);
  const bool inside = address - found->first < found->second.length;
  return inside ? found : reservations_.end();
}

bool PageAllocator::Commit(Reservation& reservation, void* base,
                           size_t length) {
  const size_t more =
      length > reservation.committed ? length - reservation.committed : 0;
  Refusals* const refusals =
      current_payer != nullptr ? current_payer->refusals : nullptr;
  if (!reservation.budget->TryCharge(more)) {
    if (refusals != nullptr) refusals->OnRefused(more);
    return false;
  }
  if (!next_->SetPermissions(base, length, kReadWrite)) {
    reservation.budget->Release(more);
    if (refusals != nullptr) refusals->OnRefused(more);
    return false;
  }
  reservation.committed += more;
  buffer_bytes_.fetch_add(more, kRelaxed);
  if (reservation.counter != nullptr) {
    reservation.counter->fetch_add(more, kRelaxed);
  }
  if (refusals != nullptr) refusals->OnServed();
  return true;
}

void PageAllocator::Uncommit(Reservation& reservation, size_t committed) {
  const size_t less = reservation.committed - committed;
  reservation.committed = committed;
  buffer_bytes_.fetch_sub(less, kRelaxed);
  if (reservation.counter != nullptr) {
    reservation.counter->fetch_sub(less, kRelaxed);
  }
  if (less != 0) reservation.budget->Release(less);
}

}  // namespace jshost
