#include "allocator/os/fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace jsheap::os {

bool HasFenceForAll() {
  static const bool has =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
              0) == 0;
  return has;
}

void FenceForAll() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  // After the registration it can't fail; nothing could be trusted if it did.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
    std::abort();
  }
}

}  // namespace jsheap::os
