// Memory that dies together: blocks are cut off one after the other from
// chunks, and all end at once.
//
// Two kinds of blocks, which never share a chunk:
//   plain    ended by Reset, whoever still points to them
//   counted  freed one by one, on any thread, and never invalidated: a chunk of
//            them goes on being filled over resets, retires when full, and its
//            memory comes back with its last block
// Reset and destruction are O(chunks).

#ifndef ALLOCATOR_ARENA_ARENA_H_
#define ALLOCATOR_ARENA_ARENA_H_

#include <cstddef>
#include <cstdint>

#include "allocator/arena/chunk.h"
#include "allocator/arena/counted_blocks.h"
#include "allocator/arena/lifetime.h"
#include "allocator/budget/budget.h"
#include "allocator/pages/page_heap.h"

namespace jsheap {

struct ArenaOptions {
  Lifetime lifetime = Lifetime::kTransient;
  size_t chunk_bytes = 0;  // 0: by lifetime; else rounded up to whole pages
  uint64_t limit = Budget::kUnlimited;  // bytes of chunks
  Budget* parent = nullptr;             // of the arena's budget; may be null
};

struct ArenaStats {
  uint64_t used_bytes = 0;  // of plain blocks, with padding
  uint64_t peak_bytes = 0;  // the most of that between two resets
  uint64_t chunk_bytes = 0;
  uint64_t chunks = 0;
  uint64_t retired_chunks = 0;  // full of counted blocks, some of them live
  uint64_t allocations = 0;
  uint64_t resets = 0;
};

// For one thread, but for Free.
class Arena {
 public:
  // `pages` and the parent budget must outlive the arena and all its counted
  // blocks.
  Arena(PageHeap& pages, const ArenaOptions& options);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // A plain block of `bytes` bytes, aligned to `alignment` (a power of two up
  // to 64 KiB), or null. Contents: zero or what the arena itself wrote earlier.
  void* Allocate(size_t bytes, size_t alignment = 16);
  // The same, and every byte reads as zero.
  void* AllocateZeroed(size_t bytes, size_t alignment = 16);

  // A counted block, zeroed when asked for, or null.
  void* AllocateCounted(size_t bytes, bool zeroed, size_t alignment = 16);
  // Ends a counted block of `bytes` bytes, of whichever arena; `span` is the
  // head of its span (SpanKind::kArena). Thread-safe.
  static void Free(Span* span, size_t bytes) {
    Chunk::Of(span)->FreeBlock(bytes);
  }

  // Ends all plain blocks.
  void Reset();

  ArenaStats Stats() const;
  Lifetime lifetime() const { return lifetime_; }

 private:
  // Chunks in the order they are filled.
  struct List {
    Chunk* first = nullptr;
    Chunk* last = nullptr;
  };

  Chunk* NextPlainChunk(size_t least_bytes);
  Chunk* MakeChunk(size_t least_bytes);

  PageHeap& pages_;
  const Lifetime lifetime_;
  const size_t chunk_bytes_;
  ChunkAccount* const account_;

  List plain_;                // all plain chunks
  Chunk* current_ = nullptr;  // of them, the one being filled
  CountedBlocks counted_;
  uint64_t filled_bytes_ = 0;  // used in the chunks before current_
  uint64_t peak_bytes_ = 0;
  uint64_t allocations_ = 0;
  uint64_t resets_ = 0;
};

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_ARENA_H_
