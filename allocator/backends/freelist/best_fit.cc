#include "allocator/backends/freelist/best_fit.h"

#include <bit>

namespace jsheap::freelist {

void BestFit::Insert(Block* block) {
  const size_t size = block->size();
  if (size >= kTreeBytes) return InsertIntoTree(block);
  lists_[size / Block::kUnit].Insert(block);
  lists_in_use_ |= uint64_t{1} << (size / Block::kUnit);
}

void BestFit::Remove(Block* block) {
  const size_t size = block->size();
  if (size >= kTreeBytes) return RemoveFromTree(block);
  BlockList& list = lists_[size / Block::kUnit];
  list.Remove(block);
  if (list.first() == nullptr) {
    lists_in_use_ &= ~(uint64_t{1} << (size / Block::kUnit));
  }
}

Block* BestFit::Find(size_t size) const {
  if (size < kTreeBytes) {
    const uint64_t fitting =
        lists_in_use_ & (~uint64_t{0} << (size / Block::kUnit));
    if (fitting != 0) {
      return lists_[static_cast<size_t>(std::countr_zero(fitting))].first();
    }
  }
  Block* node = LeastNode(size);
  if (node == nullptr) return nullptr;
  // One that hangs on the node leaves without a change to the tree.
  Block* next = Links(node).next;
  return next != nullptr ? next : node;
}

size_t BestFit::Largest() const {
  Block* node = tree_.root();
  if (node == nullptr) {
    const int list = 63 - std::countl_zero(lists_in_use_ | 1);
    return static_cast<size_t>(list) * Block::kUnit;
  }
  while (Links(node).right != nullptr) node = Links(node).right;
  return node->size();
}

const char* BestFit::Verify(Tally* found) const {
  *found = {};
  for (size_t i = 0; i < kLists; ++i) {
    if (!lists_[i].Verify(i * Block::kUnit, found)) {
      return "a list of free blocks is damaged";
    }
    if ((lists_[i].first() != nullptr) != ((lists_in_use_ >> i & 1) != 0)) {
      return "the lists of free blocks aren't what their bits say";
    }
  }
  bool ok = true;
  size_t last_size = 0;
  tree_.ForEach([&](Block* node) {
    const size_t size = node->size();
    ok &= size > last_size && size >= kTreeBytes;
    last_size = size;
    const Block* previous = nullptr;
    for (Block* at = node; at != nullptr; at = Links(at).next) {
      ok &= at->size() == size && Links(at).previous == previous;
      found->Add(size);
      previous = at;
    }
  });
  return ok ? nullptr : "the tree of free blocks is damaged";
}

// The node of the least size that is at least `size`, or null.
Block* BestFit::LeastNode(size_t size) const {
  Block* least = nullptr;
  for (Block* at = tree_.root(); at != nullptr;) {
    if (at->size() == size) return at;
    if (at->size() > size) {
      least = at;
      at = Links(at).left;
    } else {
      at = Links(at).right;
    }
  }
  return least;
}

void BestFit::InsertIntoTree(Block* block) {
  Block* node = LeastNode(block->size());
  if (node == nullptr || node->size() != block->size()) {
    Links(block).next = Links(block).previous = nullptr;
    return tree_.Insert(block);
  }
  Block* next = Links(node).next;
  Links(block).next = next;
  Links(block).previous = node;
  Links(node).next = block;
  if (next != nullptr) Links(next).previous = block;
}

void BestFit::RemoveFromTree(Block* block) {
  Block* const next = Links(block).next;
  Block* const previous = Links(block).previous;
  if (next != nullptr) Links(next).previous = previous;
  if (previous != nullptr) {
    Links(previous).next = next;
  } else if (next != nullptr) {
    tree_.Replace(block, next);
  } else {
    tree_.Remove(block);
  }
}

}  // namespace jsheap::freelist
