// Block sizes of the slabs.
//
// Up to 128 bytes a class every 16; beyond that every doubling is cut into
// eight equal steps. A request is rounded up to the next class, so a block
// wastes at most 12.5 % (and at most 15 bytes below 128). Every size is a
// multiple of 16, which is also the alignment of every block.
//
// A class's slab has as few pages as hold eight blocks and waste at most
// 1/16 at the end.

#ifndef ALLOCATOR_BACKENDS_SLAB_SIZE_CLASSES_H_
#define ALLOCATOR_BACKENDS_SLAB_SIZE_CLASSES_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "allocator/pages/span.h"

namespace jsheap::slab {

inline constexpr size_t kMaxSlabBytes = size_t{60} << 10;  // largest class
inline constexpr int kClasses = 79;

struct SizeClass {
  uint32_t size = 0;         // bytes of a block
  uint32_t reciprocal = 0;   // ceil(2^32 / size): divides offsets in a slab
  uint16_t pages = 0;        // of a slab
  uint16_t capacity = 0;     // blocks of a slab
  uint16_t cached = 0;       // blocks that a thread's cache holds at first
  uint16_t most_cached = 0;  // and at most
};

namespace internal {

// A thread caches about this many bytes of each class: at first, and when it
// keeps freeing more than that in a row.
inline constexpr size_t kCacheBytes = size_t{32} << 10;
inline constexpr size_t kMostCacheBytes = size_t{512} << 10;

constexpr uint16_t Between(size_t least, size_t value, size_t most) {
  return static_cast<uint16_t>(value < least  ? least
                               : value > most ? most
                                              : value);
}

constexpr std::array<SizeClass, kClasses> MakeClasses() {
  std::array<SizeClass, kClasses> classes;
  size_t size = 0;
  for (int i = 0; i < kClasses; ++i) {
    size_t step = 16;
    while (step * 16 <= size) step *= 2;
    size += step;
    size_t pages = 1;
    while (pages * kPageBytes / size < 8 ||
           pages * kPageBytes % size > pages * kPageBytes / 16) {
      ++pages;
    }
    SizeClass& c = classes[static_cast<size_t>(i)];
    c.size = static_cast<uint32_t>(size);
    c.reciprocal =
        static_cast<uint32_t>(((uint64_t{1} << 32) + size - 1) / size);
    c.pages = static_cast<uint16_t>(pages);
    c.capacity = static_cast<uint16_t>(pages * kPageBytes / size);
    c.cached = Between(4, kCacheBytes / size, 128);
    c.most_cached = Between(8, kMostCacheBytes / size, 2048);
  }
  return classes;
}

// Classes by size, in steps of 16 bytes. One table, of which a program's sizes
// touch a few lines, is faster than several that are smaller.
inline constexpr size_t kIndexSlots = kMaxSlabBytes / 16 + 1;

constexpr std::array<uint8_t, kIndexSlots> MakeIndex() {
  constexpr auto classes = MakeClasses();
  std::array<uint8_t, kIndexSlots> index{};
  uint8_t c = 0;
  for (size_t slot = 0; slot < kIndexSlots; ++slot) {
    while (classes[c].size < slot * 16) ++c;
    index[slot] = c;
  }
  return index;
}

inline constexpr auto kIndex = MakeIndex();

}  // namespace internal

inline constexpr std::array<SizeClass, kClasses> kSizeClasses =
    internal::MakeClasses();
static_assert(kSizeClasses.back().size == kMaxSlabBytes);

// What a thread's cache has room for, of all classes together, in blocks.
inline constexpr size_t kMostCached = [] {
  size_t blocks = 0;
  for (const SizeClass& c : kSizeClasses) blocks += c.most_cached;
  return blocks;
}();

// The class whose blocks hold `bytes` <= kMaxSlabBytes bytes.
inline int ClassOf(size_t bytes) { return internal::kIndex[(bytes + 15) / 16]; }

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_SIZE_CLASSES_H_
