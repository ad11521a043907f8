// Writes zeroes to blocks of slabs.

#ifndef ALLOCATOR_BACKENDS_SLAB_ZERO_H_
#define ALLOCATOR_BACKENDS_SLAB_ZERO_H_

#include <cstddef>
#include <cstring>

namespace jsheap::slab {

// Zeroes the first `bytes` bytes of a block, and returns it. Blocks are whole
// and aligned multiples of 16 bytes, so up to 15 bytes more may be written, and
// a few overlapping stores do for the small ones what memset first has to find
// out.
inline void* Zero(void* block, size_t bytes) {
  if (bytes > 128) return std::memset(block, 0, bytes);
  char* first = static_cast<char*>(block);
  char* end = first + (bytes == 0 ? 16 : (bytes + 15) / 16 * 16);
  if (bytes <= 32) {
    std::memset(first, 0, 16);
    std::memset(end - 16, 0, 16);
  } else if (bytes <= 64) {
    std::memset(first, 0, 32);
    std::memset(end - 32, 0, 32);
  } else {
    std::memset(first, 0, 64);
    std::memset(end - 64, 0, 64);
  }
  return block;
}

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_ZERO_H_
