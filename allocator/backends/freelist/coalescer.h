// Merges freed blocks with their free neighbours: the reclaiming half of the
// allocator, apart from the half that makes choices.
//
// Not thread-safe: the allocator's lock guards it.

#ifndef ALLOCATOR_BACKENDS_FREELIST_COALESCER_H_
#define ALLOCATOR_BACKENDS_FREELIST_COALESCER_H_

#include <cstddef>
#include <cstdint>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/block_manager.h"
#include "allocator/backends/freelist/fast_cache.h"
#include "allocator/backends/freelist/sorted_cache.h"
#include "allocator/backends/freelist/top_block.h"
#include "allocator/backends/freelist/unsorted_cache.h"
#include "allocator/reclaimable.h"

namespace jsheap::freelist {

class Coalescer {
 public:
  Coalescer(BlockManager& manager, FastCache& fast, UnsortedCache& unsorted,
            SortedCache& sorted, TopBlock& top)
      : manager_(manager),
        fast_(fast),
        unsorted_(unsorted),
        sorted_(sorted),
        top_(top) {}

  // Merges a loose block with its free neighbours. What comes of it goes into
  // the sorted cache or the top block or, when it is a whole extent, back to
  // the page heap. Returns its size.
  size_t Add(Block* block);

  // Empties the fast cache, or that and the unsorted one.
  void FlushFast();
  void FlushAll();

  // FlushAll, and gives back even the top's extent if it is entirely free. The
  // gain's sizes are of blocks, before entirely free extents went back to the
  // page heap.
  CoalesceGain Coalesce();

 private:
  size_t LargestFree() const;
  Block* MergeWithPrevious(Block* block);

  BlockManager& manager_;
  FastCache& fast_;
  UnsortedCache& unsorted_;
  SortedCache& sorted_;
  TopBlock& top_;
  uint64_t merged_ = 0;  // since the start
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_COALESCER_H_
