// Tiny blocks just freed: a stack for every size, so that they come again in
// two memory accesses. They don't merge while they are here, which is why the
// cache is flushed when it holds too much or memory runs short.
//
// Not thread-safe: the allocator's lock guards it.

#ifndef ALLOCATOR_BACKENDS_FREELIST_FAST_CACHE_H_
#define ALLOCATOR_BACKENDS_FREELIST_FAST_CACHE_H_

#include <array>
#include <cstddef>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/tally.h"
#include "allocator/checks.h"

namespace jsheap::freelist {

class FastCache {
 public:
  // The most that `payload_bytes` may be.
  static constexpr size_t kMostPayloadBytes = 1024;
  // What it holds in all is bounded: flushing that much takes some 0.2 ms.
  static constexpr size_t kMostBytes = size_t{256} << 10;

  // Serves payloads of up to so many bytes; 0 turns it off.
  explicit FastCache(size_t payload_bytes)
      : most_size_(payload_bytes == 0 ? 0 : Block::SizeFor(payload_bytes)) {}

  bool Serves(size_t size) const { return size <= most_size_; }
  bool IsFull() const { return held_.bytes > kMostBytes; }
  const Tally& held() const { return held_; }

  // Puts in a loose block of a size that it serves.
  void Put(Block* block) {
    block->set_flag(Block::kCached, true);
    Block*& top = stacks_[block->size() / Block::kUnit];
    block->PayloadAs<Link>().below = top;
    top = block;
    held_.Add(block->size());
  }

  // A loose block of just this size, or null.
  Block* Take(size_t size) {
    Block*& top = stacks_[size / Block::kUnit];
    Block* block = top;
    if (block == nullptr) return nullptr;
    if constexpr (kDebugChecks) {
      if (!block->cached() || block->size() != size) {
        Fail("damaged block in the fast cache", block->Payload(), size);
      }
    }
    top = block->PayloadAs<Link>().below;
    block->set_flag(Block::kCached, false);
    held_.Remove(size);
    return block;
  }

  // Takes all blocks out and hands them to fn(block).
  template <typename Fn>
  void Drain(Fn fn) {
    for (size_t size = Block::kLeastBytes; held_.blocks != 0;
         size += Block::kUnit) {
      while (Block* block = Take(size)) fn(block);
    }
  }

  // The largest block's size; 0 when there is none.
  size_t Largest() const {
    if (held_.blocks == 0) return 0;
    size_t i = stacks_.size() - 1;
    while (stacks_[i] == nullptr) --i;
    return i * Block::kUnit;
  }

 private:
  struct Link {
    Block* below;
  };

  const size_t most_size_;
  // By size in units.
  std::array<Block*, Block::SizeFor(kMostPayloadBytes) / Block::kUnit + 1>
      stacks_ = {};
  Tally held_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_FAST_CACHE_H_
