#include "allocator/backends/freelist/coalescer.h"

#include <algorithm>

#include "allocator/checks.h"

namespace jsheap::freelist {

size_t Coalescer::Add(Block* block) {
  if (!block->previous_in_use()) block = MergeWithPrevious(block);
  Block* next = block->Next();
  if (top_.Is(next)) {
    top_.Absorb(block);
    ++merged_;
    return top_.size();
  }
  if (!next->in_use()) {
    sorted_.Remove(next);
    BlockManager::Merge(block, next);
    ++merged_;
  }
  const size_t size = block->size();
  if (manager_.IsWholeExtent(block)) {
    manager_.RemoveExtent(block);
  } else {
    sorted_.Put(block);
  }
  return size;
}

Block* Coalescer::MergeWithPrevious(Block* block) {
  Block* previous = block->Previous();
  if constexpr (kDebugChecks) {
    if (!manager_.CouldBeBlock(previous) || previous->in_use() ||
        previous->Next() != block) {
      Fail("damaged boundary tag before a block", block->Payload(),
           block->size());
    }
  }
  sorted_.Remove(previous);
  BlockManager::Merge(previous, block);
  ++merged_;
  return previous;
}

void Coalescer::FlushFast() {
  fast_.Drain([this](Block* block) { Add(block); });
}

void Coalescer::FlushAll() {
  FlushFast();
  unsorted_.Drain([this](Block* block) { Add(block); });
}

CoalesceGain Coalescer::Coalesce() {
  CoalesceGain gain;
  gain.largest_free_before = LargestFree();
  gain.merged = merged_;
  size_t largest = 0;
  const auto add = [&](Block* block) {
    largest = std::max(largest, Add(block));
  };
  fast_.Drain(add);
  unsorted_.Drain(add);
  gain.merged = merged_ - gain.merged;
  gain.largest_free_after = std::max(largest, LargestFree());
  if (top_.block() != nullptr && manager_.IsWholeExtent(top_.block())) {
    manager_.RemoveExtent(top_.Retire());
  }
  return gain;
}

size_t Coalescer::LargestFree() const {
  return std::max(
      {fast_.Largest(), unsorted_.Largest(), sorted_.Largest(), top_.size()});
}

}  // namespace jsheap::freelist
