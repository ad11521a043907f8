// Blocks just freed that are too large for the fast cache. Most are asked for
// again at once and in the same size: they wait here, unmerged, and are looked
// for first. A block that nobody wanted is pushed out by later ones and only
// then merged and sorted.
//
// The sizes stand in an array of their own, so that looking through all of
// them reads two cache lines and no block.
//
// Not thread-safe: the allocator's lock guards it.

#ifndef ALLOCATOR_BACKENDS_FREELIST_UNSORTED_CACHE_H_
#define ALLOCATOR_BACKENDS_FREELIST_UNSORTED_CACHE_H_

#include <algorithm>
#include <array>
#include <cstddef>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/tally.h"
#include "allocator/checks.h"

namespace jsheap::freelist {

class UnsortedCache {
 public:
  static constexpr size_t kSlots = 16;

  const Tally& held() const { return held_; }

  // Puts in a loose block. Returns the loose block that had to make room, or
  // null.
  [[nodiscard]] Block* Put(Block* block) {
    Block* evicted = TakeFrom(next_);
    block->set_flag(Block::kCached, true);
    blocks_[next_] = block;
    sizes_[next_] = block->size();
    held_.Add(block->size());
    next_ = (next_ + 1) % kSlots;
    return evicted;
  }

  // A loose block of `size` bytes, or a few more that can't be split off; the
  // one put in last comes first. Null when there is none.
  Block* Take(size_t size) {
    for (size_t age = 1; age <= kSlots; ++age) {
      const size_t slot = (next_ - age) % kSlots;
      if (sizes_[slot] - size >= Block::kLeastBytes) continue;
      if (age == 1) next_ = slot;  // the next Put pushes no older one out
      return TakeFrom(slot);
    }
    return nullptr;
  }

  // Takes all blocks out and hands them to fn(block).
  template <typename Fn>
  void Drain(Fn fn) {
    for (size_t slot = 0; slot < kSlots; ++slot) {
      if (Block* block = TakeFrom(slot)) fn(block);
    }
  }

  // The largest block's size; 0 when there is none.
  size_t Largest() const { return *std::ranges::max_element(sizes_); }

 private:
  Block* TakeFrom(size_t slot) {
    if (sizes_[slot] == 0) return nullptr;
    Block* block = blocks_[slot];
    if constexpr (kDebugChecks) {
      if (!block->cached() || block->size() != sizes_[slot]) {
        Fail("damaged block in the unsorted cache", block->Payload(),
             sizes_[slot]);
      }
    }
    block->set_flag(Block::kCached, false);
    held_.Remove(sizes_[slot]);
    sizes_[slot] = 0;
    return block;
  }

  std::array<size_t, kSlots> sizes_ = {};  // 0: the slot is empty
  std::array<Block*, kSlots> blocks_ = {};
  size_t next_ = 0;  // the oldest slot, where the next block goes
  Tally held_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_UNSORTED_CACHE_H_
