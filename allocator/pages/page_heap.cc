#include "allocator/pages/page_heap.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "allocator/os/memory.h"
#include "allocator/os/residency.h"

namespace jsheap {
namespace {

// Committing in large steps saves system calls, which matters when the heap
// grows; what was committed too much costs nothing until touched.
constexpr uint32_t kLeastGrowthPages =
    static_cast<uint32_t>(os::kHugePageBytes >> kPageShift);
constexpr uint32_t kMostOvergrowthPages = (96u << 20) >> kPageShift;
constexpr uint32_t kOvergrowthPercents[] = {20, 10, 5};

// Purged with one system call; as long as it takes (some 500 us) these pages
// can't be handed out.
constexpr uint32_t kMostPurgePages = (8u << 20) >> kPageShift;
constexpr uint32_t kLeastPurgePages = (1u << 20) >> kPageShift;

// Zeroed in a tick, and at a time, when fewer spans than that were asked for
// since the last one. 4 % of a processor at most.
constexpr uint32_t kMostZeroPages = (32u << 20) >> kPageShift;
constexpr uint32_t kZeroPagesAtATime = (1u << 20) >> kPageShift;
constexpr uint32_t kFewTakes = 64;

// How far into a free span zero pages are looked for, in lengths of what is
// asked for. Further on they may never have been in RAM: to fault them in would
// cost more than zeroes do.
constexpr uint32_t kZeroRunReach = 8;

// So little is never worth a purge or a wake-up.
constexpr uint32_t kKeptWarmPages = (1u << 20) >> kPageShift;

}  // namespace

PageHeap::PageHeap(size_t reserve, bool or_less)
    : map_(reserve, or_less), zero_(map_.pages()), warm_(map_.pages()) {}

PageHeap::Allocation PageHeap::Allocate(uint32_t pages, bool fill,
                                        uint32_t alignment, bool prefer_zero) {
  Span* span;
  uint32_t zero_pages;
  uint32_t warm_pages;
  {
    std::lock_guard lock(mutex_);
    span = TakeFreeSpan(pages, alignment, prefer_zero);
    if (span == nullptr) return {};
    const uint32_t first = Index(map_.PageOf(span));
    zero_pages = zero_.Count(first, pages);
    warm_pages = warm_.Count(first, pages);
    free_pages_ -= pages;
    free_zero_pages_ -= zero_pages;
    free_warm_pages_ -= warm_pages;
    ++spans_in_use_;
    ++takes_;
    SetHead(PageId{first}, pages, SpanKind::kNew);
  }
  if (fill) {
    // The last one's is set, and may be read by others.
    for (uint32_t i = 1; i + 1 < pages; ++i) span[i].to_head = i;
  }
  return {span, pages - zero_pages, warm_pages};
}

void PageHeap::Free(Span* span, uint32_t zero_pages) {
  std::lock_guard lock(mutex_);
  const uint32_t first = Index(map_.PageOf(span));
  const uint32_t pages = span->pages;
  zero_.Set(first, zero_pages, true);
  zero_.Set(first + zero_pages, pages - zero_pages, false);
  warm_.Set(first, pages, true);
  free_pages_ += pages;
  free_zero_pages_ += zero_pages;
  free_warm_pages_ += pages;
  --spans_in_use_;
  InsertMerged(PageId{first}, pages, /*may_be_warm=*/true);
  if (is_asleep_ && listener_ != nullptr && free_warm_pages_ > kKeptWarmPages) {
    is_asleep_ = false;
    listener_->Wake();
  }
}

void PageHeap::SetListener(ReclaimListener* listener, bool) {
  std::lock_guard lock(mutex_);
  listener_ = listener;
}

bool PageHeap::Tick() {
  uint64_t may_stay;
  bool is_quiet;
  {
    std::lock_guard lock(mutex_);
    may_stay = kKeptWarmPages +
               decay_.Tick(free_warm_pages_ -
                           std::min(free_warm_pages_, kKeptWarmPages));
    is_quiet = std::exchange(takes_, 0) < kFewTakes;
  }
  PurgeDownTo(may_stay);
  if (is_quiet && zeroes_idle_memory_) ZeroIdleMemory();
  std::lock_guard lock(mutex_);
  is_asleep_ = decay_.IsIdle() && free_warm_pages_ <= kKeptWarmPages;
  return !is_asleep_;
}

CoalesceGain PageHeap::Coalesce() {
  const uint64_t longest = LongestFreeBytes();
  return {0, longest, longest};
}

uint64_t PageHeap::Trim() { return PurgeDownTo(0); }

// Until at most so many free pages are warm; the bytes given back.
uint64_t PageHeap::PurgeDownTo(uint64_t may_stay_pages) {
  std::lock_guard purge_lock(purge_mutex_);
  uint64_t purged = 0;
  for (;;) {
    Run run;
    {
      std::lock_guard lock(mutex_);
      run = TakeWarmRun(may_stay_pages);
    }
    if (run.pages == 0) return purged;
    const size_t bytes = size_t{run.pages} << kPageShift;
    const bool ok = os::Purge(map_.AddressOf(run.first), bytes);
    PutBack(run, /*zero_pages=*/ok ? run.pages : 0, /*is_warm=*/!ok);
    if (!ok) return purged;
    purged += bytes;
  }
}

void PageHeap::ZeroIdleMemory() {
  std::lock_guard purge_lock(purge_mutex_);
  for (uint32_t zeroed = 0; zeroed < kMostZeroPages;) {
    Run run;
    {
      std::lock_guard lock(mutex_);
      run = TakeDirtyRun();
    }
    if (run.pages == 0) return;
    os::ZeroResident(map_.AddressOf(run.first),
                     size_t{run.pages} << kPageShift);
    zeroed += run.pages;
    PutBack(run, /*zero_pages=*/run.pages, /*is_warm=*/true);
  }
}

// The longest warm span is the least likely to be asked for next.
PageHeap::Run PageHeap::TakeWarmRun(uint64_t may_stay_pages) {
  if (free_warm_pages_ <= may_stay_pages) return {};
  Span* span;
  uint32_t start, end, first;
  for (;;) {
    span = warm_spans_.Longest();
    start = Index(map_.PageOf(span));
    end = start + span->pages;
    first = warm_.FindSet(start, span->pages);
    RemoveFree(span);
    if (first < end) break;
    InsertFree(PageId{start}, span->pages, /*may_be_warm=*/false);
  }
  const uint64_t excess = free_warm_pages_ - may_stay_pages;
  const uint64_t most =
      std::clamp<uint64_t>(excess, kLeastPurgePages, kMostPurgePages);
  uint32_t last = first;
  while (last < end && last - first < most && warm_.Get(last)) ++last;
  return TakeOut(span, first, last);
}

// The span of the longest kind that has any: what is large is dear to zero
// when it is asked for.
PageHeap::Run PageHeap::TakeDirtyRun() {
  Span* dirty = nullptr;
  warm_spans_.ForEach([&](Span& span) {
    const uint32_t start = Index(map_.PageOf(&span));
    if ((dirty == nullptr || span.pages > dirty->pages) &&
        zero_.Count(start, span.pages) != span.pages) {
      dirty = &span;
    }
  });
  if (dirty == nullptr) return {};
  uint32_t first = Index(map_.PageOf(dirty));
  const uint32_t end = first + dirty->pages;
  while (zero_.Get(first)) ++first;
  uint32_t last = first;
  while (last < end && last - first < kZeroPagesAtATime && !zero_.Get(last)) {
    ++last;
  }
  RemoveFree(dirty);
  return TakeOut(dirty, first, last);
}

// Takes the pages from `first` up to `last` out of a warm span that is out of
// the index; the rest goes back there.
PageHeap::Run PageHeap::TakeOut(Span* span, uint32_t first, uint32_t last) {
  const uint32_t start = Index(map_.PageOf(span));
  const uint32_t end = start + span->pages;
  const auto put_back = [this](uint32_t from, uint32_t to) {
    if (from == to) return;
    InsertFree(PageId{from}, to - from, warm_.Count(from, to - from) != 0);
  };
  put_back(start, first);
  put_back(last, end);
  const uint32_t pages = last - first;
  free_pages_ -= pages;
  free_zero_pages_ -= zero_.Count(first, pages);
  free_warm_pages_ -= warm_.Count(first, pages);
  ++spans_in_use_;
  SetHead(PageId{first}, pages, SpanKind::kNew);
  return {PageId{first}, pages};
}

PageHeap::Run PageHeap::TakeDirtyPagesAhead(const Span* span,
                                            uint32_t most_pages) {
  // While it is out, nobody may find that there is no memory left.
  std::unique_lock purge_lock(purge_mutex_, std::try_to_lock);
  if (!purge_lock.owns_lock()) return {};
  std::lock_guard lock(mutex_);
  const uint32_t first = Index(map_.PageOf(span)) + span->pages;
  if (most_pages == 0 || first == frontier_ || zero_.Get(first)) return {};
  Span* next = map_.At(PageId{first});
  if (next->Kind() != SpanKind::kFree) return {};
  const uint32_t last = zero_.FindSet(first, std::min(next->pages, most_pages));
  RemoveFree(next);
  const Run run = TakeOut(next, first, last);
  purge_lock.release();
  return run;
}

void PageHeap::PutBackAhead(Run run, uint32_t zero_pages, bool is_warm) {
  if (run.pages == 0) return;
  PutBack(run, zero_pages, is_warm);
  purge_mutex_.unlock();
}

void PageHeap::PutBack(Run run, uint32_t zero_pages, bool is_warm) {
  const uint32_t first = Index(run.first);
  std::lock_guard lock(mutex_);
  zero_.Set(first, zero_pages, true);
  zero_.Set(first + zero_pages, run.pages - zero_pages, false);
  warm_.Set(first, run.pages, is_warm);
  free_pages_ += run.pages;
  free_zero_pages_ += zero_pages;
  if (is_warm) free_warm_pages_ += run.pages;
  --spans_in_use_;
  InsertMerged(run.first, run.pages, is_warm);
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
  warm_spans_.ForEach([&](const Span& span) {
    const uint32_t first = Index(map_.PageOf(&span));
    if (zero_.Count(first, span.pages) == span.pages) {
      ++stats.spans.free_zero;
    } else {
      ++stats.spans.free_dirty;
    }
  });
  cold_spans_.ForEach([&](const Span&) { ++stats.spans.released; });
  return stats;
}

uint64_t PageHeap::LongestFreeBytes() const {
  std::lock_guard lock(mutex_);
  uint64_t pages = 0;
  for (const FreeSpans* spans : {&warm_spans_, &cold_spans_}) {
    const Span* span = spans->Longest();
    if (span != nullptr) pages = std::max<uint64_t>(pages, span->pages);
  }
  return pages << kPageShift;
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
    const bool is_free = span->Kind() == SpanKind::kFree;
    if (last->to_head != span->pages - 1 ||
        (last->Kind() == SpanKind::kFree) != is_free) {
      return "a span's last page doesn't know its head";
    }
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
  const auto add = [&](const Span& span) { indexed += span.pages; };
  warm_spans_.ForEach(add);
  cold_spans_.ForEach(add);
  if (indexed != free_pages_) return "the index of free spans is wrong";
  return nullptr;
}

// A span of exactly `pages` pages out of the best fit; the rest stays free.
Span* PageHeap::TakeFreeSpan(uint32_t pages, uint32_t alignment,
                             bool prefer_zero) {
  const uint32_t enough = pages + alignment - 1;
  Span* span = warm_spans_.BestFit(enough);
  if (span == nullptr) span = cold_spans_.BestFit(enough);
  if (span == nullptr) {
    if (!Grow(enough)) return nullptr;
    span = warm_spans_.BestFit(enough);
    if (span == nullptr) span = cold_spans_.BestFit(enough);
  }
  RemoveFree(span);
  const bool may_be_warm = span->links.may_be_warm;
  const uint32_t start = Index(map_.PageOf(span));
  const uint32_t end = start + span->pages;
  const uint32_t first = prefer_zero && may_be_warm && alignment == 1
                             ? FindZeroRun(span, enough)
                             : static_cast<uint32_t>(RoundUp(start, alignment));
  if (first > start) InsertFree(PageId{start}, first - start, may_be_warm);
  if (first + pages < end) {
    InsertFree(PageId{first + pages}, end - first - pages, may_be_warm);
  }
  return map_.At(PageId{first});
}

// The first page of a run of zero pages in the first part of a free span, or
// the span's own.
uint32_t PageHeap::FindZeroRun(const Span* span, uint32_t pages) const {
  const uint32_t start = Index(map_.PageOf(span));
  const uint32_t end = start + std::min(span->pages, kZeroRunReach * pages);
  for (uint32_t at = start; at + pages <= end;) {
    at = zero_.FindSet(at, end - at);
    const uint32_t after = zero_.FindClear(at, end - at);
    if (after - at >= pages) return at;
    at = after;
  }
  return start;
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
    if (GrowBy(
            static_cast<uint32_t>(RoundUp(needed + extra, kLeastGrowthPages))))
      return true;
  }
  return GrowBy(needed);
}

