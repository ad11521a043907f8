// All free blocks that have merged with their neighbours, but for the top
// block: whatever isn't in one of the quick caches.
//
// Not thread-safe: the allocator's lock guards it.

#ifndef ALLOCATOR_BACKENDS_FREELIST_SORTED_CACHE_H_
#define ALLOCATOR_BACKENDS_FREELIST_SORTED_CACHE_H_

#include <cstddef>
#include <memory>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/fit_policy.h"
#include "allocator/backends/freelist/tally.h"

namespace jsheap::freelist {

class SortedCache {
 public:
  explicit SortedCache(Fit fit) : fit_(MakeFitPolicy(fit)) {}

  const Tally& held() const { return held_; }

  // Puts in a loose block, which becomes free. Both its neighbours must be in
  // use.
  void Put(Block* block);

  // Takes a block out, which becomes loose.
  void Remove(Block* block);

  // A loose block of at least `size` bytes, cut down to that, or null.
  Block* Take(size_t size);

  // The longest block's size; 0 when there is none.
  size_t Largest() const { return fit_->Largest(); }

  // Null, or the first inconsistency.
  const char* Verify() const;

 private:
  std::unique_ptr<FitPolicy> fit_;
  Tally held_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_SORTED_CACHE_H_
