#include "allocator/backends/freelist/purge.h"

#include "allocator/backends/freelist/block.h"
#include "allocator/os/memory.h"

namespace jsheap::freelist {
namespace {

uint64_t PurgeInside(const Block* block) {
  const uintptr_t page = os::OsPageBytes();
  const uintptr_t links_end =
      reinterpret_cast<uintptr_t>(block->Payload()) + Block::kMostLinkBytes;
  const uintptr_t begin = (links_end + page - 1) / page * page;
  const uintptr_t end =
      (reinterpret_cast<uintptr_t>(block->Next()) - Block::kHeaderBytes) /
      page * page;
  if (begin >= end) return 0;
  void* pages = reinterpret_cast<void*>(begin);
  const size_t resident = os::ResidentBytes(pages, end - begin);
  return resident != 0 && os::Purge(pages, end - begin) ? resident : 0;
}

}  // namespace

uint64_t PurgeFreeBlocks(const BlockManager& manager) {
  uint64_t purged = 0;
  manager.ForEachExtent([&](const Span& extent) {
    const auto [first, bytes] = manager.BlocksOf(extent);
    const Block* block = first;
    for (size_t done = 0; done < bytes; block = block->Next()) {
      if (!block->in_use()) purged += PurgeInside(block);
      done += block->size();
    }
  });
  return purged;
}

}  // namespace jsheap::freelist
