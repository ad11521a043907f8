#include "allocator/backends/malloc/malloc_allocator.h"

#include <dlfcn.h>
#include <malloc.h>

#include <cstdlib>
#include <string_view>

namespace jsheap {

std::string MallocAllocator::Library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&std::malloc), &info) == 0) {
    return "unknown library";
  }
  const std::string_view path = info.dli_fname;
  return std::string(path.substr(path.rfind('/') + 1));
}

void* MallocAllocator::Allocate(size_t bytes) {
  return std::malloc(bytes != 0 ? bytes : 1);
}

void* MallocAllocator::AllocateZeroed(size_t bytes) {
  return std::calloc(1, bytes != 0 ? bytes : 1);
}

void MallocAllocator::Free(void* block, size_t) { std::free(block); }

size_t MallocAllocator::UsableSize(const void* block) const {
  return malloc_usable_size(const_cast<void*>(block));
}

}  // namespace jsheap
