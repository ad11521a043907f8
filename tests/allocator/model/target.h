// The allocators that the random tests are run against, and what can be known
// of each from outside.

#ifndef TESTS_ALLOCATOR_MODEL_TARGET_H_
#define TESTS_ALLOCATOR_MODEL_TARGET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "allocator/allocator.h"

namespace jsheap {

struct Target {
  std::unique_ptr<Allocator> allocator;  // null: the system refused

  // What AllocatorStats::allocated_bytes says for a block for which `bytes`
  // were asked, or null when that isn't known.
  std::function<uint64_t(uint64_t bytes, uint64_t usable)> occupied;

  // Null when the allocator has no such thing. Blocks are to be freed with
  // `free_unsized`.
  std::function<void*(size_t bytes, size_t alignment)> allocate_aligned;
  std::function<void(void*)> free_unsized;
};

struct TargetKind {
  std::string name;  // of letters and digits
  std::function<Target(std::string* error)> make;
};

// Every backend: slab with and without knowledge of zeroes, freelist with every
// fit policy and with small limits, malloc, a malloc library and a plug-in.
const std::vector<TargetKind>& TargetKinds();

// The one of that name.
const TargetKind& TargetNamed(const std::string& name);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_TARGET_H_
