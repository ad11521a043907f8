#include "allocator/backends/slab/huge_blocks.h"

#include <algorithm>
#include <limits>

#include "allocator/os/memory.h"

namespace jsheap::slab {

HugeBlocks::~HugeBlocks() {
  for (size_t i = 0; i < count_; ++i) {
    os::Release(entries_[i].block, entries_[i].mapped);
  }
  if (entries_ != nullptr) os::Release(entries_, table_bytes_);
}

void* HugeBlocks::Allocate(size_t bytes, size_t alignment) {
  const size_t page = os::OsPageBytes();
  if (bytes > std::numeric_limits<size_t>::max() - page) return nullptr;
  const size_t mapped = (bytes + page - 1) / page * page;
  void* block = os::Reserve(mapped, alignment);
  if (block == nullptr) return nullptr;
  if (!os::Commit(block, mapped)) {
    os::Release(block, mapped);
    return nullptr;
  }
  std::lock_guard lock(mutex_);
  if (count_ == capacity_ && !MakeRoom()) {
    os::Release(block, mapped);
    return nullptr;
  }
  entries_[count_++] = {block, bytes, mapped};
  mapped_bytes_ += mapped;
  return block;
}

bool HugeBlocks::Free(void* block) {
  size_t mapped;
  {
    std::lock_guard lock(mutex_);
    const size_t at = Find(block);
    if (at == count_) return false;
    mapped = entries_[at].mapped;
    mapped_bytes_ -= mapped;
    entries_[at] = entries_[--count_];
  }
  os::Release(block, mapped);
  return true;
}

size_t HugeBlocks::SizeOf(const void* block) const {
  std::lock_guard lock(mutex_);
  const size_t at = Find(block);
  return at == count_ ? 0 : entries_[at].bytes;
}

HugeBlocks::Stats HugeBlocks::ReadStats() const {
  std::lock_guard lock(mutex_);
  return {count_, mapped_bytes_};
}

uint64_t HugeBlocks::ResidentBytes() const {
  std::lock_guard lock(mutex_);
  uint64_t resident = 0;
  for (size_t i = 0; i < count_; ++i) {
    resident += os::ResidentBytes(entries_[i].block, entries_[i].mapped);
  }
  return resident;
}

size_t HugeBlocks::Find(const void* block) const {
  size_t at = 0;
  while (at < count_ && entries_[at].block != block) ++at;
  return at;
}

bool HugeBlocks::MakeRoom() {
  const size_t bytes = std::max(2 * table_bytes_, size_t{64} << 10);
  Entry* entries = static_cast<Entry*>(os::Map(bytes));
  if (entries == nullptr) return false;
  std::copy(entries_, entries_ + count_, entries);
  if (entries_ != nullptr) os::Release(entries_, table_bytes_);
  entries_ = entries;
  table_bytes_ = bytes;
  capacity_ = bytes / sizeof(Entry);
  return true;
}

}  // namespace jsheap::slab
