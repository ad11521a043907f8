// Where thread caches get slabs from and bring them back to: one list of
// partly free slabs for each size class, and the page heap behind them.

#ifndef ALLOCATOR_BACKENDS_SLAB_SLAB_POOL_H_
#define ALLOCATOR_BACKENDS_SLAB_SLAB_POOL_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "allocator/backends/slab/size_classes.h"
#include "allocator/backends/slab/slab.h"
#include "allocator/pages/metadata.h"
#include "allocator/pages/page_heap.h"
#include "allocator/reclaimable.h"

namespace jsheap::slab {

// Thread-safe.
class SlabPool {
 public:
  // Both must outlive the pool. With `track_zero` free blocks are known to be
  // zero or not; without, every block counts as dirty.
  SlabPool(PageHeap& pages, Metadata& metadata, bool track_zero)
      : pages_(pages), metadata_(metadata), track_zero_(track_zero) {}
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  // A slab with free blocks, ACTIVE for `cache`; null when out of memory.
  Slab* Acquire(int size_class, ThreadCache* cache);

  // The calling thread, for which `slab` is ACTIVE, found no block in it. True
  // when the slab is left behind as full; false when blocks came back
  // meanwhile and it stays ACTIVE.
  [[nodiscard]] static bool TryLeave(Slab* slab);

  // The calling thread, for which `slab` is ACTIVE, needs it no more.
  void HandBack(Slab* slab);

  // The slab that a live or cached block lies in.
  Slab* SlabOf(const void* block) const {
    return pages_.map().HeadOf(block)->ClientAs<Slab>();
  }

  // Does what Slab::Return asked for.
  void Fulfil(Slab* slab, Duty duty);

  bool tracks_zero() const { return track_zero_; }

  // Who is told how many blocks are allocated; null for nobody. Set before the
  // pool is used.
  void set_counter(ReclaimListener* counter) { counter_ = counter; }
  void CountAllocations(uint32_t blocks) {
    if (counter_ != nullptr) counter_->Allocated(blocks);
  }

  // Around fork().
  void Lock() {
    for (List& list : lists_) list.mutex.lock();
  }
  void Unlock() {
    for (List& list : lists_) list.mutex.unlock();
  }

  // Slabs that were given back to the page heap since the start.
  uint64_t released() const {
    return released_.load(std::memory_order_relaxed);
  }

  uint32_t SlabsOf(int size_class) const {
    return lists_[static_cast<size_t>(size_class)].slabs.load(
        std::memory_order_relaxed);
  }

 private:
  struct alignas(64) List {
    std::mutex mutex;
    Slab* first = nullptr;  // guarded by mutex
    std::atomic<uint32_t> slabs{0};
  };

  List& ListOf(const Slab* slab) {
    return lists_[slab->size_class.load(std::memory_order_relaxed)];
  }
  static void Link(List& list, Slab* slab);
  static void Unlink(List& list, Slab* slab);
  Slab* Create(int size_class);
  void Release(Slab* slab);

  PageHeap& pages_;
  Metadata& metadata_;
  const bool track_zero_;
  ReclaimListener* counter_ = nullptr;
  std::array<List, kClasses> lists_;
  std::atomic<uint64_t> released_{0};
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_SLAB_POOL_H_
