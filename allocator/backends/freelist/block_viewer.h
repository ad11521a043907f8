// Reads the blocks of a heap and changes none: what a heap map is drawn from,
// and the check that headers, tags and counts agree.
//
// Not thread-safe: the allocator's lock guards the blocks.

#ifndef ALLOCATOR_BACKENDS_FREELIST_BLOCK_VIEWER_H_
#define ALLOCATOR_BACKENDS_FREELIST_BLOCK_VIEWER_H_

#include <cstddef>
#include <cstdint>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/block_manager.h"
#include "allocator/backends/freelist/tally.h"
#include "allocator/inspectable.h"
#include "allocator/pages/span.h"

namespace jsheap::freelist {

// What there is of each kind.
struct BlockCounts {
  Tally used;
  Tally cached;  // in the fast and unsorted caches
  Tally sorted;  // free, but for the top
};

class BlockViewer {
 public:
  explicit BlockViewer(const BlockManager& manager) : manager_(manager) {}

  // Calls fn(BlockInfo) for every block of an extent. It lies from its header
  // on; it isn't used when it is free or in a cache.
  template <typename Fn>
  void ForEachBlock(const Span& extent, Fn fn) const {
    const auto [first, bytes] = manager_.BlocksOf(extent);
    const Block* block = first;
    for (size_t done = 0; done < bytes; block = block->Next()) {
      const size_t size = block->size();
      fn(BlockInfo{Block::kHeaderBytes + done, size,
                   block->in_use() && !block->cached()});
      done += size;
    }
  }

  // Walks all blocks and sets `*counts`; `top` is the one that has no tail
  // tag, or null. Returns null, or the first inconsistency.
  const char* Verify(const Block* top, BlockCounts* counts) const;

 private:
  const char* VerifyExtent(const Span& extent, const Block* top,
                           BlockCounts* counts) const;

  const BlockManager& manager_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_BLOCK_VIEWER_H_
