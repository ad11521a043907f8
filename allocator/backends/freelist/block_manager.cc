#include "allocator/backends/freelist/block_manager.h"

#include <algorithm>

namespace jsheap::freelist {

BlockManager::Extent BlockManager::AddExtent(size_t size) {
  const size_t least = PagesFor(size + Block::kUnit);
  if (least > pages_.map().pages()) return {};
  PageHeap::Allocation allocation;
  for (size_t pages : {std::max(least, kExtentBytes >> kPageShift), least}) {
    allocation = pages_.Allocate(static_cast<uint32_t>(pages), /*fill=*/true);
    if (allocation.span != nullptr) break;
  }
  Span* span = allocation.span;
  if (span == nullptr) return {};
  Links(span) = {extents_, nullptr, span};
  if (extents_ != nullptr) Links(extents_).previous = span;
  extents_ = span;

  Block* block = FirstBlock(span);
  block->header = BlockBytes(span) | Block::kInUse | Block::kPreviousInUse;
  block->Next()->header = Block::kInUse | Block::kPreviousInUse;
  span->SetKind(SpanKind::kBlocks);
  return {block, allocation.dirty_pages == 0};
}

bool BlockManager::IsWholeExtent(const Block* block) const {
  return block->Next()->is_fence() &&
         block == FirstBlock(pages_.map().HeadOf(block));
}

void BlockManager::RemoveExtent(Block* whole) {
  Span* span = pages_.map().HeadOf(whole);
  ExtentLinks& links = Links(span);
  (links.previous != nullptr ? Links(links.previous).next : extents_) =
      links.next;
  if (links.next != nullptr) Links(links.next).previous = links.previous;
  links.self = nullptr;
  pages_.Free(span, /*zero_pages=*/0);
}

Block* BlockManager::Split(Block* block, size_t size) {
  const size_t rest_size = block->size() - size;
  if (rest_size < Block::kLeastBytes) return nullptr;
  block->set_size(size);
  Block* rest = block->Next();
  rest->header = rest_size | Block::kInUse | Block::kPreviousInUse;
  return rest;
}

void BlockManager::Merge(Block* left, Block* right) {
  left->set_size(left->size() + right->size());
  right->header = 0;  // no block begins here: a second free of it is seen
}

void BlockManager::MarkFree(Block* block) {
  block->set_flag(Block::kInUse, false);
  block->TailTag() = block->size();
  block->Next()->set_flag(Block::kPreviousInUse, false);
}

void BlockManager::MarkLoose(Block* block) {
  block->set_flag(Block::kInUse, true);
  block->Next()->set_flag(Block::kPreviousInUse, true);
}

bool BlockManager::CouldBeBlock(const Block* block) const {
  const uintptr_t address = reinterpret_cast<uintptr_t>(block);
  if ((address + Block::kHeaderBytes) % Block::kUnit != 0) return false;
  const Span* span = ExtentOf(block);
  if (span == nullptr || block < FirstBlock(span)) return false;
  const size_t offset = address - reinterpret_cast<uintptr_t>(FirstBlock(span));
  return offset < BlockBytes(span) && block->size() >= Block::kLeastBytes &&
         block->size() <= BlockBytes(span) - offset;
}

// Descriptors of free pages may be stale, so what they lead to must know that
// it is an extent, and must reach to the address.
Span* BlockManager::ExtentOf(const void* address) const {
  const PageMap& map = pages_.map();
  if (!map.Contains(address)) return nullptr;
  Span* span = map.HeadOf(address);
  const bool is_extent = span->Kind() == SpanKind::kBlocks &&
                         Links(span).self == span &&
                         map.At(map.PageOf(address)) < span + span->pages;
  return is_extent ? span : nullptr;
}

}  // namespace jsheap::freelist
