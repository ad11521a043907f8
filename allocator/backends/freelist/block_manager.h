// All blocks at hand: takes them from the page heap by the extent, splits and
// merges them. It knows no cache and makes no choice.
//
// An extent is a span of the page heap, filled without gaps by blocks:
//
//   | 8 bytes unused | block | block | ... | block | fence: a header of size 0
//   |
//
// so that every payload is aligned to 16, the first block never looks for one
// before it, and the last one finds a neighbour that is in use.
//
// A block is *loose* while no cache holds it: marked as in use, so that its
// neighbours leave it alone, and known only to whoever has it in hand.
//
// Not thread-safe: the allocator's lock guards it, and the blocks' headers.

#ifndef ALLOCATOR_BACKENDS_FREELIST_BLOCK_MANAGER_H_
#define ALLOCATOR_BACKENDS_FREELIST_BLOCK_MANAGER_H_

#include <cstddef>
#include <cstdint>

#include "allocator/backends/freelist/block.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::freelist {

class BlockManager {
 public:
  // Large enough that a fence and an unusable end weigh nothing, small enough
  // that one live block doesn't hold much memory.
  static constexpr size_t kExtentBytes = size_t{4} << 20;

  explicit BlockManager(PageHeap& pages) : pages_(pages) {}
  BlockManager(const BlockManager&) = delete;
  BlockManager& operator=(const BlockManager&) = delete;

  struct Extent {
    Block* block = nullptr;  // loose, the whole extent; null: out of memory
    bool is_zero = false;    // its payload is known to read as zero
  };

  // A new extent whose one block has at least `size` bytes.
  Extent AddExtent(size_t size);

  // Whether the block is all that its extent has.
  bool IsWholeExtent(const Block* block) const;

  // Gives the extent of such a loose block back to the page heap.
  void RemoveExtent(Block* whole);

  // Cuts a loose block down to `size` bytes. Returns what is left, loose as
  // well, or null when that would be less than a block: then `block` keeps it.
  static Block* Split(Block* block, size_t size);

  // Joins two loose neighbours.
  static void Merge(Block* left, Block* right);

  // Between loose and free.
  static void MarkFree(Block* block);
  static void MarkLoose(Block* block);

  // Whether a block could begin there and end within the same extent. Any
  // address may be asked for.
  bool CouldBeBlock(const Block* block) const;

  // All blocks of an extent, one behind the other.
  struct Blocks {
    const Block* first;
    size_t bytes;
  };
  Blocks BlocksOf(const Span& extent) const {
    return {FirstBlock(&extent), BlockBytes(&extent)};
  }

  // Calls fn(const Span&) for every extent.
  template <typename Fn>
  void ForEachExtent(Fn fn) const {
    for (Span* span = extents_; span != nullptr; span = Links(span).next) {
      fn(static_cast<const Span&>(*span));
    }
  }

 private:
  // In the descriptor of the extent's span.
  struct ExtentLinks {
    Span *next, *previous;
    const Span* self;  // cleared when the extent ends
  };

  static ExtentLinks& Links(Span* span) {
    return *span->ClientAs<ExtentLinks>();
  }
  static size_t BlockBytes(const Span* span) {
    return span->pages * kPageBytes - Block::kUnit;
  }
  Block* FirstBlock(const Span* span) const {
    return Block::At(pages_.map().AddressOf(span) + Block::kHeaderBytes);
  }
  Span* ExtentOf(const void* address) const;

  PageHeap& pages_;
  Span* extents_ = nullptr;  // all of them
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_BLOCK_MANAGER_H_
