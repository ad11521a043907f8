// Memory for the heap's own bookkeeping: apart from the blocks, so that no
// overflow of a block reaches it. Given back to the system only as a whole.

#ifndef ALLOCATOR_PAGES_METADATA_H_
#define ALLOCATOR_PAGES_METADATA_H_

#include <array>
#include <cstddef>
#include <mutex>

namespace jsheap {

// Thread-safe.
class Metadata {
 public:
  Metadata() = default;
  ~Metadata();
  Metadata(const Metadata&) = delete;
  Metadata& operator=(const Metadata&) = delete;

  // `bytes` bytes, zeroed when new but not when reused, aligned to 64; null
  // when the system refuses.
  void* Allocate(size_t bytes);

  // Keeps the memory for the next request of just this size.
  void Free(void* memory, size_t bytes);

  // Around fork().
  void Lock() { mutex_.lock(); }
  void Unlock() { mutex_.unlock(); }

 private:
  static constexpr size_t kUnit = 64;
  static constexpr size_t kChunkBytes = size_t{256} << 10;
  static constexpr size_t kReusedUnits = 32;  // larger blocks aren't reused

  struct Chunk {
    Chunk* next;
    size_t bytes;
  };
  struct FreeBlock {
    FreeBlock* next;
  };

  std::mutex mutex_;
  // Guarded by mutex_:
  Chunk* chunks_ = nullptr;
  char* at_ = nullptr;
  size_t left_ = 0;
  std::array<FreeBlock*, kReusedUnits> free_ = {};  // by size in units, less 1
};

}  // namespace jsheap

#endif  // ALLOCATOR_PAGES_METADATA_H_
