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

// Thread-safe, but for SetListener.
class Reclaimable {
 public:
  // How often Tick expects to be called.
  static constexpr std::chrono::milliseconds kTick{100};

  virtual ~Reclaimable() = default;

  // One tick's share of idle work. False when nothing is left to wait for:
  // then the listener will be woken when there is work again.
  [[nodiscard]] virtual bool Tick() = 0;

  // Gives all free memory back to the system now; the bytes given back.
  virtual uint64_t Trim() = 0;

  // Set before the heap is used, or null after the last use. With
  // `count_allocations` Allocated is called too.
  virtual void SetListener(ReclaimListener* listener,
                           bool count_allocations) = 0;
};

}  // namespace jsheap

#endif  // ALLOCATOR_RECLAIMABLE_H_
