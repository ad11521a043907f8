#include "allocator/backends/freelist/first_fit.h"

#include <algorithm>

namespace jsheap::freelist {

size_t FirstFit::LongestIn(Block* tree) {
  if (tree == nullptr) return 0;
  return std::max(
      {tree->size(), Links(tree).longest_left, Links(tree).longest_right});
}

void FirstFit::ByAddress::Changed(Block* block, Block*& child) {
  auto& links = FirstFit::Links(block);
  (&child == &links.left ? links.longest_left : links.longest_right) =
      LongestIn(child);
}

void FirstFit::Insert(Block* block) {
  if (block->size() < kLeastNodeBytes) return least_.Insert(block);
  tree_.Insert(block);
}

void FirstFit::Remove(Block* block) {
  if (block->size() < kLeastNodeBytes) return least_.Remove(block);
  tree_.Remove(block);
}

Block* FirstFit::Find(size_t size) const {
  if (size < kLeastNodeBytes && least_.first() != nullptr) {
    return least_.first();
  }
  Block* at = tree_.root();
  if (LongestIn(at) < size) return nullptr;
  for (;;) {
    if (Links(at).longest_left >= size) {
      at = Links(at).left;
    } else if (at->size() >= size) {
      return at;
    } else {
      at = Links(at).right;
    }
  }
}

size_t FirstFit::Largest() const {
  if (tree_.root() != nullptr) return LongestIn(tree_.root());
  return least_.first() != nullptr ? Block::kLeastBytes : 0;
}

const char* FirstFit::Verify(Tally* found) const {
  *found = {};
  if (!least_.Verify(Block::kLeastBytes, found)) {
    return "the list of free blocks is damaged";
  }
  bool ok = true;
  const Block* last = nullptr;
  tree_.ForEach([&](Block* node) {
    ok &= last < node && node->size() >= kLeastNodeBytes &&
          Links(node).longest_left == LongestIn(Links(node).left) &&
          Links(node).longest_right == LongestIn(Links(node).right);
    found->Add(node->size());
    last = node;
  });
  return ok ? nullptr : "the tree of free blocks is damaged";
}

}  // namespace jsheap::freelist
