// First fit: a tree of free blocks by address, in which every node knows the
// longest block to its left and to its right, so that the first that is long
// enough is found in O(log n) steps, and no change touches a node off its way.
//
// Blocks of the least size have no room for a node. They can serve only
// requests of that size, so all that is lost by keeping them in a list of
// their own is the order among them.

#ifndef ALLOCATOR_BACKENDS_FREELIST_FIRST_FIT_H_
#define ALLOCATOR_BACKENDS_FREELIST_FIRST_FIT_H_

#include <cstddef>
#include <cstdint>

#include "allocator/backends/freelist/block_list.h"
#include "allocator/backends/freelist/fit_policy.h"
#include "allocator/backends/freelist/treap.h"

namespace jsheap::freelist {

class FirstFit final : public FitPolicy {
 public:
  void Insert(Block* block) override;
  void Remove(Block* block) override;
  Block* Find(size_t size) const override;
  size_t Largest() const override;
  const char* Verify(Tally* found) const override;

 private:
  struct ByAddress {
    struct Links {
      Block *left, *right;
      size_t longest_left, longest_right;  // 0: there is none
    };
    static bool Before(const Block* a, const Block* b) { return a < b; }
    static uint64_t Key(const Block* block) {
      return reinterpret_cast<uintptr_t>(block);
    }
    static void Changed(Block* block, Block*& child);
  };
  using Tree = Treap<ByAddress>;

  static constexpr size_t kLeastNodeBytes = Block::kLeastBytes + Block::kUnit;
  static_assert(Block::kHeaderBytes + sizeof(ByAddress::Links) <=
                kLeastNodeBytes - Block::kHeaderBytes);

  static ByAddress::Links& Links(Block* block) { return Tree::LinksOf(block); }
  static size_t LongestIn(Block* tree);

  BlockList least_;  // of kLeastBytes
  Tree tree_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_FIRST_FIT_H_
