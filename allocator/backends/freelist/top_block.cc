#include "allocator/backends/freelist/top_block.h"

#include <algorithm>
#include <utility>

namespace jsheap::freelist {

size_t TopBlock::ZeroBytes() const {
  if (block_ == nullptr) return 0;
  const char* end = reinterpret_cast<const char*>(block_->Next());
  return static_cast<size_t>(end - zero_from_);
}

void TopBlock::Start(const BlockManager::Extent& extent) {
  block_ = extent.block;
  block_->set_flag(Block::kInUse, false);
  zero_from_ = static_cast<const char*>(extent.is_zero ? block_->Payload()
                                                       : block_->Next());
}

Block* TopBlock::Retire() {
  if (block_ != nullptr) block_->set_flag(Block::kInUse, true);
  return std::exchange(block_, nullptr);
}

Found TopBlock::Take(size_t size) {
  if (this->size() < size) return {};
  Block* block = Retire();
  const char* payload = static_cast<const char*>(block->Payload());
  const size_t dirty_bytes =
      zero_from_ > payload ? static_cast<size_t>(zero_from_ - payload) : 0;
  block_ = BlockManager::Split(block, size);
  if (block_ != nullptr) {
    block_->set_flag(Block::kInUse, false);
    zero_from_ =
        std::max(zero_from_, static_cast<const char*>(block_->Payload()));
  }
  return {block, dirty_bytes};
}

void TopBlock::Absorb(Block* block) {
  BlockManager::Merge(block, Retire());
  block_ = block;
  block_->set_flag(Block::kInUse, false);
}

}  // namespace jsheap::freelist
