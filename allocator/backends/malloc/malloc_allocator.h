// A malloc: the process's, as other JavaScript hosts use it, the base of
// comparisons; or a library's. Adds nothing to it, not even counters.

#ifndef ALLOCATOR_BACKENDS_MALLOC_MALLOC_ALLOCATOR_H_
#define ALLOCATOR_BACKENDS_MALLOC_MALLOC_ALLOCATOR_H_

#include <cstddef>
#include <string>

#include "allocator/allocator.h"
#include "allocator/backends/malloc/malloc_family.h"

namespace jsheap {

class MallocAllocator final : public Allocator {
 public:
  explicit MallocAllocator(const MallocFamily& family) : family_(family) {}

  // The file name of the library that provides the process's malloc, e.g.
  // "libc.so.6", or an LD_PRELOADed one.
  static std::string Library();

  void* Allocate(size_t bytes) override;
  void* AllocateZeroed(size_t bytes) override;
  void Free(void* block, size_t bytes) override;
  size_t UsableSize(const void* block) const override;
  // Knows nothing: all fields are empty.
  AllocatorStats Stats(bool) const override { return {}; }
  using Allocator::Stats;

 private:
  const MallocFamily family_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_BACKENDS_MALLOC_MALLOC_ALLOCATOR_H_
