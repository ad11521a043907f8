#include "allocator/pages/metadata.h"

#include <algorithm>

#include "allocator/os/memory.h"
#include "allocator/pages/span.h"

namespace jsheap {

Metadata::~Metadata() {
  while (chunks_ != nullptr) {
    Chunk* next = chunks_->next;
    os::Release(chunks_, chunks_->bytes);
    chunks_ = next;
  }
}

void* Metadata::Allocate(size_t bytes) {
  bytes = RoundUp(bytes, kUnit);
  std::lock_guard lock(mutex_);
  const size_t units = bytes / kUnit;
  if (units <= kReusedUnits && free_[units - 1] != nullptr) {
    FreeBlock* block = free_[units - 1];
    free_[units - 1] = block->next;
    return block;
  }
  if (left_ < bytes) {
    const size_t size =
        std::max(kChunkBytes, RoundUp(bytes + kUnit, os::OsPageBytes()));
    void* memory = os::Map(size);
    if (memory == nullptr) return nullptr;
    Chunk* chunk = static_cast<Chunk*>(memory);
    *chunk = {chunks_, size};
    chunks_ = chunk;
    at_ = static_cast<char*>(memory) + kUnit;
    left_ = size - kUnit;
  }
  void* block = at_;
  at_ += bytes;
  left_ -= bytes;
  return block;
}

void Metadata::Free(void* memory, size_t bytes) {
  const size_t units = RoundUp(bytes, kUnit) / kUnit;
  if (units > kReusedUnits) return;
  std::lock_guard lock(mutex_);
  FreeBlock* block = static_cast<FreeBlock*>(memory);
  block->next = free_[units - 1];
  free_[units - 1] = block;
}

}  // namespace jsheap
