// Where a process's arenas take their chunks: the page heap behind an
// allocator, if it takes guests, else one of their own.

#ifndef ALLOCATOR_ARENA_ARENA_HEAP_H_
#define ALLOCATOR_ARENA_ARENA_HEAP_H_

#include <cstddef>
#include <memory>

#include "allocator/allocator.h"
#include "allocator/arena/arena.h"
#include "allocator/pages/page_heap.h"

namespace jsheap {

// Thread-safe.
class ArenaHeap {
 public:
  // For `allocator`, whose page heap it keeps alive. All allocators without a
  // page heap for guests share one, which lives as long as the process.
  static std::shared_ptr<ArenaHeap> For(std::shared_ptr<Allocator> allocator);

  // False when the system had no addresses left; nothing else works then.
  bool ok() const { return pages_->ok(); }
  PageHeap& pages() const { return *pages_; }

  // Whether `block` lies in a chunk. Any address may be asked for; of a large
  // block of the allocator only its start.
  bool Owns(const void* block) const {
    return pages_->map().Contains(block) &&
           pages_->map().HeadOf(block)->Kind() == SpanKind::kArena;
  }

  // The same, in a chunk whose blocks aren't counted.
  bool OwnsPlain(const void* block) const {
    return Owns(block) && !Chunk::Of(pages_->map().HeadOf(block))->is_counted;
  }

  // Ends a counted block of `bytes` bytes that Owns knows.
  void FreeCounted(void* block, size_t bytes) const {
    Arena::Free(pages_->map().HeadOf(block), bytes);
  }

  // Whether it is none of the allocator's, which then doesn't show it.
  bool is_apart() const { return own_ != nullptr; }
  // Of a heap apart: its spans.
  HeapMap Map() const;

 private:
  explicit ArenaHeap(std::shared_ptr<Allocator> allocator);

  const std::shared_ptr<Allocator> allocator_;  // null when apart
  const std::unique_ptr<PageHeap> own_;
  PageHeap* const pages_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_ARENA_HEAP_H_
