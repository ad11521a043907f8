// One thread's share of the slab heap: for each size class a stack of free
// blocks and the slab that refills it, and the frees it owes to slabs of other
// threads.
//
// Allocate and Free without lock, atomic read-modify-write or system call
// while the stacks neither run empty nor over.

#ifndef ALLOCATOR_BACKENDS_SLAB_THREAD_CACHE_H_
#define ALLOCATOR_BACKENDS_SLAB_THREAD_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "allocator/backends/slab/return_batch.h"
#include "allocator/backends/slab/size_classes.h"
#include "allocator/backends/slab/slab.h"
#include "allocator/backends/slab/slab_pool.h"

namespace jsheap::slab {

// Used by one thread at a time; only the counters may be read by others.
class ThreadCache {
 public:
  // To be made in memory that reads as zero.
  explicit ThreadCache(SlabPool& pool);
  ThreadCache(const ThreadCache&) = delete;
  ThreadCache& operator=(const ThreadCache&) = delete;

  // A block of the class; 0 when the stack is empty. Bit 0 of the result is set
  // when the block is known to read as zero.
  uintptr_t TryAllocate(int size_class) {
    Stack& stack = stacks_[static_cast<size_t>(size_class)];
    uintptr_t* const top = stack.top.load(std::memory_order_relaxed) - 1;
    const uintptr_t entry = *top;
    if (entry != 0) [[likely]]
      stack.top.store(top, std::memory_order_relaxed);
    return entry;
  }

  // The same, but fills an empty stack; 0 when out of memory.
  uintptr_t Allocate(int size_class) {
    const uintptr_t entry = TryAllocate(size_class);
    if (entry != 0 || !Refill(size_class)) return entry;
    return TryAllocate(size_class);
  }

  // Takes a block back; false when this cache isn't the slab's home or the
  // stack is full.
  bool TryFree(Slab* slab, void* block) {
    if (slab->home.load(std::memory_order_relaxed) != this) [[unlikely]] {
      return false;
    }
    Stack& stack = stacks_[slab->size_class.load(std::memory_order_relaxed)];
    uintptr_t* const top = stack.top.load(std::memory_order_relaxed);
    if (top == stack.limit) [[unlikely]]
      return false;
    *top = reinterpret_cast<uintptr_t>(block);
    stack.top.store(top + 1, std::memory_order_relaxed);
    return true;
  }

  // Takes a block back. It stays here when this cache is the slab's home and
  // is returned to its slab else.
  void Free(Slab* slab, void* block);

  // Returns what is owed to other threads' slabs.
  void FlushRemote();

  // Returns everything: blocks, debts and slabs. The cache is as new, but for
  // its counters, and may pass to another thread.
  void HandBack();

  // Gives the memory of the stacks back to the system. After HandBack, by
  // whoever has the cache then.
  void Shrink();

  // Blocks allocated less blocks freed through this cache; only the sum over
  // all caches means something.
  int64_t Live(int size_class) const {
    const Stack& stack = stacks_[static_cast<size_t>(size_class)];
    return stack.taken.load(std::memory_order_relaxed) - stack.Count();
  }

  ThreadCache* next_in_heap = nullptr;  // the heap's list of its caches
  ThreadCache* next_free = nullptr;     // those without a thread

 private:
  struct alignas(64) Stack {
    std::atomic<uintptr_t*> top{nullptr};  // behind the block freed last
    uintptr_t* limit = nullptr;            // `top` of a full stack
    uintptr_t* blocks = nullptr;           // blocks[-1] is 0: the stack's end
    Slab* active = nullptr;
    std::atomic<int64_t> taken{0};  // from slabs, less those returned to them

    uint32_t Count() const {
      return static_cast<uint32_t>(top.load(std::memory_order_relaxed) -
                                   blocks);
    }
  };

  // How far all stacks' limits together may rise above the first ones.
  static constexpr size_t kMostGrownBytes = size_t{16} << 20;

  // Debts beyond this are published before a sweep ends.
  static constexpr size_t kMostRemoteBytes = size_t{256} << 10;

  // Only this thread writes, so no read-modify-write is needed.
  static void Bump(std::atomic<int64_t>& counter, int64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by,
                  std::memory_order_relaxed);
  }

  bool Refill(int size_class);
  bool RaiseLimit(Stack& stack, size_t size_class);
  void ReturnLowest(Stack& stack, uint32_t returned);
  void FreeRemote(Slab* slab, void* block, size_t size_class);

  SlabPool& pool_;
  size_t remote_bytes_ = 0;
  size_t grown_bytes_ = 0;
  std::array<Stack, kClasses> stacks_;
  ReturnBatch remote_;
  std::array<uintptr_t, kMostCached + kClasses> slots_;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_THREAD_CACHE_H_
