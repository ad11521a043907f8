// Blocks of whole pages, each a span of its own.
//
// Zeroes are written when a block is handed out, by the thread that is about to
// use it: to all of it, or to what of it was touched (density.h), so that a
// buffer of which a script uses little never costs its whole size. What lies
// free behind a block is looked at together with it, so that a run of blocks
// that a collector freed costs one system call instead of one each. (Writing
// zeroes in Free, off the script's thread, was tried: a collector's helper that
// does so falls behind the script, which then runs on ever new memory; churn of
// 64 KiB buffers took 2 to 4 times as long.)

#ifndef ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_
#define ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/backends/slab/density.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::slab {

// Thread-safe.
class LargeBlocks {
 public:
  explicit LargeBlocks(PageHeap& pages) : pages_(pages) {}

  // A block aligned to `alignment`, a power of two of at least a page, or
  // null.
  void* Allocate(size_t bytes, bool zeroed, size_t alignment);

  // The block will be written all over.
  void ExpectDenseUse(Span* span);

  // Whether blocks of this size are touched here and there.
  bool ExpectsSparseUse(size_t bytes) const { return density_.IsSparse(bytes); }

  void Free(Span* span);

  // What was asked for.
  static size_t SizeOf(const Span* span);

  // Bytes that the live blocks really occupy.
  uint64_t occupied_bytes() const {
    return occupied_bytes_.load(std::memory_order_relaxed);
  }

 private:
  void MakeZero(Span* span);
  bool LookAndZero(Span* span);
  void TakeSample(Span* span);
  void Learn(const Span* span);

  PageHeap& pages_;
  Density density_;
  std::atomic<uint32_t> last_seed_{0};
  std::atomic<const Span*> last_freed_{nullptr};  // null after an allocation
  std::atomic<uint64_t> occupied_bytes_{0};
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_LARGE_BLOCKS_H_
