// Pages, spans, and the descriptor that every page has.
//
// A page is 64 KiB of the heap's reserved range. A span is a run of pages with
// one purpose. Every page has a Span descriptor in one flat array, so that an
// address becomes its descriptor by a subtraction and a shift. The descriptor
// of a span's first page, its head, describes the span; those of the other
// pages only know the way to the head.

#ifndef ALLOCATOR_PAGES_SPAN_H_
#define ALLOCATOR_PAGES_SPAN_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace jsheap {

inline constexpr int kPageShift = 16;
inline constexpr size_t kPageBytes = size_t{1} << kPageShift;

// Index of a page in the reserved range. A type of its own, so that it can't
// be mixed up with a number of pages or of bytes.
enum class PageId : uint32_t {};
inline constexpr PageId kNoPage{UINT32_MAX};

constexpr uint32_t Index(PageId page) { return static_cast<uint32_t>(page); }
constexpr PageId operator+(PageId page, uint32_t pages) {
  return PageId{Index(page) + pages};
}

// The next multiple of `unit`.
constexpr size_t RoundUp(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// How many pages hold `bytes` bytes.
constexpr size_t PagesFor(size_t bytes) {
  return (bytes + kPageBytes - 1) >> kPageShift;
}

enum class SpanKind : uint8_t {
  kUnused,  // beyond what was ever committed
  kFree,    // in the page heap
  kNew,     // taken, but its user hasn't described it yet
  kLarge,   // one block
  kSlab,    // blocks of one size class
  kArena,   // a chunk of an arena
  kBlocks,  // blocks of any size, with headers
};

// 128 bytes for 64 KiB: 0.2 %.
struct alignas(64) Span {
  static constexpr size_t kClientBytes = 112;

  // Where a free span stands in the page heap's index.
  struct FreeLinks {
    PageId left, right;  // a bin's neighbours, or a tree's children
    bool may_be_warm;    // a page of it may be in RAM
  };

  uint32_t to_head;            // pages back to the head; 0 in the head
  uint32_t pages;              // length in pages; valid in the head
  std::atomic<SpanKind> kind;  // valid in the head and in the last page
  uint8_t note;                // kArena: its Lifetime, for whoever looks
  union {
    FreeLinks links;                                // kFree
    alignas(8) unsigned char client[kClientBytes];  // whoever took the span
  };

  SpanKind Kind() const { return kind.load(std::memory_order_relaxed); }

  // The span's user has filled in its part; whoever sees the kind sees that.
  void SetKind(SpanKind now) {
    this[pages - 1].kind.store(now, std::memory_order_release);
    kind.store(now, std::memory_order_release);
  }

  // The part of the descriptor that belongs to the span's user.
  template <typename T>
  T* ClientAs() {
    static_assert(sizeof(T) <= kClientBytes && alignof(T) <= 8);
    return reinterpret_cast<T*>(client);
  }
  template <typename T>
  const T* ClientAs() const {
    return const_cast<Span*>(this)->ClientAs<T>();
  }
};
static_assert(sizeof(Span) == 128);

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_SPAN_H_