bool PageHeap::GrowBy(uint32_t pages) {
  if (pages > map_.pages() - frontier_) return false;
  const PageId first{frontier_};
  if (!map_.CommitDescriptors(frontier_ + pages)) return false;
  if (!os::Commit(map_.AddressOf(first), size_t{pages} << kPageShift)) {
    return false;
  }
  zero_.Set(Index(first), pages, true);
  frontier_ += pages;
  free_pages_ += pages;
  free_zero_pages_ += pages;

  InsertMerged(first, pages, /*may_be_warm=*/false);
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

void PageHeap::InsertFree(PageId first, uint32_t pages, bool may_be_warm) {
  SetHead(first, pages, SpanKind::kFree);
  Span* span = map_.At(first);
  span->links.may_be_warm = may_be_warm;
  (may_be_warm ? warm_spans_ : cold_spans_).Insert(span);
}

// The same, together with free neighbours.
void PageHeap::InsertMerged(PageId first, uint32_t pages, bool may_be_warm) {
  uint32_t start = Index(first);
  if (start + pages < frontier_) {
    Span* next = map_.At(first + pages);
    if (next->Kind() == SpanKind::kFree) {
      RemoveFree(next);
      may_be_warm |= next->links.may_be_warm;
      pages += next->pages;
    }
  }
  if (start > 0) {
    Span* last = map_.At(PageId{start - 1});
    if (last->Kind() == SpanKind::kFree) {
      Span* previous = last - last->to_head;
      RemoveFree(previous);
      may_be_warm |= previous->links.may_be_warm;
      start -= previous->pages;
      pages += previous->pages;
    }
  }
  InsertFree(PageId{start}, pages, may_be_warm);
}

void PageHeap::RemoveFree(Span* span) {
  (span->links.may_be_warm ? warm_spans_ : cold_spans_).Remove(span);
}

}  // namespace jsheap
