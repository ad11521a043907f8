// Free blocks in a doubly linked list through their payloads. The shortest
// block has room for the two links.

#ifndef ALLOCATOR_BACKENDS_FREELIST_BLOCK_LIST_H_
#define ALLOCATOR_BACKENDS_FREELIST_BLOCK_LIST_H_

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/tally.h"

namespace jsheap::freelist {

class BlockList {
 public:
  Block* first() const { return first_; }

  void Insert(Block* block) {
    Links(block) = {first_, nullptr};
    if (first_ != nullptr) Links(first_).previous = block;
    first_ = block;
  }

  void Remove(Block* block) {
    const auto [next, previous] = Links(block);
    (previous != nullptr ? Links(previous).next : first_) = next;
    if (next != nullptr) Links(next).previous = previous;
  }

  // Adds the blocks to `found`; false when they aren't all of `size` bytes and
  // linked both ways.
  bool Verify(size_t size, Tally* found) const {
    const Block* previous = nullptr;
    for (Block* at = first_; at != nullptr; at = Links(at).next) {
      if (at->size() != size || Links(at).previous != previous) return false;
      found->Add(size);
      previous = at;
    }
    return true;
  }

 private:
  struct BlockLinks {
    Block *next, *previous;
  };
  static_assert(Block::kHeaderBytes + sizeof(BlockLinks) <=
                Block::kLeastBytes - Block::kHeaderBytes);

  static BlockLinks& Links(Block* block) {
    return block->PayloadAs<BlockLinks>();
  }

  Block* first_ = nullptr;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_BLOCK_LIST_H_
