// The classic allocator, for comparison: blocks with headers and boundary
// tags, one lock. Freed blocks wait in a fast cache (tiny ones) or an unsorted
// one, merge with their neighbours on the way to a sorted one, and what no
// cache has is cut from the top block. The largest are mapped directly.
//
// The design is dlmalloc's ("A Memory Allocator", Doug Lea, 1996) in the shape
// of the seeds: JSMalloc's caches over a page heap, and Squirrel's separation
// of layout (Block), mechanism (BlockManager), choice (the caches and the fit
// policy), reclaiming (Coalescer) and viewing (BlockViewer). This class only
// puts them together.

#ifndef ALLOCATOR_BACKENDS_FREELIST_FREELIST_ALLOCATOR_H_
#define ALLOCATOR_BACKENDS_FREELIST_FREELIST_ALLOCATOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "allocator/allocator.h"
#include "allocator/backends/freelist/block_manager.h"
#include "allocator/backends/freelist/coalescer.h"
#include "allocator/backends/freelist/direct_blocks.h"
#include "allocator/backends/freelist/fast_cache.h"
#include "allocator/backends/freelist/fit_policy.h"
#include "allocator/backends/freelist/sorted_cache.h"
#include "allocator/backends/freelist/top_block.h"
#include "allocator/backends/freelist/unsorted_cache.h"
#include "allocator/inspectable.h"
#include "allocator/pages/page_heap.h"
#include "allocator/reclaimable.h"

namespace jsheap::freelist {

// A mapping is never smaller than an OS page.
inline constexpr size_t kLeastDirectBytes = size_t{4} << 10;

struct FreelistOptions {
  Fit fit = Fit::kBest;
  // Requests of up to so many bytes use the fast cache; 0 turns it off, at
  // most FastCache::kMostPayloadBytes.
  size_t fast = 64;
  // Requests from so many bytes up have a mapping of their own; at least
  // kLeastDirectBytes, which was JSMalloc's choice. A mapping costs 10 to 15 us
  // and 1.8 us for every OS page touched, a dirty block 2 us for every 100 KiB
  // cleared: below 1 MiB a mapping never wins, not even untouched (64 KiB: 14
  // us against 0.6), beyond it does where buffers are sparse (16 MiB: 13 us
  // against 600; but touched all over, 11 ms against 1).
  size_t direct = size_t{1} << 20;
  // Bytes of addresses for all but direct blocks; 0 stands for 256 GiB, or as
  // much as the system gives.
  size_t reserve = 0;
};

class FreelistAllocator final : public Allocator,
                                private Reclaimable,
                                private Inspectable {
 public:
  // Null, with `*error` saying why, when the system refuses the addresses.
  static std::unique_ptr<FreelistAllocator> Make(const FreelistOptions& options,
                                                 std::string* error);
  // No thread may use the allocator any more; all its blocks end with it.
  ~FreelistAllocator() override = default;

  void* Allocate(size_t bytes) override;
  void* AllocateZeroed(size_t bytes) override;
  void Free(void* block, size_t bytes) override;
  size_t UsableSize(const void* block) const override;
  Reclaimable* reclaimable() override { return this; }
  const Inspectable* inspectable() const override { return this; }
  AllocatorStats Stats(bool detail) const override;
  using Allocator::Stats;

  // Merges what lies in the fast and unsorted caches with its neighbours.
  CoalesceGain Coalesce() override;

  std::string Verify() const override;

 private:
  explicit FreelistAllocator(const FreelistOptions& options);
  bool Tick() override;
  uint64_t Trim() override;
  void SetListener(ReclaimListener* listener, bool count_allocations) override;
  HeapMap Map(bool blocks) const override;

  Found AllocateBlock(size_t bytes);
  void* AllocateDirect(size_t bytes);
  void FreeDirect(void* payload, size_t bytes);
  void RaisePeak() const;

  // These expect the lock.
  Found Take(size_t size);
  Found TakeSortedOrTop(size_t size);
  bool Grow(size_t size);
  void Put(Block* block);
  const char* FirstProblem() const;
  void CheckFree(const Block* block, size_t bytes) const;

  const FreelistOptions options_;
  PageHeap pages_;
  DirectBlocks direct_;
  // What pages_ has committed; it only grows, and only in Grow.
  std::atomic<uint64_t> committed_in_pages_{0};
  mutable std::atomic<uint64_t> peak_committed_{0};
  ReclaimListener* counter_ = nullptr;  // who counts allocations, or null

  mutable std::mutex mutex_;
  // Guarded by mutex_, together with the headers of all blocks:
  BlockManager manager_{pages_};
  FastCache fast_;
  UnsortedCache unsorted_;
  SortedCache sorted_;
  TopBlock top_;
  Coalescer coalescer_{manager_, fast_, unsorted_, sorted_, top_};
  Tally live_;
  ReclaimListener* listener_ = nullptr;
  bool is_asleep_ = true;  // the listener waits to be woken
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_FREELIST_ALLOCATOR_H_
