// A block as it lies in memory: layout alone, no rules.
//
//   in use  | header | payload: the caller's bytes ................ |
//   free    | header | links of a cache .............. | tail tag |
//           8 bytes  ^ aligned to 16                     8 bytes
//
// The header holds the block's size, header included, and in the four bits
// that a multiple of 16 leaves free, flags. The tail tag of a free block
// repeats its size, so that the block behind finds where it begins (boundary
// tags: Knuth, "The Art of Computer Programming", volume 1, 2.5). A block in
// use has none: the block behind knows by kPreviousInUse not to look for it.
// So the payload reaches to the next header, and a live block costs 8 bytes.

#ifndef ALLOCATOR_BACKENDS_FREELIST_BLOCK_H_
#define ALLOCATOR_BACKENDS_FREELIST_BLOCK_H_

#include <cstddef>
#include <cstdint>

namespace jsheap::freelist {

struct Block {
  static constexpr size_t kUnit = 16;           // sizes are multiples of this
  static constexpr size_t kHeaderBytes = 8;     // also of a tail tag
  static constexpr size_t kLeastBytes = 32;     // header, two links, tail tag
  static constexpr size_t kMostLinkBytes = 32;  // of a cache, in a payload

  // No neighbour may merge with it: it is live, or in a cache that doesn't
  // merge.
  static constexpr uint64_t kInUse = 1;
  // The same of the block before; when clear, that one's tail tag is valid.
  static constexpr uint64_t kPreviousInUse = 2;
  // In use only to its neighbours: it lies in the fast or unsorted cache.
  static constexpr uint64_t kCached = 4;
  static constexpr uint64_t kFlags = kUnit - 1;

  uint64_t header;

  // The size of a block whose payload holds `bytes` bytes.
  static constexpr size_t SizeFor(size_t bytes) {
    const size_t size = (bytes + kHeaderBytes + kUnit - 1) / kUnit * kUnit;
    return size < kLeastBytes ? kLeastBytes : size;
  }

  static Block* At(void* address) { return static_cast<Block*>(address); }
  static Block* OfPayload(void* payload) {
    return At(static_cast<char*>(payload) - kHeaderBytes);
  }
  static const Block* OfPayload(const void* payload) {
    return OfPayload(const_cast<void*>(payload));
  }

  size_t size() const { return header & ~kFlags; }
  bool in_use() const { return (header & kInUse) != 0; }
  bool previous_in_use() const { return (header & kPreviousInUse) != 0; }
  bool cached() const { return (header & kCached) != 0; }

  // The last header of an extent: a block without bytes, always in use.
  bool is_fence() const { return size() == 0; }

  void set_size(size_t size) { header = size | (header & kFlags); }
  void set_flag(uint64_t flag, bool value) {
    header = value ? header | flag : header & ~flag;
  }

  void* Payload() { return reinterpret_cast<char*>(this) + kHeaderBytes; }
  const void* Payload() const { return const_cast<Block*>(this)->Payload(); }

  // What a cache keeps in the payload of its blocks.
  template <typename T>
  T& PayloadAs() {
    static_assert(sizeof(T) <= kMostLinkBytes && alignof(T) <= kUnit);
    return *static_cast<T*>(Payload());
  }

  Block* Next() { return Offset(size()); }
  const Block* Next() const { return const_cast<Block*>(this)->Next(); }

  // Valid in a free block.
  uint64_t& TailTag() { return *(&Next()->header - 1); }
  uint64_t TailTag() const { return const_cast<Block*>(this)->TailTag(); }

  // The size of the block before; valid when that one isn't in use.
  uint64_t PreviousTag() const { return *(&header - 1); }
  Block* Previous() { return Offset(0 - PreviousTag()); }

 private:
  // In integers, so that damaged sizes lead astray but nowhere else.
  Block* Offset(uint64_t bytes) {
    return reinterpret_cast<Block*>(reinterpret_cast<uintptr_t>(this) + bytes);
  }
};
static_assert(sizeof(Block) == Block::kHeaderBytes);

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_BLOCK_H_
