// How many blocks, and how many bytes they have.

#ifndef ALLOCATOR_BACKENDS_FREELIST_TALLY_H_
#define ALLOCATOR_BACKENDS_FREELIST_TALLY_H_

#include <cstddef>
#include <cstdint>

namespace jsheap::freelist {

struct Tally {
  uint64_t blocks = 0;
  uint64_t bytes = 0;

  void Add(size_t size) {
    ++blocks;
    bytes += size;
  }
  void Remove(size_t size) {
    --blocks;
    bytes -= size;
  }
  Tally& operator+=(const Tally& other) {
    blocks += other.blocks;
    bytes += other.bytes;
    return *this;
  }
  bool operator==(const Tally&) const = default;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_TALLY_H_
