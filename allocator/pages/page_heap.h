// Spans of pages out of one reserved range: best fit, coalescing with both
// neighbours at every free, and knowledge of which free pages read as zero and
// which may be in RAM.
//
// That knowledge is a bit a page, so it survives splitting and merging: a span
// that merges with a dirty neighbour loses nothing.
//
// Free memory is purged, given back to the system, some time after it was
// freed: see Tick. What may be in RAM is handed out first.
//
// Thread-safe. Invariants: in use + free pages = pages below the frontier; no
// two free spans are neighbours; a free page that isn't warm reads as zero.

#ifndef ALLOCATOR_PAGES_PAGE_HEAP_H_
#define ALLOCATOR_PAGES_PAGE_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "allocator/allocator.h"
#include "allocator/pages/decay.h"
#include "allocator/pages/free_spans.h"
#include "allocator/pages/page_map.h"
#include "allocator/pages/span.h"
#include "allocator/reclaimable.h"

namespace jsheap {

class PageHeap final : public Reclaimable {
 public:
  // Reserves `reserve` bytes of addresses; with `or_less` it is content with a
  // part of them when the system has no more.
  PageHeap(size_t reserve, bool or_less);
  PageHeap(const PageHeap&) = delete;
  PageHeap& operator=(const PageHeap&) = delete;

  bool ok() const { return map_.ok() && zero_.ok() && warm_.ok(); }
  const PageMap& map() const { return map_; }

  struct Allocation {
    Span* span = nullptr;      // null when there is no room
    uint32_t dirty_pages = 0;  // of the span, how many aren't known zero
    uint32_t warm_pages = 0;   // of the span, how many may be in RAM
  };

  // A span of `pages` > 0 pages, aligned to `alignment` pages (a power of
  // two). With `fill` the descriptors of all its pages know their head, else
  // only the last one's does. With `prefer_zero` it lies where the free span
  // that fits best is known to read as zero, if there is room in its first
  // part. It is kNew: the caller describes it, then says its kind.
  Allocation Allocate(uint32_t pages, bool fill, uint32_t alignment = 1,
                      bool prefer_zero = false);

  // Ends a span's life. Every byte of its first `zero_pages` pages is known to
  // read as zero.
  void Free(Span* span, uint32_t zero_pages);

  // Writes zeroes to those pages of a span in use that aren't known zero, up
  // to `bytes` bytes from its start. The caller owns the span.
  void ZeroDirtyPages(Span* span, size_t bytes);

  // A run of free pages that is nobody's while it is worked on.
  struct Run {
    PageId first{0};
    uint32_t pages = 0;  // 0: there is none
  };

  // The free pages right after a span in use that aren't known zero, at most
  // `most_pages`; none while memory is being purged. The caller owns the span.
  // PutBackAhead must follow, on the same thread.
  Run TakeDirtyPagesAhead(const Span* span, uint32_t most_pages);

  // The run is free again; its first `zero_pages` pages are known to read as
  // zero.
  void PutBackAhead(Run run, uint32_t zero_pages, bool is_warm);

  // Purges what of the free memory has been free for too long. Bounded: it
  // takes the memory from other threads piece by piece, never all at once.
  bool Tick() override;
  // Spans merge as they are freed: there is nothing left to gain.
  CoalesceGain Coalesce() override;
  uint64_t Trim() override;
  // Counts no allocations: whoever cuts spans into blocks does.
  void SetListener(ReclaimListener* listener, bool) override;

  // Whether a tick writes zeroes to what was freed, while few spans are asked
  // for: worth it where zeroed memory is, and when the ticking thread has
  // nothing better to do. Set before the heap is used; off at first.
  void set_zeroes_idle_memory(bool zeroes) { zeroes_idle_memory_ = zeroes; }

  // Around fork(): no other thread is inside the page heap then.
  void Lock() { purge_mutex_.lock(), mutex_.lock(); }
  void Unlock() { mutex_.unlock(), purge_mutex_.unlock(); }

  struct Stats {
    uint64_t committed_bytes = 0;
    uint64_t reserved_bytes = 0;
    uint64_t free_bytes = 0;
    uint64_t free_zero_bytes = 0;
    SpanCounts spans;
  };
  Stats ReadStats() const;

  // Bytes of the longest free span; 0 when there is none. O(log n).
  uint64_t LongestFreeBytes() const;

  // Of the committed bytes, those in RAM. Takes a walk.
  uint64_t ResidentBytes() const;

  // Calls visit(span, is_zero, is_warm) for every span in the order of
  // addresses, as of one moment; the last two are of free spans: all of it is
  // known to read as zero, some of it may be in RAM. It is called under the
  // lock: `visit` must neither allocate nor free.
  template <typename Visit>
  void VisitSpans(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (uint32_t page = 0; page < frontier_;) {
      const Span& span = *map_.At(PageId{page});
      const bool is_free = span.Kind() == SpanKind::kFree;
      visit(span, is_free && zero_.Count(page, span.pages) == span.pages,
            is_free && warm_.Count(page, span.pages) != 0);
      page += span.pages;
    }
  }

  // Walks all spans; null, or the first inconsistency.
  const char* Verify() const;

 private:
  // These expect the lock.
  Span* TakeFreeSpan(uint32_t pages, uint32_t alignment, bool prefer_zero);
  uint32_t FindZeroRun(const Span* span, uint32_t pages) const;
  bool Grow(uint32_t pages);
  bool GrowBy(uint32_t pages);
  void SetHead(PageId first, uint32_t pages, SpanKind kind);
  void InsertFree(PageId first, uint32_t pages, bool may_be_warm);
  void InsertMerged(PageId first, uint32_t pages, bool may_be_warm);
  void RemoveFree(Span* span);

  Run TakeWarmRun(uint64_t may_stay_pages);
  Run TakeDirtyRun();
  Run TakeOut(Span* span, uint32_t first, uint32_t last);

  // These take the lock.
  void PutBack(Run run, uint32_t zero_pages, bool is_warm);
  uint64_t PurgeDownTo(uint64_t may_stay_pages);
  void ZeroIdleMemory();

  PageMap map_;
  mutable std::mutex mutex_;
  std::mutex purge_mutex_;  // one purge at a time; taken before mutex_
  // Guarded by mutex_:
  FreeSpans warm_spans_{map_};  // free spans that may have a warm page
  FreeSpans cold_spans_{map_};  // the others
  PageBits zero_;               // of free pages: known to read as zero
  PageBits warm_;               // of free pages: may be in RAM
  uint32_t frontier_ = 0;       // pages below are committed
  uint32_t free_pages_ = 0;
  uint32_t free_zero_pages_ = 0;
  uint32_t free_warm_pages_ = 0;
  uint64_t spans_in_use_ = 0;
  uint32_t takes_ = 0;  // spans handed out since the last tick
  Decay decay_;
  ReclaimListener* listener_ = nullptr;
  bool is_asleep_ = true;  // the listener waits to be woken
  bool zeroes_idle_memory_ = false;
};

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_PAGE_HEAP_H_
