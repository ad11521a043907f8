#include "allocator/backends/freelist/block_viewer.h"

namespace jsheap::freelist {

const char* BlockViewer::Verify(const Block* top, BlockCounts* counts) const {
  *counts = {};
  const char* problem = nullptr;
  manager_.ForEachExtent([&](const Span& extent) {
    if (problem == nullptr) problem = VerifyExtent(extent, top, counts);
  });
  return problem;
}

const char* BlockViewer::VerifyExtent(const Span& extent, const Block* top,
                                      BlockCounts* counts) const {
  const auto [first, bytes] = manager_.BlocksOf(extent);
  const Block* before = nullptr;
  const Block* at = first;
  for (size_t left = bytes; left > 0;) {
    const size_t size = at->size();
    if (size < Block::kLeastBytes || size > left) {
      return "a block's size is impossible";
    }
    const bool before_in_use = before == nullptr || before->in_use();
    if (at->previous_in_use() != before_in_use) {
      return "a block is wrong about the one before it";
    }
    if (at->in_use()) {
      (at->cached() ? counts->cached : counts->used).Add(size);
    } else {
      if (!before_in_use) return "two free blocks are neighbours";
      if (at != top) {
        if (at->TailTag() != size) return "a free block's tail tag is wrong";
        counts->sorted.Add(size);
      }
    }
    before = at;
    left -= size;
    at = at->Next();
  }
  if (!at->is_fence() || !at->in_use()) return "an extent's fence is damaged";
  // The top leaves the fence as it was.
  if (before != top && at->previous_in_use() != before->in_use()) {
    return "an extent's fence is wrong about the block before it";
  }
  return nullptr;
}

}  // namespace jsheap::freelist
