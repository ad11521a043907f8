// Live blocks of which one after another, picked at random, is replaced.

#ifndef BENCH_ALLOCATOR_HARNESS_WORKING_SET_H_
#define BENCH_ALLOCATOR_HARNESS_WORKING_SET_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/random.h"

namespace jsheap::bench {

// For one thread at a time.
class WorkingSet {
 public:
  // Blocks have the sizes of the table, one after the other.
  WorkingSet(Allocator& heap, size_t blocks, std::vector<uint32_t> sizes,
             bool zeroed, uint64_t seed)
      : heap_(heap), sizes_(std::move(sizes)), zeroed_(zeroed), random_(seed) {
    for (size_t i = 0; i < blocks; ++i) blocks_.push_back(TakeNext());
  }
  ~WorkingSet() { FreeAll(heap_, blocks_); }
  WorkingSet(const WorkingSet&) = delete;
  WorkingSet& operator=(const WorkingSet&) = delete;

  void Replace(uint64_t count) {
    const uint32_t blocks = static_cast<uint32_t>(blocks_.size());
    for (uint64_t i = 0; i < count; ++i) {
      Block& block = blocks_[random_.Below(blocks)];
      Free(heap_, block);
      block = TakeNext();
    }
  }

 private:
  Block TakeNext() {
    const size_t bytes = sizes_[next_];
    if (++next_ == sizes_.size()) next_ = 0;
    return zeroed_ ? TakeZeroed(heap_, bytes) : Take(heap_, bytes);
  }

  Allocator& heap_;
  const std::vector<uint32_t> sizes_;
  const bool zeroed_;
  Random random_;
  size_t next_ = 0;
  std::vector<Block> blocks_;
};

// Entries of a table of sizes: enough for a distribution's shape, few enough
// to stay in the processor's first cache.
inline constexpr size_t kSizes = 4096;

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_WORKING_SET_H_
