// Best fit: a list for every size below kTreeBytes, with one bit each, so that
// the best is found by counting zeroes; for longer blocks a tree of sizes.
//
// The tree has one node a size, however many blocks there are of it: the
// others hang on the node in a list, and mostly come and go without a search.
// (The idea of lists in the tree is from Doug Lea's malloc.)

#ifndef ALLOCATOR_BACKENDS_FREELIST_BEST_FIT_H_
#define ALLOCATOR_BACKENDS_FREELIST_BEST_FIT_H_

#include <array>
#include <cstdint>

#include "allocator/backends/freelist/block_list.h"
#include "allocator/backends/freelist/fit_policy.h"
#include "allocator/backends/freelist/treap.h"

namespace jsheap::freelist {

class BestFit final : public FitPolicy {
 public:
  void Insert(Block* block) override;
  void Remove(Block* block) override;
  Block* Find(size_t size) const override;
  size_t Largest() const override;
  const char* Verify(Tally* found) const override;

 private:
  static constexpr size_t kTreeBytes = 1024;
  static constexpr size_t kLists = kTreeBytes / Block::kUnit;
  static_assert(kLists == 64, "lists_in_use_ has a bit for each");

  struct BySize {
    struct Links {
      Block *left, *right;
      Block *next, *previous;  // of the same size; the node has no previous
    };
    static bool Before(const Block* a, const Block* b) {
      return a->size() < b->size();
    }
    static uint64_t Key(const Block* block) { return block->size(); }
    static void Changed(Block*, Block*&) {}
  };
  using Tree = Treap<BySize>;

  static BySize::Links& Links(Block* block) { return Tree::LinksOf(block); }
  Block* LeastNode(size_t size) const;
  void InsertIntoTree(Block* block);
  void RemoveFromTree(Block* block);

  std::array<BlockList, kLists> lists_;  // by size in units
  uint64_t lists_in_use_ = 0;
  Tree tree_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_BEST_FIT_H_
