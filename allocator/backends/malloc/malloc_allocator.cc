#include "allocator/backends/malloc/malloc_allocator.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace jsheap {
namespace {

// Mallocs align blocks smaller than kMinAlignment to less than it.
size_t Served(size_t bytes) { return std::max(bytes, kMinAlignment); }

}  // namespace

std::string MallocAllocator::Library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&std::malloc), &info) == 0) {
    return "unknown library";
  }
  const std::string_view path = info.dli_fname;
  return std::string(path.substr(path.rfind('/') + 1));
}

void* MallocAllocator::Allocate(size_t bytes) {
  return family_.malloc(Served(bytes));
}

void* MallocAllocator::AllocateZeroed(size_t bytes) {
  if (family_.zalloc != nullptr) return family_.zalloc(Served(bytes));
  return family_.calloc(1, Served(bytes));
}

void MallocAllocator::Free(void* block, size_t bytes) {
  if (block == nullptr) return;
  if (family_.free_sized != nullptr) {
    family_.free_sized(block, Served(bytes));
  } else if (family_.sdallocx != nullptr) {
    family_.sdallocx(block, Served(bytes), /*flags=*/0);
  } else {
    family_.free(block);
  }
}

size_t MallocAllocator::UsableSize(const void* block) const {
  return family_.usable_size(const_cast<void*>(block));
}

}  // namespace jsheap
