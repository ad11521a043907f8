// What a heap offers to whoever decides when idle work is done: the one thing
// that the reclaimer knows of backends and pages.

#ifndef ALLOCATOR_RECLAIMABLE_H_
#define ALLOCATOR_RECLAIMABLE_H_

#include <chrono>
#include <cstdint>

namespace jsheap {

// Who decides. Called rarely; thread-safe.
class ReclaimListener {
 public:
  virtual ~ReclaimListener() = default;

  // There is idle work again. Possibly called under a lock of the heap: it
  // must not call back.
  virtual void Wake() = 0;

  // `blocks` more blocks were allocated. Only called when SetListener asked
  // for it, on a thread that holds no lock of the heap.
  virtual void Allocated(uint32_t blocks) = 0;
};

// What coalescing gained. Sizes are bytes; a heap that can't merge any further
// has equal ones and merged nothing.
struct CoalesceGain {
  // Free blocks, or spans that became free, which joined their neighbours.
  uint64_t merged = 0;
  // The longest piece of free memory in one: a block, or a span of pages. What
  // is reserved but not committed doesn't count.
  uint64_t largest_free_before = 0;
  uint64_t largest_free_after = 0;
};

// Thread-safe, but for SetListener.
class Reclaimable {
 public:
  // How often Tick expects to be called.
  static constexpr std::chrono::milliseconds kTick{100};

  virtual ~Reclaimable() = default;

  // One tick's share of idle work. False when nothing is left to wait for:
  // then the listener will be woken when there is work again.
  [[nodiscard]] virtual bool Tick() = 0;

  // Joins what is free with its free neighbours now, instead of when memory
  // runs short: empties the caches that keep freed blocks apart, those of the
  // calling thread among them but not those of other threads. The gain is exact
  // as long as no other thread allocates or frees meanwhile.
  virtual CoalesceGain Coalesce() = 0;

  // Gives all free memory back to the system now; the bytes given back.
  virtual uint64_t Trim() = 0;

  // Set before the heap is used, or null after the last use. With
  // `count_allocations` Allocated is called too.
  virtual void SetListener(ReclaimListener* listener,
                           bool count_allocations) = 0;
};

}  // namespace jsheap

#endif  // ALLOCATOR_RECLAIMABLE_H_
