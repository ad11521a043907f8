#include "allocator/pages/page_heap.h"

#include <algorithm>
#include <cstring>

#include "allocator/os/memory.h"

namespace jsheap {
namespace {

// Committing in large steps saves system calls, which matters when the heap
// grows; what was committed too much costs nothing until touched.
constexpr uint32_t kLeastGrowthPages =
    static_cast<uint32_t>(os::kHugePageBytes >> kPageShift);
constexpr uint32_t kMostOvergrowthPages = (96u << 20) >> kPageShift;
constexpr uint32_t kOvergrowthPercents[] = {20, 10, 5};

constexpr uint32_t RoundUp(uint32_t value, uint32_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

PageHeap::PageHeap(size_t reserve, bool or_less)
    : map_(reserve, or_less), zero_(map_.pages()) {}

PageHeap::Allocation PageHeap::Allocate(uint32_t pages, SpanKind kind,
                                        bool fill) {
  Span* span;
  uint32_t zero_pages;
  {
    std::lock_guard lock(mutex_);
    span = TakeFreeSpan(pages);
    if (span == nullptr) return {};
    const uint32_t first = Index(map_.PageOf(span));
    zero_pages = zero_.Count(first, pages);
    free_pages_ -= pages;
    free_zero_pages_ -= zero_pages;
    ++spans_in_use_;
    SetHead(PageId{first}, pages, kind);
  }
  if (fill) {
    for (uint32_t i = 1; i < pages; ++i) span[i].to_head = i;
  }
  return {span, pages - zero_pages};
}

void PageHeap::Free(Span* span, uint32_t zero_pages) {
  std::lock_guard lock(mutex_);
  uint32_t first = Index(map_.PageOf(span));
  uint32_t pages = span->pages;
  zero_.Set(first, zero_pages, true);
  zero_.Set(first + zero_pages, pages - zero_pages, false);
  free_pages_ += pages;
  free_zero_pages_ += zero_pages;
  --spans_in_use_;

  if (first + pages < frontier_) {
    Span* next = span + pages;
    if (next->Kind() == SpanKind::kFree) {
      free_.Remove(next);
      pages += next->pages;
    }
  }
  if (first > 0) {
    Span* last = span - 1;
    if (last->Kind() == SpanKind::kFree) {
      Span* previous = last - last->to_head;
      free_.Remove(previous);
      first -= previous->pages;
      pages += previous->pages;
    }
  }
  InsertFree(PageId{first}, pages);
}

void PageHeap::ZeroDirtyPages(Span* span, size_t bytes) {
  const uint32_t first = Index(map_.PageOf(span));
  char* address = map_.AddressOf(span);
  const uint32_t pages = static_cast<uint32_t>(PagesFor(bytes));
  for (uint32_t i = 0; i < pages;) {
    // The bits of pages in use change only with their own span, but they
    // share words with other pages' bits: read them under the lock.
    uint32_t from, to;
    {
      std::lock_guard lock(mutex_);
      for (from = i; from < pages && zero_.Get(first + from); ++from) {
      }
      for (to = from; to < pages && !zero_.Get(first + to); ++to) {
      }
    }
    const size_t begin = size_t{from} << kPageShift;
    const size_t end = std::min(bytes, size_t{to} << kPageShift);
    if (begin < end) std::memset(address + begin, 0, end - begin);
    i = to;
  }
}

PageHeap::Stats PageHeap::ReadStats() const {
  Stats stats;
  std::lock_guard lock(mutex_);
  stats.reserved_bytes = map_.reserved_bytes();
  stats.committed_bytes = uint64_t{frontier_} << kPageShift;
  stats.free_bytes = uint64_t{free_pages_} << kPageShift;
  stats.free_zero_bytes = uint64_t{free_zero_pages_} << kPageShift;
  stats.spans.in_use = spans_in_use_;
  free_.ForEach([&](const Span& span) {
    const uint32_t first = Index(map_.PageOf(&span));
    if (zero_.Count(first, span.pages) == span.pages) {
      ++stats.spans.free_zero;
    } else {
      ++stats.spans.free_dirty;
    }
  });
  return stats;
}

uint64_t PageHeap::ResidentBytes() const {
  // The frontier only rises, so what is below it stays valid.
  uint32_t pages;
  {
    std::lock_guard lock(mutex_);
    pages = frontier_;
  }
  return os::ResidentBytes(map_.AddressOf(PageId{0}),
                           size_t{pages} << kPageShift);
}

const char* PageHeap::Verify() const {
  std::lock_guard lock(mutex_);
  uint32_t free_pages = 0;
  uint64_t in_use = 0;
  bool last_was_free = false;
  for (uint32_t page = 0; page < frontier_;) {
    const Span* span = map_.At(PageId{page});
    if (span->to_head != 0) return "a span's head doesn't know it is one";
    if (span->pages == 0 || span->pages > frontier_ - page) {
      return "a span reaches beyond the frontier";
    }
    const Span* last = span + span->pages - 1;
    if (last->to_head != span->pages - 1 || last->Kind() != span->Kind()) {
      return "a span's last page doesn't know its head";
    }
    const bool is_free = span->Kind() == SpanKind::kFree;
    if (is_free && last_was_free) return "two free spans are neighbours";
    if (is_free) {
      free_pages += span->pages;
    } else {
      ++in_use;
    }
    last_was_free = is_free;
    page += span->pages;
  }
  if (free_pages != free_pages_) return "the count of free pages is wrong";
  if (in_use != spans_in_use_) return "the count of spans is wrong";
  uint32_t indexed = 0;
  free_.ForEach([&](const Span& span) { indexed += span.pages; });
  if (indexed != free_pages_) return "the index of free spans is wrong";
  return nullptr;
}

// A span of exactly `pages` pages out of the best fit; the rest stays free.
Span* PageHeap::TakeFreeSpan(uint32_t pages) {
  Span* span = free_.BestFit(pages);
  if (span == nullptr) {
    if (!Grow(pages)) return nullptr;
    span = free_.BestFit(pages);
  }
  free_.Remove(span);
  if (span->pages > pages) {
    InsertFree(map_.PageOf(span) + pages, span->pages - pages);
  }
  return span;
}

// Commits enough for a span of `pages` pages, and more where the system lets
// it: 20, 10 and 5 per cent of what is committed, then just what is needed
// (the strategy of Emscripten's heap).
bool PageHeap::Grow(uint32_t pages) {
  // A free span at the frontier is the beginning of the new one.
  uint32_t at_frontier = 0;
  if (frontier_ > 0) {
    const Span* last = map_.At(PageId{frontier_ - 1});
    if (last->Kind() == SpanKind::kFree) at_frontier = last->to_head + 1;
  }
  const uint32_t needed = pages - std::min(pages - 1, at_frontier);
  for (uint32_t percent : kOvergrowthPercents) {
    const uint32_t extra =
        std::min(static_cast<uint32_t>(uint64_t{frontier_} * percent / 100),
                 kMostOvergrowthPages);
    if (GrowBy(RoundUp(needed + extra, kLeastGrowthPages))) return true;
  }
  return GrowBy(needed);
}

bool PageHeap::GrowBy(uint32_t pages) {
  if (pages > map_.pages() - frontier_) return false;
  const PageId first{frontier_};
  if (!os::Commit(map_.AddressOf(first), size_t{pages} << kPageShift)) {
    return false;
  }
  zero_.Set(Index(first), pages, true);
  frontier_ += pages;
  free_pages_ += pages;
  free_zero_pages_ += pages;

  PageId start = first;
  if (Index(first) > 0) {
    Span* last = map_.At(PageId{Index(first) - 1});
    if (last->Kind() == SpanKind::kFree) {
      Span* previous = last - last->to_head;
      free_.Remove(previous);
      start = map_.PageOf(previous);
      pages += previous->pages;
    }
  }
  InsertFree(start, pages);
  return true;
}

void PageHeap::SetHead(PageId first, uint32_t pages, SpanKind kind) {
  Span* head = map_.At(first);
  head->to_head = 0;
  head->pages = pages;
  head->kind.store(kind, std::memory_order_relaxed);
  Span* last = head + pages - 1;
  last->to_head = pages - 1;
  last->kind.store(kind, std::memory_order_relaxed);
}

void PageHeap::InsertFree(PageId first, uint32_t pages) {
  SetHead(first, pages, SpanKind::kFree);
  free_.Insert(map_.At(first));
}

}  // namespace jsheap
