// A chunk: a span that one arena fills from its start to its end.

#ifndef ALLOCATOR_ARENA_CHUNK_H_
#define ALLOCATOR_ARENA_CHUNK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/arena/lifetime.h"
#include "allocator/budget/budget.h"
#include "allocator/pages/page_heap.h"
#include "allocator/pages/span.h"

namespace jsheap {

// What an arena's chunks occupy. Kept by the arena and by every chunk of it, as
// chunks with counted blocks outlive their arena. Thread-safe.
struct ChunkAccount {
  ChunkAccount(uint64_t limit, Budget* parent) : budget(limit, parent) {}

  Budget budget;
  std::atomic<uint64_t> chunks{0};
  std::atomic<uint64_t> retired{0};  // of them, those the arena has left
  std::atomic<uint64_t> references{1};

  // The arena gives up its reference, but its counted blocks may live on.
  void Retire();

  void AddReference() { references.fetch_add(1, std::memory_order_relaxed); }
  void DropReference() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
};

// Lives in its span's descriptor. Invariant: start <= at <= end, and the bytes
// from max(at, dirty_end) to end read as zero.
//
// `references` counts who keeps the memory: the arena, while the chunk is its,
// and every block that was allocated as counted and isn't freed yet. Whoever
// drops the last one gives the span back to the page heap. Only `references`
// may be touched by other threads than the arena's.
struct Chunk {
  PageHeap* pages;
  ChunkAccount* account;
  Chunk* next;
  char* at;         // where the next block may begin
  char* dirty_end;  // what earlier rounds wrote ends here
  bool is_retired;  // the arena has left it to its counted blocks
  std::atomic<uint32_t> references;

  // A chunk of `bytes` bytes, a multiple of kPageBytes, with one reference;
  // null when the budget or the page heap has no room.
  static Chunk* Make(PageHeap& pages, ChunkAccount& account, Lifetime lifetime,
                     size_t bytes);

  static Chunk* Of(Span* span) { return span->ClientAs<Chunk>(); }

  Span* span() {
    // The descriptor begins this far before the part that is the client's.
    return reinterpret_cast<Span*>(reinterpret_cast<char*>(this) -
                                   offsetof(Span, client));
  }
  char* start() { return pages->map().AddressOf(span()); }
  char* end() { return start() + size(); }
  size_t size() { return span()->pages * kPageBytes; }
  size_t used() { return static_cast<size_t>(at - start()); }

  // The block's start, or null when the rest is too short. `alignment` is a
  // power of two.
  char* Allocate(size_t bytes, size_t alignment);

  // Empty again; what was written is remembered.
  void Rewind();

  // The arena gives up its reference, but its counted blocks may live on.
  void Retire();

  void AddReference() { references.fetch_add(1, std::memory_order_relaxed); }
  // May end the chunk.
  void DropReference();
};

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_CHUNK_H_
