// The reserved range of addresses and the flat array of its descriptors.

#ifndef ALLOCATOR_PAGES_PAGE_MAP_H_
#define ALLOCATOR_PAGES_PAGE_MAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/pages/span.h"

namespace jsheap {

class PageMap {
 public:
  // The range is aligned to this, so that every span may be.
  static constexpr size_t kMostAlignment = size_t{64} << 20;

  // Reserves `bytes` of addresses or, when `or_less`, half of it and so on
  // down to 64 MiB. `ok()` is false when the system had none.
  PageMap(size_t bytes, bool or_less);
  ~PageMap();
  PageMap(const PageMap&) = delete;
  PageMap& operator=(const PageMap&) = delete;

  bool ok() const { return base_ != 0; }
  size_t reserved_bytes() const { return bytes_; }
  uint32_t pages() const { return static_cast<uint32_t>(bytes_ >> kPageShift); }

  // Makes the descriptors of the first `pages` pages writable; the others can
  // only be read. Not thread-safe.
  [[nodiscard]] bool CommitDescriptors(uint32_t pages);

  bool Contains(const void* address) const {
    return reinterpret_cast<uintptr_t>(address) - base_ < bytes_;
  }

  Span* At(PageId page) const { return &spans_[Index(page)]; }

  PageId PageOf(const void* address) const {
    return PageId{static_cast<uint32_t>(
        (reinterpret_cast<uintptr_t>(address) - base_) >> kPageShift)};
  }
  PageId PageOf(const Span* span) const {
    return PageId{static_cast<uint32_t>(span - spans_)};
  }

  // The head of the span that holds `address`, which must be in the range.
  // For a large span only its first page's addresses are valid.
  Span* HeadOf(const void* address) const {
    Span* span = At(PageOf(address));
    return span - span->to_head;
  }

  char* AddressOf(PageId page) const {
    return reinterpret_cast<char*>(base_) +
           (static_cast<size_t>(Index(page)) << kPageShift);
  }
  char* AddressOf(const Span* span) const { return AddressOf(PageOf(span)); }

 private:
  uintptr_t base_ = 0;
  size_t bytes_ = 0;
  Span* spans_ = nullptr;
  size_t committed_bytes_ = 0;  // of spans_
};

// One bit a page, all clear at first. Guarded by whoever owns it.
class PageBits {
 public:
  explicit PageBits(uint32_t pages);
  ~PageBits();
  PageBits(const PageBits&) = delete;
  PageBits& operator=(const PageBits&) = delete;

  bool ok() const { return words_ != nullptr; }
  bool Get(uint32_t page) const {
    return (words_[page / 64] >> (page % 64) & 1) != 0;
  }
  void Set(uint32_t first, uint32_t count, bool value);
  uint32_t Count(uint32_t first, uint32_t count) const;

  // The first page of the run whose bit is set, or first + count.
  uint32_t FindSet(uint32_t first, uint32_t count) const;
  // The same for one whose bit is clear.
  uint32_t FindClear(uint32_t first, uint32_t count) const;

 private:
  // The first page of the run whose bit differs from `flip`'s, all ones or all
  // zeroes.
  uint32_t Find(uint32_t first, uint32_t count, uint64_t flip) const;

  // Calls fn(word, mask) for each word that the run touches.
  template <typename Fn>
  static void ForEachWord(uint64_t* words, uint32_t first, uint32_t count,
                          Fn fn);

  uint64_t* words_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_PAGE_MAP_H_
