// The heap as it was at one moment, span by span and block by block: copied
// under the lock into memory that was allocated without it, so that the heap
// may be the one that this memory comes from.

#ifndef ALLOCATOR_BACKENDS_FREELIST_HEAP_SNAPSHOT_H_
#define ALLOCATOR_BACKENDS_FREELIST_HEAP_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "allocator/backends/freelist/block_viewer.h"
#include "allocator/inspectable.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::freelist {

class HeapSnapshot {
 public:
  // With `blocks` the map will show every block.
  explicit HeapSnapshot(bool blocks) : with_blocks_(blocks) {}

  // Makes room for what there was at the last Take. Without the lock.
  void MakeRoom();

  // Copies as much as there is room for; false when that isn't all. Under the
  // lock.
  [[nodiscard]] bool Take(const PageHeap& pages, const BlockViewer& viewer);

  // What was taken.
  HeapMap ToMap() const;

 private:
  struct RawSpan {
    uint64_t start;
    uint32_t pages;
    SpanKind kind;
    bool is_zero, is_warm;      // kFree
    uint64_t used, first, all;  // kBlocks: used, where in blocks_, how many
  };

  void TakeBlocks(const BlockViewer& viewer, const Span& extent, RawSpan* raw);
  SpanInfo Describe(const RawSpan& raw) const;

  const bool with_blocks_;
  std::vector<RawSpan> spans_;
  std::vector<BlockInfo> blocks_;
  size_t all_spans_ = 0;  // as many as there were, with or without room
  size_t all_blocks_ = 0;
};

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_HEAP_SNAPSHOT_H_
