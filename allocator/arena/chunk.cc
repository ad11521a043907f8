#include "allocator/arena/chunk.h"

#include <algorithm>
#include <cstring>

namespace jsheap {

void ChunkAccount::AddChunk() {
  for (ChunkAccount* account = this; account; account = account->outer) {
    account->chunks.fetch_add(1, std::memory_order_relaxed);
  }
}

void ChunkAccount::RetireChunk() {
  for (ChunkAccount* account = this; account; account = account->outer) {
    account->retired.fetch_add(1, std::memory_order_relaxed);
  }
}

void ChunkAccount::RemoveChunk(bool was_retired) {
  for (ChunkAccount* account = this; account; account = account->outer) {
    account->chunks.fetch_sub(1, std::memory_order_relaxed);
    if (was_retired) account->retired.fetch_sub(1, std::memory_order_relaxed);
  }
}

bool ChunkAccount::TryChargeBlock(uint64_t bytes) {
  if (!blocks.TryCharge(bytes)) return false;
  for (ChunkAccount* account = this; account; account = account->outer) {
    account->live_bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
  return true;
}

void ChunkAccount::ReleaseBlock(uint64_t bytes) {
  for (ChunkAccount* account = this; account; account = account->outer) {
    account->live_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  }
  blocks.Release(bytes);
}

void ChunkAccount::DropReference() {
  // Accounts nest deeper than the stack could follow.
  ChunkAccount* account = this;
  while (account != nullptr &&
         account->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    ChunkAccount* const parent = account->outer;
    delete account;
    account = parent;
  }
}

Chunk* Chunk::Make(PageHeap& pages, ChunkAccount& account, Lifetime lifetime,
                   size_t bytes) {
  if (!account.budget.TryCharge(bytes)) return nullptr;
  const PageHeap::Allocation allocation =
      pages.Allocate(static_cast<uint32_t>(bytes >> kPageShift),
                     /*fill=*/true);
  if (allocation.span == nullptr) {
    account.budget.Release(bytes);
    return nullptr;
  }
  account.AddChunk();
  account.AddReference();
  Chunk* chunk = Of(allocation.span);
  chunk->pages = &pages;
  chunk->account = &account;
  chunk->next = nullptr;
  chunk->at = chunk->start();
  chunk->dirty_end =
      allocation.dirty_pages == 0 ? chunk->start() : chunk->end();
  chunk->is_counted = false;
  chunk->is_retired = false;
  chunk->issued = 0;
  chunk->references.store(1, std::memory_order_relaxed);
  allocation.span->note = static_cast<uint8_t>(lifetime);
  allocation.span->SetKind(SpanKind::kArena);
  return chunk;
}

char* Chunk::Allocate(size_t bytes, size_t alignment) {
  const uintptr_t mask = alignment - 1;
  const uintptr_t from = (reinterpret_cast<uintptr_t>(at) + mask) & ~mask;
  const uintptr_t last = reinterpret_cast<uintptr_t>(end());
  if (from > last || bytes > last - from) return nullptr;
  at = reinterpret_cast<char*>(from + bytes);
  return reinterpret_cast<char*>(from);
}

void Chunk::ZeroBlock(char* block, size_t bytes) {
  if (block >= dirty_end) return;
  std::memset(block, 0,
              std::min(bytes, static_cast<size_t>(dirty_end - block)));
}

void Chunk::Rewind() {
  dirty_end = std::max(dirty_end, at);
  at = start();
}

void Chunk::Retire() {
  is_retired = true;
  account->RetireChunk();
  DropReferences(kOpenReferences - issued);
}

void Chunk::FreeBlock(uint64_t bytes) {
  account->ReleaseBlock(bytes);
  DropReferences(1);
}

void Chunk::DropReferences(uint32_t count) {
  if (references.fetch_sub(count, std::memory_order_acq_rel) != count) return;
  account->RemoveChunk(is_retired);
  account->budget.Release(size());
  account->DropReference();
  // The page heap knows zero pages from a span's start, the chunk from its
  // end: only of one that was never written the knowledge survives.
  Span* mine = span();
  const bool is_zero = dirty_end == start() && at == start();
  pages->Free(mine, is_zero ? mine->pages : 0);
}

}  // namespace jsheap
