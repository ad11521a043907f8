#include "allocator/backends/slab/slab_pool.h"

#include <cstring>

namespace jsheap::slab {
namespace {

size_t BitmapBytes(uint32_t words) {
  return Slab::kBitmaps * words * sizeof(Slab::Word);
}

bool FitsInline(uint32_t words) { return words == 1; }

}  // namespace

Slab* SlabPool::Acquire(int size_class, ThreadCache* cache) {
  List& list = lists_[static_cast<size_t>(size_class)];
  Slab* slab;
  {
    std::lock_guard lock(list.mutex);
    slab = list.first;
    if (slab != nullptr) {
      Unlink(list, slab);
      slab->state.fetch_xor(Slab::kListed | Slab::kActive,
                            std::memory_order_acq_rel);
    }
  }
  if (slab == nullptr) slab = Create(size_class);
  if (slab != nullptr) slab->home.store(cache, std::memory_order_relaxed);
  return slab;
}

bool SlabPool::TryLeave(Slab* slab) {
  uint32_t state = slab->state.load(std::memory_order_acquire);
  do {
    if (Slab::CountIn(state) > 0) return false;
  } while (!slab->state.compare_exchange_weak(state, state & ~Slab::kFlags,
                                              std::memory_order_acq_rel,
                                              std::memory_order_acquire));
  return true;
}

void SlabPool::HandBack(Slab* slab) {
  List& list = ListOf(slab);
  const int32_t capacity = slab->Class().capacity;
  bool is_empty;
  {
    // Listed before linked: whoever sees the flag waits for the lock.
    std::lock_guard lock(list.mutex);
    uint32_t state = slab->state.load(std::memory_order_acquire);
    uint32_t flag;
    do {
      const int32_t count = Slab::CountIn(state);
      is_empty = count == capacity;
      flag = count > 0 && !is_empty ? Slab::kListed : 0;
    } while (!slab->state.compare_exchange_weak(
        state, (state & ~Slab::kFlags) | flag, std::memory_order_acq_rel,
        std::memory_order_acquire));
    if (flag != 0) Link(list, slab);
  }
  if (is_empty) Release(slab);
}

void SlabPool::Fulfil(Slab* slab, Duty duty) {
  if (duty == Duty::kNone) return;
  if (duty == Duty::kRelease) return Release(slab);
  // For kReleaseListed the slab may have been adopted, emptied and released
  // since, and its descriptor may serve another slab, even one of another
  // class. Under this list's lock the test is exact: a slab of this class that
  // is listed and all free may be released, whichever it is.
  const uint8_t size_class = slab->size_class.load(std::memory_order_relaxed);
  List& list = lists_[size_class];
  const int32_t capacity = kSizeClasses[size_class].capacity;
  {
    std::lock_guard lock(list.mutex);
    if (duty == Duty::kList) {
      const uint32_t before =
          slab->state.fetch_or(Slab::kListed, std::memory_order_acq_rel);
      if (Slab::CountIn(before) != capacity) return Link(list, slab);
      slab->state.fetch_and(~Slab::kFlags, std::memory_order_relaxed);
    } else {
      const uint32_t state = slab->state.load(std::memory_order_acquire);
      if (slab->size_class.load(std::memory_order_relaxed) != size_class ||
          (state & Slab::kListed) == 0 || Slab::CountIn(state) != capacity) {
        return;
      }
      Unlink(list, slab);
      slab->state.fetch_and(~Slab::kFlags, std::memory_order_relaxed);
    }
  }
  Release(slab);
}

void SlabPool::Link(List& list, Slab* slab) {
  slab->previous = nullptr;
  slab->next = list.first;
  if (list.first != nullptr) list.first->previous = slab;
  list.first = slab;
}

void SlabPool::Unlink(List& list, Slab* slab) {
  if (slab->next != nullptr) slab->next->previous = slab->previous;
  if (slab->previous != nullptr) {
    slab->previous->next = slab->next;
  } else {
    list.first = slab->next;
  }
}

Slab* SlabPool::Create(int size_class) {
  const SizeClass& c = kSizeClasses[static_cast<size_t>(size_class)];
  const uint32_t words = (c.capacity + 63u) / 64;
  Slab::Word* bitmaps = nullptr;
  if (!FitsInline(words)) {
    bitmaps = static_cast<Slab::Word*>(metadata_.Allocate(BitmapBytes(words)));
    if (bitmaps == nullptr) return nullptr;
  }
  const PageHeap::Allocation allocation =
      pages_.Allocate(c.pages, /*fill=*/true);
  if (allocation.span == nullptr) {
    if (bitmaps != nullptr) metadata_.Free(bitmaps, BitmapBytes(words));
    return nullptr;
  }
  char* base = pages_.map().AddressOf(allocation.span);
  const bool is_zero = allocation.dirty_pages == 0;
  if (track_zero_ && !is_zero) {
    // Blocks become zero one by one; what no block covers must be zero too,
    // for the span to be zero when it goes back.
    const size_t used = size_t{c.capacity} * c.size;
    std::memset(base + used, 0, c.pages * kPageBytes - used);
  }
  Slab* slab = allocation.span->ClientAs<Slab>();
  slab->Init(base, size_class, bitmaps, track_zero_, is_zero);
  allocation.span->SetKind(SpanKind::kSlab);
  lists_[static_cast<size_t>(size_class)].slabs.fetch_add(
      1, std::memory_order_relaxed);
  return slab;
}

// Nobody else knows the slab, and all its blocks are free.
void SlabPool::Release(Slab* slab) {
  const SizeClass& c = slab->Class();
  ListOf(slab).slabs.fetch_sub(1, std::memory_order_relaxed);
  const uint32_t zero_pages = slab->IsZero() ? c.pages : 0;
  Slab::Word* bitmaps = slab->bits;
  const uint32_t words = slab->words;
  // In this order: as long as the page heap calls the span a slab, its bitmaps
  // may be looked at.
  pages_.Free(pages_.map().HeadOf(slab->base), zero_pages);
  released_.fetch_add(1, std::memory_order_relaxed);
  if (!FitsInline(words)) metadata_.Free(bitmaps, BitmapBytes(words));
}

}  // namespace jsheap::slab
