// Frees on their way back to slabs, gathered by slab and bitmap word, so that
// up to 64 of them cost one publication.

#ifndef ALLOCATOR_BACKENDS_SLAB_RETURN_BATCH_H_
#define ALLOCATOR_BACKENDS_SLAB_RETURN_BATCH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "allocator/backends/slab/slab.h"
#include "allocator/backends/slab/slab_pool.h"

namespace jsheap::slab {

// For one thread.
class ReturnBatch {
 public:
  // `block` is the block's start, `is_zero` whether all of it reads as zero.
  void Add(SlabPool& pool, Slab* slab, void* block, bool is_zero) {
    const uint32_t index = slab->BlockAt(block, slab->Class().reciprocal);
    const uint32_t word = index / 64;
    const uint64_t bit = uint64_t{1} << (index % 64);
    Entry& entry = EntryOf(slab, word);
    if (entry.slab != slab || entry.word != word) {
      Publish(pool, entry);
      entry.slab = slab;
      entry.word = word;
    }
    entry.mask |= bit;
    if (!is_zero) entry.dirty_mask |= bit;
  }

  void Flush(SlabPool& pool) {
    for (Entry& entry : entries_) Publish(pool, entry);
  }

 private:
  static constexpr size_t kEntries = 32;

  struct Entry {
    Slab* slab = nullptr;
    uint32_t word = 0;
    uint64_t mask = 0;
    uint64_t dirty_mask = 0;
  };

  // Neighbouring words and slabs go to different entries: a sweep walks
  // through them in order.
  Entry& EntryOf(const Slab* slab, uint32_t word) {
    return entries_[(reinterpret_cast<uintptr_t>(slab) / sizeof(Span) + word) %
                    kEntries];
  }

  static void Publish(SlabPool& pool, Entry& entry) {
    if (entry.slab == nullptr) return;
    Slab* slab = entry.slab;
    const Duty duty = slab->Return(entry.word, entry.mask, entry.dirty_mask);
    entry = {};
    pool.Fulfil(slab, duty);
  }

  std::array<Entry, kEntries> entries_;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_RETURN_BATCH_H_
