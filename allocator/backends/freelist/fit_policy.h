// Which free block serves a request: the one choice that the sorted cache
// leaves to others.

#ifndef ALLOCATOR_BACKENDS_FREELIST_FIT_POLICY_H_
#define ALLOCATOR_BACKENDS_FREELIST_FIT_POLICY_H_

#include <cstddef>
#include <memory>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/tally.h"

namespace jsheap::freelist {

enum class Fit {
  kBest,   // the shortest that is long enough; of those, the one freed last
  kFirst,  // the one at the lowest address that is long enough
};

// An index of free blocks, kept in their payloads. It never reads or writes
// any other part of a block than its payload and its size. Not thread-safe.
class FitPolicy {
 public:
  virtual ~FitPolicy() = default;

  virtual void Insert(Block* block) = 0;
  virtual void Remove(Block* block) = 0;

  // The block for a request of `size` bytes; it stays in the index. Null when
  // none is long enough.
  virtual Block* Find(size_t size) const = 0;

  // The longest block's size; 0 when there is none.
  virtual size_t Largest() const = 0;

  // Walks the index and sets `*found` to what is in it; null, or the first
  // inconsistency.
  virtual const char* Verify(Tally* found) const = 0;
};

std::unique_ptr<FitPolicy> MakeFitPolicy(Fit fit);

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_FIT_POLICY_H_
