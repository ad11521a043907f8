// Blocks of whole pages, each a span of its own.
//
// What is freed by another thread than the one that allocated it is made zero
// there, so that the allocating thread finds it ready. Where blocks are touched
// only here and there they are given back to the system instead of written: so
// a buffer of which a script uses little never costs its whole size.

#ifndef ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_
#define ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/backends/slab/density.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::slab {

class ThreadCache;

// Thread-safe.
class LargeBlocks {
 public:
  LargeBlocks(PageHeap& pages, bool track_zero)
      : pages_(pages), track_zero_(track_zero) {}

  // A block aligned to `alignment`, a power of two of at least a page, or
  // null. `home` stands for the calling thread.
  void* Allocate(size_t bytes, bool zeroed, size_t alignment,
                 const ThreadCache* home);

  // `thread` stands for the calling thread.
  void Free(Span* span, const ThreadCache* thread);

  // What was asked for.
  static size_t SizeOf(const Span* span);

  // Bytes that the live blocks really occupy.
  uint64_t occupied_bytes() const {
    return occupied_bytes_.load(std::memory_order_relaxed);
  }

 private:
  bool MakeZero(Span* span, const ThreadCache* thread);
  bool IsBestPurged(const Span* span);
  void MakeZeroFirst(Span* span);

  PageHeap& pages_;
  const bool track_zero_;
  Density density_;
  std::atomic<uint64_t> occupied_bytes_{0};
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_
