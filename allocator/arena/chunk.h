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

// What an arena's chunks and counted blocks take. Kept by the arena and by
// every chunk of it, as chunks with counted blocks outlive their arena.
// Accounts nest: what is in one is in its outer one too. Thread-safe.
struct ChunkAccount {
  // For the bytes of chunks, `limit` and `parent`, which may be null and must
  // outlive the account.
  ChunkAccount(uint64_t limit, Budget* parent)
      : budget(limit, parent), blocks(own_blocks) {}
  // An account within `outer`, of which the blocks may take `block_limit`
  // bytes. Keeps a reference to `outer`.
  ChunkAccount(ChunkAccount* outer_account, uint64_t block_limit)
      : budget(Budget::kUnlimited, &outer_account->budget),
        own_blocks(block_limit, &outer_account->blocks),
        blocks(block_limit == Budget::kUnlimited ? outer_account->blocks
                                                 : own_blocks),
        outer(outer_account) {
    outer->AddReference();
  }

  Budget budget;  // bytes of chunks
  Budget own_blocks;
  // Bytes of live counted blocks, and what else the owner charges: its own, or
  // where that has no limit the outer one, as a charge takes time for each.
  Budget& blocks;
  std::atomic<uint64_t> chunks{0};
  std::atomic<uint64_t> retired{0};     // of them, those the arena has left
  std::atomic<uint64_t> live_bytes{0};  // of live counted blocks, as requested
  std::atomic<uint64_t> references{1};
  ChunkAccount* const outer = nullptr;

  void AddChunk();
  void RetireChunk();
  void RemoveChunk(bool was_retired);

  // A counted block begins (false when `blocks` has no room), or ends.
  bool TryChargeBlock(uint64_t bytes);
  void ReleaseBlock(uint64_t bytes);

  void AddReference() { references.fetch_add(1, std::memory_order_relaxed); }
  void DropReference();
};

// Lives in its span's descriptor. Invariant: start <= at <= end, and the bytes
// from max(at, dirty_end) to end read as zero.
//
// `references` counts who keeps the memory: the arena, while the chunk is its,
// and every block that was allocated as counted and isn't freed yet. Whoever
// drops the last one gives the span back to the page heap. Only `references`
// may be touched by other threads than the arena's.
//
// A chunk that is being filled with counted blocks has all the references that
// it may need from the start, so that a new block is no atomic operation:
// references = kOpenReferences - frees, until Retire takes back the rest.
struct Chunk {
  PageHeap* pages;
  ChunkAccount* account;
  Chunk* next;
  char* at;         // where the next block may begin
  char* dirty_end;  // what earlier rounds wrote ends here
  bool is_counted;  // its blocks are freed one by one
  bool is_retired;  // the arena has left it to its counted blocks
  uint32_t issued;  // counted blocks cut off since it was opened
  std::atomic<uint32_t> references;

  static constexpr uint32_t kOpenReferences = 1u << 31;

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

  // Zeroes what of a fresh block may have been written before.
  void ZeroBlock(char* block, size_t bytes);

  // Empty again; what was written is remembered.
  void Rewind();

  // Makes a chunk without blocks one for counted blocks.
  void Open() {
    is_counted = true;
    issued = 0;
    references.store(kOpenReferences, std::memory_order_relaxed);
  }
  // Of an open chunk: whether all its counted blocks were freed.
  bool IsIdle() const {
    return references.load(std::memory_order_acquire) ==
           kOpenReferences - issued;
  }
  // Ends the filling of an open chunk; its counted blocks may live on.
  void Retire();

  void AddReference() { references.fetch_add(1, std::memory_order_relaxed); }
  // May end the chunk.
  void DropReference() { DropReferences(1); }
  void DropReferences(uint32_t count);

  // Ends a counted block of `bytes` bytes. Thread-safe.
  void FreeBlock(uint64_t bytes);
};

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_CHUNK_H_
