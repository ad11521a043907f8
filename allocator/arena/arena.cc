#include "allocator/arena/arena.h"

#include <algorithm>

namespace jsheap {
namespace {

size_t RoundUpToPages(size_t bytes) { return PagesFor(bytes) << kPageShift; }

}  // namespace

Arena::Arena(PageHeap& pages, const ArenaOptions& options)
    : pages_(pages),
      lifetime_(options.lifetime),
      chunk_bytes_(RoundUpToPages(
          options.chunk_bytes != 0 ? options.chunk_bytes
                                   : PolicyOf(options.lifetime).chunk_bytes)),
      account_(new ChunkAccount(options.limit, options.parent)),
      counted_(pages, account_, lifetime_, chunk_bytes_) {}

Arena::~Arena() {
  for (Chunk* chunk = plain_.first; chunk != nullptr;) {
    Chunk* next = chunk->next;
    chunk->DropReference();
    chunk = next;
  }
  account_->DropReference();
}

void* Arena::Allocate(size_t bytes, size_t alignment) {
  char* block =
      current_ != nullptr ? current_->Allocate(bytes, alignment) : nullptr;
  if (block == nullptr) {
    if (bytes > SIZE_MAX / 2) return nullptr;
    Chunk* chunk = NextPlainChunk(bytes + alignment);
    if (chunk == nullptr) return nullptr;
    block = chunk->Allocate(bytes, alignment);
  }
  ++allocations_;
  return block;
}

void* Arena::AllocateZeroed(size_t bytes, size_t alignment) {
  char* block = static_cast<char*>(Allocate(bytes, alignment));
  if (block != nullptr) current_->ZeroBlock(block, bytes);
  return block;
}

void* Arena::AllocateCounted(size_t bytes, bool zeroed, size_t alignment) {
  void* block = counted_.Allocate(bytes, zeroed, alignment);
  if (block != nullptr) ++allocations_;
  return block;
}

void Arena::Reset() {
  if (current_ != nullptr) {
    peak_bytes_ = std::max(peak_bytes_, filled_bytes_ + current_->used());
  }
  ++resets_;
  filled_bytes_ = 0;
  size_t kept = 0;
  List keep;
  for (Chunk* chunk = plain_.first; chunk != nullptr;) {
    Chunk* next = chunk->next;
    if (kept + chunk->size() <= PolicyOf(lifetime_).kept_bytes) {
      kept += chunk->size();
      chunk->Rewind();
      chunk->next = nullptr;
      (keep.first == nullptr ? keep.first : keep.last->next) = chunk;
      keep.last = chunk;
    } else {
      chunk->DropReference();
    }
    chunk = next;
  }
  plain_ = keep;
  current_ = plain_.first;
}

ArenaStats Arena::Stats() const {
  ArenaStats stats;
  stats.used_bytes =
      filled_bytes_ + (current_ != nullptr ? current_->used() : 0);
  stats.peak_bytes = std::max(peak_bytes_, stats.used_bytes);
  stats.chunk_bytes = account_->budget.used();
  stats.chunks = account_->chunks.load(std::memory_order_relaxed);
  stats.retired_chunks = account_->retired.load(std::memory_order_relaxed);
  stats.allocations = allocations_;
  stats.resets = resets_;
  return stats;
}

// The chunk to go on with when the current one is full. Of the chunks that a
// reset left, those too short are passed over until the next reset.
Chunk* Arena::NextPlainChunk(size_t least_bytes) {
  Chunk* chunk = current_ != nullptr ? current_->next : plain_.first;
  const uint64_t filled = current_ != nullptr ? current_->used() : 0;
  while (chunk != nullptr && chunk->size() < least_bytes) chunk = chunk->next;
  if (chunk == nullptr) {
    chunk = MakeChunk(least_bytes);
    if (chunk == nullptr) return nullptr;
    (plain_.first == nullptr ? plain_.first : plain_.last->next) = chunk;
    plain_.last = chunk;
  }
  filled_bytes_ += filled;
  current_ = chunk;
  return chunk;
}

Chunk* Arena::MakeChunk(size_t least_bytes) {
  const size_t bytes = std::max(chunk_bytes_, RoundUpToPages(least_bytes));
  if (bytes > pages_.map().reserved_bytes()) return nullptr;
  return Chunk::Make(pages_, *account_, lifetime_, bytes);
}

}  // namespace jsheap
