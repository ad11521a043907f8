// Blocks so large that each has a mapping of its own, outside the heap's
// range: their memory goes back to the system with the block.

#ifndef ALLOCATOR_BACKENDS_SLAB_HUGE_BLOCKS_H_
#define ALLOCATOR_BACKENDS_SLAB_HUGE_BLOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace jsheap::slab {

// Blocks from here up are huge.
inline constexpr size_t kHugeBlockBytes = size_t{256} << 20;

// Thread-safe. A table in order of allocation: there can't be many.
class HugeBlocks {
 public:
  HugeBlocks() = default;
  ~HugeBlocks();
  HugeBlocks(const HugeBlocks&) = delete;
  HugeBlocks& operator=(const HugeBlocks&) = delete;

  // Zeroed, aligned to `alignment`, a power of two; null when the system
  // refuses.
  void* Allocate(size_t bytes, size_t alignment);

  // False when no such block is live.
  [[nodiscard]] bool Free(void* block);

  // False when there is surely none.
  bool any() const { return count_.load(std::memory_order_relaxed) != 0; }

  // What was asked for; 0 when no such block is live.
  size_t SizeOf(const void* block) const;

  // Around fork().
  void Lock() { mutex_.lock(); }
  void Unlock() { mutex_.unlock(); }

  struct Stats {
    uint64_t blocks = 0;
    uint64_t mapped_bytes = 0;
  };
  Stats ReadStats() const;

  // Of the mapped bytes, those in RAM. Takes a walk.
  uint64_t ResidentBytes() const;

 private:
  struct Entry {
    void* block;
    size_t bytes;
    size_t mapped;
  };

  size_t Find(const void* block) const;
  bool MakeRoom();

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  Entry* entries_ = nullptr;
  std::atomic<size_t> count_{0};  // read without the lock by any()
  size_t table_bytes_ = 0;        // of OS pages, so a little more than entries_
  size_t capacity_ = 0;
  uint64_t mapped_bytes_ = 0;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_HUGE_BLOCKS_H_
