#include "allocator/pages/free_spans.h"

#include <bit>

namespace jsheap {
namespace {

// A treap's priorities must look random; a page's index, mixed, does.
uint32_t Priority(PageId page) {
  uint32_t x = Index(page) * 0x9E3779B9u;
  x ^= x >> 16;
  return x * 0x85EBCA6Bu;
}

}  // namespace

void FreeSpans::Insert(Span* span) {
  const PageId page = map_.PageOf(span);
  span->links.left = span->links.right = kNoPage;
  if (span->pages >= kBins) return InsertIntoTree(page);
  PageId& first = bins_[span->pages];
  span->links.right = first;
  if (first != kNoPage) Links(first).left = page;
  first = page;
  bins_in_use_[span->pages / 64] |= uint64_t{1} << (span->pages % 64);
}

void FreeSpans::Remove(Span* span) {
  if (span->pages >= kBins) return RemoveFromTree(map_.PageOf(span));
  const PageId left = span->links.left;
  const PageId right = span->links.right;
  if (right != kNoPage) Links(right).left = left;
  if (left != kNoPage) {
    Links(left).right = right;
    return;
  }
  bins_[span->pages] = right;
  if (right == kNoPage) {
    bins_in_use_[span->pages / 64] &= ~(uint64_t{1} << (span->pages % 64));
  }
}

Span* FreeSpans::BestFit(uint32_t pages) const {
  if (pages < kBins) {
    uint64_t word = bins_in_use_[pages / 64] & (~uint64_t{0} << (pages % 64));
    for (uint32_t i = pages / 64;;) {
      if (word != 0) {
        return map_.At(
            bins_[i * 64 + static_cast<uint32_t>(std::countr_zero(word))]);
      }
      if (++i == bins_in_use_.size()) break;
      word = bins_in_use_[i];
    }
  }
  PageId best = kNoPage;
  for (PageId at = root_; at != kNoPage;) {
    if (map_.At(at)->pages >= pages) {
      best = at;
      at = Links(at).left;
    } else {
      at = Links(at).right;
    }
  }
  return best == kNoPage ? nullptr : map_.At(best);
}

Span* FreeSpans::Longest() const {
  if (root_ != kNoPage) {
    PageId at = root_;
    while (Links(at).right != kNoPage) at = Links(at).right;
    return map_.At(at);
  }
  for (size_t i = bins_in_use_.size(); i-- > 0;) {
    if (bins_in_use_[i] != 0) {
      return map_.At(
          bins_[i * 64 + 63 -
                static_cast<size_t>(std::countl_zero(bins_in_use_[i]))]);
    }
  }
  return nullptr;
}

bool FreeSpans::Before(PageId a, PageId b) const {
  const uint32_t a_pages = map_.At(a)->pages;
  const uint32_t b_pages = map_.At(b)->pages;
  return a_pages != b_pages ? a_pages < b_pages : Index(a) < Index(b);
}

// Joins two trees; all of `low` comes before all of `high`.
PageId FreeSpans::Merge(PageId low, PageId high) {
  if (low == kNoPage) return high;
  if (high == kNoPage) return low;
  if (Priority(low) > Priority(high)) {
    Links(low).right = Merge(Links(low).right, high);
    return low;
  }
  Links(high).left = Merge(low, Links(high).left);
  return high;
}

// Parts a tree into what comes before `key` and what doesn't.
void FreeSpans::Split(PageId tree, PageId key, PageId* low, PageId* high) {
  if (tree == kNoPage) {
    *low = *high = kNoPage;
  } else if (Before(tree, key)) {
    *low = tree;
    Split(Links(tree).right, key, &Links(tree).right, high);
  } else {
    *high = tree;
    Split(Links(tree).left, key, low, &Links(tree).left);
  }
}

void FreeSpans::InsertIntoTree(PageId node) {
  PageId* at = &root_;
  while (*at != kNoPage && Priority(*at) >= Priority(node)) {
    at = Before(node, *at) ? &Links(*at).left : &Links(*at).right;
  }
  Split(*at, node, &Links(node).left, &Links(node).right);
  *at = node;
}

void FreeSpans::RemoveFromTree(PageId node) {
  PageId* at = &root_;
  while (*at != node) {
    at = Before(node, *at) ? &Links(*at).left : &Links(*at).right;
  }
  *at = Merge(Links(node).left, Links(node).right);
}

}  // namespace jsheap
