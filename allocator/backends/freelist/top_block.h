// The block at the end of the newest extent. When no other free block fits, it
// is cut from the bottom up, so blocks allocated one after the other lie one
// behind the other. It is free, but in no cache, and has no tail tag: nobody
// looks for it from behind.
//
// In an extent that came zeroed, what was never cut off still reads as zero.
//
// Not thread-safe: the allocator's lock guards it.

#ifndef ALLOCATOR_BACKENDS_FREELIST_TOP_BLOCK_H_
#define ALLOCATOR_BACKENDS_FREELIST_TOP_BLOCK_H_

#include <cstddef>
#include <cstdint>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/block_manager.h"

namespace jsheap::freelist {

// A loose block for a request.
struct Found {
  Block* block = nullptr;         // null: there is none
  size_t dirty_bytes = SIZE_MAX;  // of its payload; the rest reads as zero
};

class TopBlock {
 public:
  const Block* block() const { return block_; }
  bool Is(const Block* block) const { return block == block_; }
  size_t size() const { return block_ == nullptr ? 0 : block_->size(); }

  // How many bytes at its end are known to read as zero.
  size_t ZeroBytes() const;

  // `extent.block` becomes the top; there must be none.
  void Start(const BlockManager::Extent& extent);

  // There is no top any more; the block that was it, loose, or null.
  Block* Retire();

  // A block of `size` bytes from its lower end.
  Found Take(size_t size);

  // Merges with the loose block that lies just before it.
  void Absorb(Block* block);

 private:
  Block* block_ = nullptr;
  const char* zero_from_ = nullptr;  // from here to its end all is zero
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_TOP_BLOCK_H_
