// A slab: a span cut into blocks of one size class.
//
// Nothing is ever written into a free block, so what is known zero stays so
// and an overflow can't reach metadata. A slab knows its free blocks by two
// bitmaps: `free` (the block is nobody's) and `dirty` (a free block that may
// hold earlier bytes). One atomic operation returns or takes up to 64 blocks:
// this is how frees of other threads are batched (the idea is BatchIt's,
// ISMM 2024; a bitmap instead of a list lets the batch need no order and no
// access to the blocks).
//
// State machine, one word `state` = count << 2 | flags:
//   ACTIVE   one thread's cache takes blocks from it; nobody else does.
//   (none)   full: no list knows it. Whoever returns the first block lists it.
//   LISTED   some blocks are free; it waits in its class's list for a thread
//            to adopt it. Whoever returns the last block releases the span.
// `count` is how many blocks have been returned and not taken. A taker may see
// a bit before the returner has added it to the count, so a count can be
// negative for a moment. While a slab isn't ACTIVE nobody takes, so its count
// only rises: the thread that lifts it from <= 0 to > 0 is unique and has the
// duty to list the slab, and the one that reaches the capacity is unique and
// has the duty to release it (or, when it isn't listed yet, leaves that to the
// lister). Invariant: blocks in hands and caches = capacity - count.

#ifndef ALLOCATOR_BACKENDS_SLAB_SLAB_H_
#define ALLOCATOR_BACKENDS_SLAB_SLAB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/backends/slab/size_classes.h"
#include "allocator/checks.h"
#include "allocator/pages/span.h"

namespace jsheap::slab {

class ThreadCache;

// What Slab::Return leaves its caller to do.
enum class Duty {
  kNone,
  kList,           // put it into its class's list of partly free slabs
  kRelease,        // nobody knows it and it is empty: give the span back
  kReleaseListed,  // it is empty and listed: unlist it, then give it back
};

// Lives in the descriptor of the slab's span. A descriptor may be read when its
// slab is gone (see SlabPool::Fulfil), so it is never constructed anew: only
// `state` and `size_class` are read then, and both are always atomics.
struct Slab {
  static constexpr uint32_t kActive = 1;
  static constexpr uint32_t kListed = 2;
  static constexpr uint32_t kFlags = 3;
  static constexpr uint32_t kOne = 4;  // count's unit in `state`

  using Word = std::atomic<uint64_t>;
  static constexpr size_t kBitmaps = kDebugChecks ? 3 : 2;

  // What a free reads comes first: one line of the processor's cache, with the
  // head of the descriptor.
  std::atomic<ThreadCache*> home;  // the cache that last took blocks; a hint
                                   // that a free may keep the block there
  char* base;                      // first block
  Word* bits;  // `free` words, then as many `dirty`, and with checks as many
               // `live`; inline_bits or metadata
  std::atomic<uint32_t> state;
  uint32_t words;      // of each bitmap
  uint32_t next_word;  // where the owner looks first
  std::atomic<uint8_t> size_class;
  bool tracks_zero;  // else all blocks count as dirty
  Word inline_bits[kBitmaps];
  Slab *next, *previous;  // in the class's list, under its lock

  static int32_t CountIn(uint32_t state) {
    return static_cast<int32_t>(state) >> 2;
  }

  const SizeClass& Class() const {
    return kSizeClasses[size_class.load(std::memory_order_relaxed)];
  }

  Word& FreeWord(uint32_t i) const { return bits[i]; }
  Word& DirtyWord(uint32_t i) const { return bits[words + i]; }

  // Which blocks are in their users' hands. Only with checks.
  Word& LiveWord(uint32_t i) const { return bits[2 * words + i]; }

  // Which block `address` lies in.
  uint32_t BlockAt(const void* address, uint32_t reciprocal) const {
    const uint64_t offset =
        static_cast<uint64_t>(static_cast<const char*>(address) - base);
    return static_cast<uint32_t>(offset * reciprocal >> 32);
  }

  // All blocks free, ACTIVE. `words_memory` holds kBitmaps * words words, or is
  // null when the bitmaps fit inline.
  void Init(char* first_block, int size_class, Word* words_memory,
            bool tracks_zero, bool is_zero);

  // Gives back the blocks of `mask` in word `word`; those of `dirty_mask`
  // aren't zero. The caller must act on the duty.
  [[nodiscard]] Duty Return(uint32_t word, uint64_t mask, uint64_t dirty_mask);

  // Takes up to `most` free blocks into `out`, the lowest address last; bit 0
  // of an entry is set when the block is known to read as zero. Only for the
  // thread for which the slab is ACTIVE.
  uint32_t Take(uintptr_t* out, uint32_t most);

  // Every free block is known to read as zero; all blocks must be free.
  bool IsZero() const;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_SLAB_H_
