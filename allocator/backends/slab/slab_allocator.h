// The default allocator: thread caches over slabs for what is small, spans of
// the page heap for what is large, mappings for what is huge.
//
// Built for a JavaScript host: blocks must come zeroed, they are allocated on
// one thread and mostly freed on another, and a free knows the size. README.md
// beside allocator.h draws the map.

#ifndef ALLOCATOR_BACKENDS_SLAB_SLAB_ALLOCATOR_H_
#define ALLOCATOR_BACKENDS_SLAB_SLAB_ALLOCATOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "allocator/allocator.h"
#include "allocator/backends/slab/huge_blocks.h"
#include "allocator/backends/slab/large_blocks.h"
#include "allocator/backends/slab/slab_inspect.h"
#include "allocator/backends/slab/slab_pool.h"
#include "allocator/backends/slab/thread_caches.h"
#include "allocator/checks.h"
#include "allocator/inspectable.h"
#include "allocator/pages/metadata.h"
#include "allocator/pages/page_heap.h"
#include "allocator/reclaimable.h"

namespace jsheap::slab {

struct SlabOptions {
  // Bytes of addresses for all but huge blocks; 0 stands for 256 GiB, or as
  // much as the system gives.
  size_t reserve = 0;
  // Know which free blocks are zero. Off where nobody asks for zeroed memory.
  bool track_zero = true;
};

class SlabAllocator final : public Allocator,
                            private Reclaimable,
                            private Inspectable {
 public:
  // Null, with `*error` saying why, when the system refuses the addresses or
  // kMaxHeaps heaps are alive.
  static std::unique_ptr<SlabAllocator> Make(const SlabOptions& options,
                                             std::string* error);
  // The same in `storage`, of the class's size and alignment; uses no other
  // allocator, and is to be ended, if at all, by its destructor.
  static SlabAllocator* MakeIn(void* storage, const SlabOptions& options);
  // No thread may use the allocator any more; all its blocks end with it.
  ~SlabAllocator() override = default;

  void* Allocate(size_t bytes) override;
  void* AllocateZeroed(size_t bytes) override;
  void Free(void* block, size_t bytes) override;

  // A block aligned to `alignment`, a power of two up to 64 MiB, or null. To be
  // freed with FreeUnsized.
  void* AllocateAligned(size_t bytes, size_t alignment);

  // For those who don't know the size.
  void FreeUnsized(void* block);

  // Whether the block came from this heap. Any address may be asked for.
  bool Owns(const void* block) const {
    return pages_.map().Contains(block) ||
           (huge_.any() && huge_.SizeOf(block) != 0);
  }

  void ExpectDenseUse(void* block, size_t bytes) override;
  bool ExpectsSparseUse(size_t bytes) const override;
  size_t UsableSize(const void* block) const override;
  void FlushThread() override;
  void IdleThread() override;
  Reclaimable* reclaimable() override { return this; }
  PageHeap* page_heap() override { return &pages_; }
  const Inspectable* inspectable() const override { return this; }
  AllocatorStats Stats(bool detail) const override;
  using Allocator::Stats;

  // To be called before fork() and, in both processes, after it.
  void Lock();
  void Unlock();

  std::string Verify() const override;

 private:
  explicit SlabAllocator(const SlabOptions& options);
  bool Tick() override { return pages_.Tick(); }
  // Slabs that are empty but for what the calling thread holds of them become
  // free spans.
  CoalesceGain Coalesce() override;
  uint64_t Trim() override;
  void SetListener(ReclaimListener* listener, bool count_allocations) override;

  HeapMap Map(bool blocks) const override { return MapOf(pages_, blocks); }

  void* AllocateSlow(size_t bytes, bool zeroed);
  void FreeSlow(void* block, size_t bytes);
  void* AllocatePages(size_t bytes, bool zeroed, size_t alignment);
  void RaisePeak() const;
  void* Checked(void* block) const {
    if constexpr (kDebugChecks) CheckAllocation(block);
    return block;
  }
  void CheckAllocation(const void* block) const;
  void CheckFree(Span* span, const void* block, size_t bytes);

  Metadata metadata_;
  PageHeap pages_;
  SlabPool pool_;
  LargeBlocks large_;
  HugeBlocks huge_;
  ThreadCaches caches_;
  mutable std::atomic<uint64_t> peak_committed_{0};
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_SLAB_ALLOCATOR_H_
