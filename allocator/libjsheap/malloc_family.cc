// malloc and its family on top of `slab`: what libjsheap.so exports, so that
// any program can be run on this heap with LD_PRELOAD, or linked with it.
//
// Usable from the first constructor on: the heap is made by the first call,
// with system calls only. Safe around fork(): the heap's locks are taken before
// and released after it in both processes. No thread is started; free memory
// is purged on the threads that allocate.

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>

#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/reclaimer/reclaimer.h"

namespace {

using jsheap::Reclaimer;
using jsheap::ReclaimerOptions;
using jsheap::slab::SlabAllocator;

alignas(SlabAllocator) unsigned char g_heap_storage[sizeof(SlabAllocator)];
alignas(Reclaimer) unsigned char g_reclaimer_storage[sizeof(Reclaimer)];
constinit std::atomic<SlabAllocator*> g_heap{nullptr};
constinit std::mutex g_init_mutex;

Reclaimer& TheReclaimer() {
  return *std::launder(reinterpret_cast<Reclaimer*>(g_reclaimer_storage));
}

[[gnu::noinline]] SlabAllocator* MakeHeap() {
  std::lock_guard lock(g_init_mutex);
  SlabAllocator* heap = g_heap.load(std::memory_order_relaxed);
  if (heap != nullptr) return heap;
  // Zeroes are asked for too rarely here to be worth making ahead.
  heap = SlabAllocator::MakeIn(g_heap_storage, {.track_zero = false});
  if (heap == nullptr) {
    constexpr char kMessage[] = "libjsheap: no address space for a heap\n";
    (void)!write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
    _exit(70);
  }
  new (g_reclaimer_storage)
      Reclaimer({heap->reclaimable()},
                ReclaimerOptions{.mode = ReclaimerOptions::Mode::kInline});
  g_heap.store(heap, std::memory_order_release);
  return heap;
}

SlabAllocator& Heap() {
  SlabAllocator* heap = g_heap.load(std::memory_order_acquire);
  return heap != nullptr ? *heap : *MakeHeap();
}

// Registered early, so that its handlers run last before the fork and first
// after it: other handlers may allocate.
[[gnu::constructor(101)]] void RegisterForkHandlers() {
  Heap();
  pthread_atfork(
      [] {
        TheReclaimer().Lock();
        Heap().Lock();
      },
      [] {
        Heap().Unlock();
        TheReclaimer().Unlock();
      },
      [] {
        Heap().Unlock();
        TheReclaimer().Unlock();
      });
}

void* OrNoMemory(void* block) {
  if (block == nullptr) [[unlikely]]
    errno = ENOMEM;
  return block;
}

void* Aligned(size_t alignment, size_t bytes) {
  return OrNoMemory(Heap().AllocateAligned(bytes, alignment));
}

// Reallocation keeps a block that is large enough and not twice too large.
bool FitsInPlace(size_t usable, size_t bytes) {
  return bytes <= usable && bytes >= usable / 2;
}

}  // namespace

extern "C" {

#define JSHEAP_EXPORT __attribute__((visibility("default"), used))

JSHEAP_EXPORT void* malloc(size_t bytes) noexcept {
  return OrNoMemory(Heap().Allocate(bytes));
}

JSHEAP_EXPORT void free(void* block) noexcept {
  if (block == nullptr) return;
  const int saved = errno;  // POSIX: free leaves errno as it is
  Heap().FreeUnsized(block);
  errno = saved;
}

JSHEAP_EXPORT void cfree(void* block) noexcept { free(block); }

JSHEAP_EXPORT void* calloc(size_t count, size_t bytes) noexcept {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    return OrNoMemory(nullptr);
  }
  return OrNoMemory(Heap().AllocateZeroed(total));
}

JSHEAP_EXPORT void* realloc(void* block, size_t bytes) noexcept {
  if (block == nullptr) return malloc(bytes);
  if (bytes == 0) {
    free(block);
    return nullptr;
  }
  const size_t usable = Heap().UsableSize(block);
  if (FitsInPlace(usable, bytes)) return block;
  // A large block that grows will likely grow again; without room for that,
  // each step would copy all of it. What isn't used isn't in RAM either.
  constexpr size_t kLarge = size_t{64} << 10;
  void* moved = nullptr;
  if (bytes > usable && bytes >= kLarge) {
    moved = Heap().Allocate(bytes + bytes / 4);
  }
  if (moved == nullptr) moved = malloc(bytes);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(usable, bytes));
  free(block);
  return moved;
}

JSHEAP_EXPORT void* reallocarray(void* block, size_t count,
                                 size_t bytes) noexcept {
  size_t total;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    return OrNoMemory(nullptr);
  }
  return realloc(block, total);
}

JSHEAP_EXPORT void* memalign(size_t alignment, size_t bytes) noexcept {
  if (alignment > size_t{1} << 63) return OrNoMemory(nullptr);
  return Aligned(std::bit_ceil(alignment), bytes);
}

JSHEAP_EXPORT void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  if (!std::has_single_bit(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  return Aligned(alignment, bytes);
}

JSHEAP_EXPORT int posix_memalign(void** out, size_t alignment,
                                 size_t bytes) noexcept {
  if (!std::has_single_bit(alignment) || alignment % sizeof(void*) != 0) {
    return EINVAL;
  }
  void* block = Heap().AllocateAligned(bytes, alignment);
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}

JSHEAP_EXPORT void* valloc(size_t bytes) noexcept {
  return Aligned(static_cast<size_t>(getpagesize()), bytes);
}

JSHEAP_EXPORT void* pvalloc(size_t bytes) noexcept {
  const size_t page = static_cast<size_t>(getpagesize());
  if (bytes > SIZE_MAX - page) return OrNoMemory(nullptr);
  return Aligned(page, (bytes + page - 1) / page * page);
}

JSHEAP_EXPORT size_t malloc_usable_size(void* block) noexcept {
  return block != nullptr ? Heap().UsableSize(block) : 0;
}

JSHEAP_EXPORT int malloc_trim(size_t) noexcept {
  return Heap().reclaimable()->Trim() != 0;
}

}  // extern "C"
