#include "allocator/backends/freelist/direct_blocks.h"

#include <limits>

#include "allocator/os/memory.h"

namespace jsheap::freelist {
namespace {

constexpr size_t kLeastCapacity = 256;

size_t Mapped(size_t bytes) {
  const size_t page = os::OsPageBytes();
  return (bytes + page - 1) / page * page;
}

}  // namespace

DirectBlocks::~DirectBlocks() {
  for (size_t i = 0; i < capacity_; ++i) {
    const Entry& entry = table_[i];
    if (entry.block != nullptr) os::Release(entry.block, Mapped(entry.bytes));
  }
  if (table_ != nullptr) os::Release(table_, capacity_ * sizeof(Entry));
}

void* DirectBlocks::Allocate(size_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() / 2) return nullptr;
  const size_t mapped = Mapped(bytes);
  void* block = os::Map(mapped);
  if (block == nullptr) return nullptr;
  {
    std::lock_guard lock(mutex_);
    if (MakeRoom()) {
      Put({block, bytes});
      live_.Add(mapped);
      return block;
    }
  }
  os::Release(block, mapped);
  return nullptr;
}

bool DirectBlocks::Free(void* block) {
  size_t mapped;
  {
    std::lock_guard lock(mutex_);
    const size_t at = Find(block);
    if (at == capacity_) return false;
    mapped = Mapped(table_[at].bytes);
    live_.Remove(mapped);
    Erase(at);
  }
  os::Release(block, mapped);
  return true;
}

size_t DirectBlocks::SizeOf(const void* block) const {
  std::lock_guard lock(mutex_);
  const size_t at = Find(block);
  return at == capacity_ ? 0 : table_[at].bytes;
}

Tally DirectBlocks::live() const {
  std::lock_guard lock(mutex_);
  return live_;
}

uint64_t DirectBlocks::ResidentBytes() const {
  std::lock_guard lock(mutex_);
  uint64_t resident = 0;
  for (size_t i = 0; i < capacity_; ++i) {
    const Entry& entry = table_[i];
    if (entry.block != nullptr) {
      resident += os::ResidentBytes(entry.block, Mapped(entry.bytes));
    }
  }
  return resident;
}

// Where a block's entry is when nothing else was there first.
size_t DirectBlocks::Home(const void* block) const {
  const uint64_t page = reinterpret_cast<uintptr_t>(block) >> 12;
  return (page * 0x9E3779B97F4A7C15u >> 32) & (capacity_ - 1);
}

// The block's entry, or capacity_.
size_t DirectBlocks::Find(const void* block) const {
  if (capacity_ == 0) return capacity_;
  size_t at = Home(block);
  while (table_[at].block != block) {
    if (table_[at].block == nullptr) return capacity_;
    at = (at + 1) & (capacity_ - 1);
  }
  return at;
}

void DirectBlocks::Put(const Entry& entry) {
  size_t at = Home(entry.block);
  while (table_[at].block != nullptr) at = (at + 1) & (capacity_ - 1);
  table_[at] = entry;
}

// Later entries move up, so that no search ends at the gap too early (Knuth,
// "The Art of Computer Programming", volume 3, 6.4, algorithm R).
void DirectBlocks::Erase(size_t at) {
  const size_t mask = capacity_ - 1;
  for (size_t i = (at + 1) & mask; table_[i].block != nullptr;
       i = (i + 1) & mask) {
    const size_t home = Home(table_[i].block);
    if (((i - home) & mask) >= ((i - at) & mask)) {
      table_[at] = table_[i];
      at = i;
    }
  }
  table_[at] = {};
}

// For one entry more.
bool DirectBlocks::MakeRoom() {
  if (2 * (live_.blocks + 1) <= capacity_) return true;
  const size_t old_capacity = capacity_;
  Entry* const old_table = table_;
  const size_t capacity = old_capacity == 0 ? kLeastCapacity : 2 * capacity_;
  Entry* table = static_cast<Entry*>(os::Map(capacity * sizeof(Entry)));
  if (table == nullptr) return false;
  table_ = table;
  capacity_ = capacity;
  for (size_t i = 0; i < old_capacity; ++i) {
    if (old_table[i].block != nullptr) Put(old_table[i]);
  }
  if (old_table != nullptr) {
    os::Release(old_table, old_capacity * sizeof(Entry));
  }
  return true;
}

}  // namespace jsheap::freelist
