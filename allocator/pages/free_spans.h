// The free spans, ordered so that the best fit is found fast: one list for
// each length below kBins pages, and for the longer ones a treap (Seidel and
// Aragon, "Randomized search trees", 1996) ordered by length, then address.
//
// Not thread-safe: the page heap's lock guards it.

#ifndef ALLOCATOR_PAGES_FREE_SPANS_H_
#define ALLOCATOR_PAGES_FREE_SPANS_H_

#include <array>
#include <cstdint>

#include "allocator/pages/page_map.h"
#include "allocator/pages/span.h"

namespace jsheap {

class FreeSpans {
 public:
  // Lengths below this have a list of their own.
  static constexpr uint32_t kBins = 128;

  explicit FreeSpans(const PageMap& map) : map_(map) { bins_.fill(kNoPage); }

  // `span` is a head with `pages` set.
  void Insert(Span* span);
  void Remove(Span* span);

  // The shortest span of at least `pages` pages, or null. O(log n).
  Span* BestFit(uint32_t pages) const;

  // A span of the longest kind, or null. O(log n).
  Span* Longest() const;

  // Calls fn(span) for every free span, the short ones first.
  template <typename Fn>
  void ForEach(Fn fn) const {
    for (PageId bin : bins_) {
      for (PageId at = bin; at != kNoPage; at = Links(at).right) {
        fn(*map_.At(at));
      }
    }
    VisitTree(root_, fn);
  }

 private:
  Span::FreeLinks& Links(PageId page) const { return map_.At(page)->links; }
  bool Before(PageId a, PageId b) const;
  PageId Merge(PageId low, PageId high);
  void Split(PageId tree, PageId key, PageId* low, PageId* high);
  void InsertIntoTree(PageId node);
  void RemoveFromTree(PageId node);

  template <typename Fn>
  void VisitTree(PageId node, Fn& fn) const {
    if (node == kNoPage) return;
    VisitTree(Links(node).left, fn);
    fn(*map_.At(node));
    VisitTree(Links(node).right, fn);
  }

  const PageMap& map_;
  std::array<PageId, kBins> bins_;                     // first of each list
  std::array<uint64_t, kBins / 64> bins_in_use_ = {};  // a bit a list
  PageId root_ = kNoPage;
};

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_FREE_SPANS_H_
