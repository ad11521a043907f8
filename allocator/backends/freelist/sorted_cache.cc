#include "allocator/backends/freelist/sorted_cache.h"

#include "allocator/backends/freelist/block_manager.h"
#include "allocator/checks.h"

namespace jsheap::freelist {

void SortedCache::Put(Block* block) {
  BlockManager::MarkFree(block);
  fit_->Insert(block);
  held_.Add(block->size());
}

void SortedCache::Remove(Block* block) {
  if constexpr (kDebugChecks) {
    if (block->TailTag() != block->size()) {
      Fail("damaged boundary tag at the end of a free block", block->Payload(),
           block->size());
    }
  }
  held_.Remove(block->size());
  fit_->Remove(block);
  BlockManager::MarkLoose(block);
}

Block* SortedCache::Take(size_t size) {
  Block* block = fit_->Find(size);
  if (block == nullptr) return nullptr;
  Remove(block);
  if (Block* rest = BlockManager::Split(block, size)) Put(rest);
  return block;
}

const char* SortedCache::Verify() const {
  Tally found;
  if (const char* problem = fit_->Verify(&found)) return problem;
  return found == held_ ? nullptr : "the count of sorted blocks is wrong";
}

}  // namespace jsheap::freelist
