// Blocks as the workloads hold them: with their size, which a JavaScript host
// also knows when it frees.

#ifndef BENCH_ALLOCATOR_HARNESS_BLOCKS_H_
#define BENCH_ALLOCATOR_HARNESS_BLOCKS_H_

#include <cstddef>
#include <vector>

#include "allocator/allocator.h"

namespace jsheap::bench {

struct Block {
  void* at = nullptr;
  size_t bytes = 0;
};

// Uses a block a little: out of memory ends the program here.
inline void TouchEnds(const Block& block) {
  volatile char* at = static_cast<volatile char*>(block.at);
  at[0] = 1;
  at[block.bytes - 1] = 1;
}

// A block of at least one byte, touched at both ends.
inline Block Take(Allocator& heap, size_t bytes) {
  const Block block{heap.Allocate(bytes), bytes};
  TouchEnds(block);
  return block;
}
inline Block TakeZeroed(Allocator& heap, size_t bytes) {
  const Block block{heap.AllocateZeroed(bytes), bytes};
  TouchEnds(block);
  return block;
}

inline void Free(Allocator& heap, const Block& block) {
  heap.Free(block.at, block.bytes);
}

inline void FreeAll(Allocator& heap, const std::vector<Block>& blocks) {
  for (const Block& block : blocks) Free(heap, block);
}

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_BLOCKS_H_
