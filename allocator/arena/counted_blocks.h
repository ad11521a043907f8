// Blocks that are freed one by one, on any thread, out of chunks that are
// filled one after the other: a chunk that is full retires, and its memory
// comes back with its last block.

#ifndef ALLOCATOR_ARENA_COUNTED_BLOCKS_H_
#define ALLOCATOR_ARENA_COUNTED_BLOCKS_H_

#include <cstddef>

#include "allocator/arena/chunk.h"
#include "allocator/arena/lifetime.h"
#include "allocator/pages/page_heap.h"

namespace jsheap {

// For one thread; the blocks are freed by Chunk::FreeBlock on any.
class CountedBlocks {
 public:
  // `pages` must outlive all blocks. Chunks begin with `first_bytes` and double
  // up to `chunk_bytes`; both are multiples of kPageBytes.
  CountedBlocks(PageHeap& pages, ChunkAccount* account, Lifetime lifetime,
                size_t chunk_bytes, size_t first_bytes);
  CountedBlocks(PageHeap& pages, ChunkAccount* account, Lifetime lifetime,
                size_t chunk_bytes)
      : CountedBlocks(pages, account, lifetime, chunk_bytes, chunk_bytes) {}
  ~CountedBlocks();
  CountedBlocks(const CountedBlocks&) = delete;
  CountedBlocks& operator=(const CountedBlocks&) = delete;

  // Null when the account or the page heap has no room. `alignment` is a power
  // of two up to kPageBytes.
  void* Allocate(size_t bytes, bool zeroed, size_t alignment = 16);

 private:
  Chunk* ChunkFor(size_t bytes, size_t alignment);
  Chunk* Make(size_t bytes);

  PageHeap& pages_;
  ChunkAccount* const account_;
  const Lifetime lifetime_;
  const size_t chunk_bytes_;
  size_t next_bytes_;  // of the next chunk
  Chunk* current_ = nullptr;
};

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_COUNTED_BLOCKS_H_
