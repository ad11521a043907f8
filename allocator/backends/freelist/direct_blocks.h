// Blocks so large that each has a mapping of its own: they come zeroed from
// the system and go back to it, and neither cut nor pin an extent.
//
// A block is all of its mapping, aligned to an OS page; which mappings there
// are is kept apart, in a hash table by address. So any address can be asked
// for, and no overflow reaches what is known of a block.

#ifndef ALLOCATOR_BACKENDS_FREELIST_DIRECT_BLOCKS_H_
#define ALLOCATOR_BACKENDS_FREELIST_DIRECT_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "allocator/backends/freelist/tally.h"

namespace jsheap::freelist {

// Thread-safe. Has a lock of its own and calls the system without it, so that
// nobody waits for a mapping.
class DirectBlocks {
 public:
  DirectBlocks() = default;
  ~DirectBlocks();
  DirectBlocks(const DirectBlocks&) = delete;
  DirectBlocks& operator=(const DirectBlocks&) = delete;

  // Zeroed; null when the system refuses.
  void* Allocate(size_t bytes);

  // False when no such block is live.
  [[nodiscard]] bool Free(void* block);

  // What was asked for; 0 when no such block is live.
  size_t SizeOf(const void* block) const;

  // Bytes are those mapped.
  Tally live() const;

  // Of the mapped bytes, those in RAM. Takes a walk.
  uint64_t ResidentBytes() const;

 private:
  struct Entry {
    void* block;  // null: nothing is here
    size_t bytes;
  };

  // These expect the lock.
  size_t Home(const void* block) const;
  size_t Find(const void* block) const;
  bool MakeRoom();
  void Put(const Entry& entry);
  void Erase(size_t at);

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  Entry* table_ = nullptr;  // open addressing, at most half full
  size_t capacity_ = 0;     // a power of two
  Tally live_;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_DIRECT_BLOCKS_H_
