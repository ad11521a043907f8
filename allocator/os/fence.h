// A memory fence on all threads of the process at once, paid by who asks for
// it: what is often done may then go without one (asymmetric fences, as in
// Folly and in the C++ proposal P1202).

#ifndef ALLOCATOR_OS_FENCE_H_
#define ALLOCATOR_OS_FENCE_H_

#include <atomic>

namespace jsheap::os {

// Whether the system has such a fence. Thread-safe; always the same answer.
bool HasFenceForAll();

// Whatever any thread does, it did or does it with a full fence at some point
// during this call. Takes some microseconds; needs HasFenceForAll().
// Thread-safe.
void FenceForAll();

// The counterpart of FenceForAll(): only the compiler has to keep the order.
inline void LightFence() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace jsheap::os

#endif  // ALLOCATOR_OS_FENCE_H_
