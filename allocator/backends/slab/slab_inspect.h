// What a slab heap shows: copies of its descriptors and bitmaps, made in one
// moment without allocating, and turned into a map afterwards.

#ifndef ALLOCATOR_BACKENDS_SLAB_SLAB_INSPECT_H_
#define ALLOCATOR_BACKENDS_SLAB_SLAB_INSPECT_H_

#include "allocator/inspectable.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::slab {

// The map of a page heap whose users are slabs, large blocks and arenas. With
// `blocks` slabs and large blocks are shown block by block. Thread-safe.
HeapMap MapOf(const PageHeap& pages, bool blocks);

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_SLAB_INSPECT_H_
