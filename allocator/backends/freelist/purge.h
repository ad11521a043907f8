// Gives the memory of free blocks back to the system while their extent lives
// on, because some other block of it does.

#ifndef ALLOCATOR_BACKENDS_FREELIST_PURGE_H_
#define ALLOCATOR_BACKENDS_FREELIST_PURGE_H_

#include <cstdint>

#include "allocator/backends/freelist/block_manager.h"

namespace jsheap::freelist {

// Purges all OS pages that lie within free blocks. Returns how many bytes of
// them were in RAM. Takes a walk over all blocks, and the allocator's lock.
uint64_t PurgeFreeBlocks(const BlockManager& manager);

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_PURGE_H_
