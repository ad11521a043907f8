// The chunks of an arena's plain blocks: where they come from, and how much of
// the current one JavaScript may cut up by itself.

#include <algorithm>
#include <bit>
#include <utility>

#include "host/v8_memory/script_arena.h"
#include "host/v8_memory/script_arenas.h"

namespace jshost {

using jsheap::Chunk;
using jsheap::kPageBytes;
using jsheap::PolicyOf;
using jsheap::RoundUp;

namespace {

// Chunks double up to so many times what the lifetime's policy says.
constexpr size_t kGrowth = 4;

// Dirty memory is zeroed so far ahead of the blocks: often enough that it is
// still in the cache when a block is cut off it, seldom enough that the call
// doesn't count. But a round that takes little doesn't pay for more.
constexpr size_t kZeroStep = size_t{32} << 10;
constexpr size_t kLeastZeroStep = size_t{2} << 10;

// An arena with a limit takes so much of it at a time.
constexpr size_t kGrantStep = size_t{64} << 10;

void DropChunk(void*, size_t, void* chunk) {
  static_cast<Chunk*>(chunk)->DropReference();
}

}  // namespace

// Lets JavaScript cut blocks off the current chunk up to `end` at least. False
// when a limit forbids it.
bool ScriptArena::Grant(size_t end) {
  ArenaState* const s = state();
  if (end <= s->end) return true;
  ArenaChunk& chunk = chunks_[current_];
  size_t target = chunk.size();
  if (zero_ && !chunk.is_zero()) {
    const size_t step = std::clamp<size_t>(s->end, kLeastZeroStep, kZeroStep);
    target = std::min(target, std::max(end, s->end + step));
  }
  if (has_limit_) {
    target = std::min(target, std::max(end, s->end + kGrantStep));
    if (!Charge(target - s->end)) {
      TakeBackGrants();
      target = end;
      if (!Charge(target - s->end)) return false;
    }
  }
  if (zero_) chunk.Zero(s->end, target);
  s->end = static_cast<uint32_t>(target);
  return true;
}

// Makes a chunk the current one, from its start.
void ScriptArena::Enter(size_t index) {
  current_ = index;
  ArenaState* const s = state();
  s->at = s->end = 0;
  // With nothing in the way JavaScript gets all of it at once.
  if (!has_limit_ && (!zero_ || chunks_[index].is_zero())) {
    s->end = static_cast<uint32_t>(chunks_[index].size());
  }
}

void ScriptArena::LeaveChunk() {
  ArenaState* const s = state();
  if (has_limit_) {
    charged_ -= s->end - s->at;
    account()->blocks.Release(s->end - s->at);
  }
  left_bytes_ += s->at;
  s->at = s->end = 0;
}

// Goes on to a chunk with room for `bytes`.
bool ScriptArena::NextChunk(size_t bytes, Obstacle* obstacle) {
  const size_t next = chunks_.empty() ? 0 : current_ + 1;
  const auto fits = std::find_if(
      chunks_.begin() + static_cast<ptrdiff_t>(next), chunks_.end(),
      [&](const ArenaChunk& chunk) { return chunk.size() >= bytes; });
  if (fits != chunks_.end()) {
    std::swap(chunks_[next], *fits);
  } else {
    std::optional<ArenaChunk> chunk =
        NewChunk(std::max<size_t>(bytes, 1), NextChunkBytes(bytes), obstacle);
    if (!chunk) return false;
    chunks_.insert(chunks_.begin() + static_cast<ptrdiff_t>(next),
                   std::move(*chunk));
  }
  if (next != 0) LeaveChunk();
  Enter(next);
  return true;
}

// Larger blocks get a chunk of their own.
size_t ScriptArena::MostChunkBytes() const {
  return grows() ? kGrowth * PolicyOf(lifetime_).chunk_bytes : chunk_bytes_;
}

size_t ScriptArena::NextChunkBytes(size_t bytes) const {
  if (!grows()) return chunk_bytes_;
  const size_t doubled =
      chunks_.empty() ? kFirstChunkBytes : 2 * chunks_[current_].size();
  return std::max(std::min(doubled, MostChunkBytes()),
                  std::max(std::bit_ceil(bytes), kFirstChunkBytes));
}

// Of `wanted` bytes; where that is too much, of `least` at least.
std::optional<ArenaChunk> ScriptArena::NewChunk(size_t least, size_t wanted,
                                                Obstacle* obstacle) {
  if (std::optional<ArenaChunk> chunk = TryNewChunk(wanted)) return chunk;
  if (arenas_.DropSpare() != 0) {
    if (std::optional<ArenaChunk> chunk = TryNewChunk(wanted)) return chunk;
  }
  least = RoundUp(least, kPageBytes);
  if (grows() && least < wanted) {
    if (std::optional<ArenaChunk> chunk = TryNewChunk(least)) return chunk;
  } else {
    least = wanted;
  }
  // As V8 does for a buffer: what nobody uses may be enough.
  if (least <= arenas_.buffers_->budget().lowest_limit()) {
    arenas_.isolate_->LowMemoryNotification();
    if (std::optional<ArenaChunk> chunk = TryNewChunk(least)) return chunk;
  }
  *obstacle = MemoryObstacleFor(least);
  if (*obstacle == Obstacle::kBufferLimit ||
      *obstacle == Obstacle::kTotalLimit) {
    arenas_.buffers_->OnRefusedToHost(least);
  }
  return {};
}

// All of it zero.
std::optional<ArenaChunk> ScriptArena::TryNewChunk(size_t bytes) {
  std::shared_ptr<v8::BackingStore> store;
  if (bytes < kPageBytes) {
    store = TakePart(bytes);
  } else if (arenas_.heap_->ok() &&
             bytes <= arenas_.heap_->pages().map().reserved_bytes()) {
    Chunk* const chunk = arenas_.NewSpan(lifetime_, bytes);
    if (chunk != nullptr) {
      store = v8::ArrayBuffer::NewBackingStore(chunk->start(), bytes, DropChunk,
                                               chunk);
    }
  }
  if (store == nullptr) return {};
  return ArenaChunk(std::move(store));
}

// A part of a page, which parts share.
std::shared_ptr<v8::BackingStore> ScriptArena::TakePart(size_t bytes) {
  if (partial_ != nullptr && partial_used_ + bytes > kPageBytes) {
    partial_->DropReference();
    partial_ = nullptr;
  }
  if (partial_ == nullptr) {
    if (!arenas_.heap_->ok()) return nullptr;
    partial_ = arenas_.NewSpan(lifetime_, kPageBytes);
    partial_used_ = 0;
    if (partial_ == nullptr) return nullptr;
  }
  char* const start = partial_->start() + partial_used_;
  partial_used_ += bytes;
  partial_->AddReference();
  return v8::ArrayBuffer::NewBackingStore(start, bytes, DropChunk, partial_);
}

}  // namespace jshost
