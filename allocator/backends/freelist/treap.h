// Free blocks in a balanced search tree through their payloads: a treap
// (Seidel and Aragon, "Randomized search trees", 1996). All operations take
// O(log n) steps.
//
// `Order` says by what:
//   struct Links { Block *left, *right; … };     kept in the payload
//   static bool Before(a, b);                    the order; no two are equal
//   static uint64_t Key(block);                  what a priority is made of
//   static void Changed(block, Block*& child);   this child's tree has changed

#ifndef ALLOCATOR_BACKENDS_FREELIST_TREAP_H_
#define ALLOCATOR_BACKENDS_FREELIST_TREAP_H_

#include <cstdint>

#include "allocator/backends/freelist/block.h"

namespace jsheap::freelist {

template <typename Order>
class Treap {
 public:
  using Links = typename Order::Links;

  static Links& LinksOf(Block* node) { return node->PayloadAs<Links>(); }

  Block* root() const { return root_; }

  void Insert(Block* node) { InsertInto(root_, node); }
  void Remove(Block* node) { RemoveFrom(root_, node); }

  // Puts `node` where `old` is; both have the same key and order.
  void Replace(Block* old, Block* node) {
    Block** at = &root_;
    while (*at != old) at = &ChildFor(*at, old);
    LinksOf(node).left = LinksOf(old).left;
    LinksOf(node).right = LinksOf(old).right;
    *at = node;
  }

  // Calls fn(block) for every node, in order.
  template <typename Fn>
  void ForEach(Fn fn) const {
    Visit(root_, fn);
  }

 private:
  // Must look random; a key, mixed, does.
  static uint64_t Priority(Block* node) {
    uint64_t x = Order::Key(node) * 0x9E3779B97F4A7C15u;
    x ^= x >> 32;
    return x * 0xD6E8FEB86659FD93u;
  }

  static Block*& ChildFor(Block* tree, Block* node) {
    return Order::Before(node, tree) ? LinksOf(tree).left : LinksOf(tree).right;
  }

  static void InsertInto(Block*& tree, Block* node) {
    if (tree != nullptr && Priority(tree) >= Priority(node)) {
      Block*& child = ChildFor(tree, node);
      InsertInto(child, node);
      return Order::Changed(tree, child);
    }
    Block*& left = LinksOf(node).left;
    Block*& right = LinksOf(node).right;
    Split(tree, node, left, right);
    tree = node;
    Order::Changed(node, left);
    Order::Changed(node, right);
  }

  static void RemoveFrom(Block*& tree, Block* node) {
    if (tree == node) {
      tree = Join(LinksOf(node).left, LinksOf(node).right);
      return;
    }
    Block*& child = ChildFor(tree, node);
    RemoveFrom(child, node);
    Order::Changed(tree, child);
  }

  // Joins two trees; all of `low` comes before all of `high`.
  static Block* Join(Block* low, Block* high) {
    if (low == nullptr) return high;
    if (high == nullptr) return low;
    if (Priority(low) > Priority(high)) {
      Block*& child = LinksOf(low).right;
      child = Join(child, high);
      Order::Changed(low, child);
      return low;
    }
    Block*& child = LinksOf(high).left;
    child = Join(low, child);
    Order::Changed(high, child);
    return high;
  }

  // Parts a tree into what comes before `key` and what doesn't.
  static void Split(Block* tree, Block* key, Block*& low, Block*& high) {
    if (tree == nullptr) {
      low = high = nullptr;
    } else if (Order::Before(tree, key)) {
      Block*& child = LinksOf(tree).right;
      low = tree;
      Split(child, key, child, high);
      Order::Changed(tree, child);
    } else {
      Block*& child = LinksOf(tree).left;
      high = tree;
      Split(child, key, low, child);
      Order::Changed(tree, child);
    }
  }

  template <typename Fn>
  static void Visit(Block* node, Fn& fn) {
    if (node == nullptr) return;
    Visit(LinksOf(node).left, fn);
    fn(node);
    Visit(LinksOf(node).right, fn);
  }

  Block* root_ = nullptr;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_TREAP_H_
