#include "allocator/arena/counted_blocks.h"

#include <algorithm>
#include <cstdint>

namespace jsheap {

CountedBlocks::CountedBlocks(PageHeap& pages, ChunkAccount* account,
                             Lifetime lifetime, size_t chunk_bytes,
                             size_t first_bytes)
    : pages_(pages),
      account_(account),
      lifetime_(lifetime),
      chunk_bytes_(chunk_bytes),
      next_bytes_(first_bytes) {
  account_->AddReference();
}

CountedBlocks::~CountedBlocks() {
  if (current_ != nullptr) current_->Retire();
  account_->DropReference();
}

void* CountedBlocks::Allocate(size_t bytes, bool zeroed, size_t alignment) {
  if (bytes > SIZE_MAX / 2 || !account_->TryChargeBlock(bytes)) return nullptr;
  Chunk* const chunk = ChunkFor(bytes, alignment);
  if (chunk == nullptr) {
    account_->ReleaseBlock(bytes);
    return nullptr;
  }
  char* const block = chunk->Allocate(bytes, alignment);
  ++chunk->issued;
  if (zeroed) chunk->ZeroBlock(block, bytes);
  // A chunk of its own is full with its one block.
  if (chunk != current_) chunk->Retire();
  return block;
}

// A chunk with room; not `current_` when the block is to have one of its own,
// because it would leave too much of the current one unused.
Chunk* CountedBlocks::ChunkFor(size_t bytes, size_t alignment) {
  const size_t most = bytes + alignment;
  if (most > chunk_bytes_ / 2) return Make(RoundUp(most, kPageBytes));
  if (current_ != nullptr) {
    if (current_->end() - current_->at >= static_cast<ptrdiff_t>(most)) {
      return current_;
    }
    if (current_->IsIdle() && current_->size() >= most) {
      current_->Rewind();
      current_->Open();
      return current_;
    }
  }
  Chunk* const chunk = Make(std::max(next_bytes_, RoundUp(most, kPageBytes)));
  if (chunk == nullptr) return nullptr;
  next_bytes_ = std::min(2 * chunk->size(), chunk_bytes_);
  if (current_ != nullptr) current_->Retire();
  current_ = chunk;
  return chunk;
}

Chunk* CountedBlocks::Make(size_t bytes) {
  if (bytes > pages_.map().reserved_bytes()) return nullptr;
  Chunk* const chunk = Chunk::Make(pages_, *account_, lifetime_, bytes);
  if (chunk != nullptr) chunk->Open();
  return chunk;
}

}  // namespace jsheap
