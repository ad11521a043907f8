// What an arena has used, and may use.

#include <algorithm>

#include "host/v8_memory/script_arena.h"
#include "host/v8_memory/script_arenas.h"

namespace jshost {

using jsheap::ChunkAccount;
using jsheap::kPageBytes;
using jsheap::PolicyOf;
using jsheap::RoundUp;

namespace {

// So many arenas, from a scope outward, hear of the peak at its end, and nobody
// pays for all of a deep nest each time. The peaks of those further out are as
// of their own ends, resets and stats().
constexpr int kMostPeaks = 64;

}  // namespace

// ------------------------------------------------------------------ figures

// An account lies in the parent's: the outermost that is missing comes first.
ChunkAccount* ScriptArena::account() {
  if (account_ != nullptr) return account_;
  std::vector<ScriptArena*> missing;
  ChunkAccount* outer = arenas_.counted_;
  for (ScriptArena* arena = this; arena != nullptr; arena = arena->parent_) {
    if (arena->account_ != nullptr) {
      outer = arena->account_;
      break;
    }
    missing.push_back(arena);
  }
  for (; !missing.empty(); missing.pop_back()) {
    ScriptArena* const arena = missing.back();
    outer = arena->account_ = new ChunkAccount(outer, arena->limit_);
  }
  return account_;
}

jsheap::CountedBlocks& ScriptArena::counted() {
  if (counted_ == nullptr) {
    const size_t most = RoundUp(
        grows() ? PolicyOf(lifetime_).chunk_bytes : chunk_bytes_, kPageBytes);
    counted_ = std::make_unique<jsheap::CountedBlocks>(
        arenas_.heap_->pages(), account(), lifetime_, most,
        grows() ? kFirstChunkBytes : most);
  }
  return *counted_;
}

std::vector<ScriptArena*> ScriptArena::ScopesInside() const {
  std::vector<ScriptArena*> inside = scopes_;
  for (size_t i = 0; i < inside.size(); ++i) {
    const std::vector<ScriptArena*>& more = inside[i]->scopes_;
    inside.insert(inside.end(), more.begin(), more.end());
  }
  return inside;
}

uint64_t ScriptArena::PlainBytes() const {
  uint64_t bytes = OwnPlainBytes();
  if (scopes_.empty()) return bytes;
  for (const ScriptArena* scope : ScopesInside()) {
    bytes += scope->OwnPlainBytes();
  }
  return bytes;
}

uint64_t ScriptArena::CountedBytes() const {
  return account_ != nullptr ? account_->live_bytes.load() : 0;
}

// JavaScript's counter can't go round unseen: a chunk has less than 2^32
// blocks, since empty ones are made by AllocateSlow.
void ScriptArena::CountBlocks() {
  const uint32_t now = state()->count;
  allocations_ += static_cast<uint32_t>(now - seen_count_);
  seen_count_ = now;
}

// Plain bytes only fall at the end of a round, of this arena or of a scope.
void ScriptArena::RaisePeaks() {
  uint64_t plain = PlainBytes();
  ScriptArena* arena = this;
  for (int i = 0; i < kMostPeaks; ++i) {
    arena->peak_bytes_ =
        std::max(arena->peak_bytes_, plain + arena->CountedBytes());
    ScriptArena* const parent = arena->parent_;
    if (parent == nullptr) return;
    plain += parent->OwnPlainBytes();
    for (const ScriptArena* scope : parent->scopes_) {
      if (scope != arena) plain += scope->PlainBytes();
    }
    arena = parent;
  }
}

// Chunks of plain blocks, of this arena alone.
void ScriptArena::AddChunks(ScriptArenaStats* stats) const {
  stats->chunks += chunks_.size() + big_.size();
  for (const ArenaChunk& chunk : chunks_) stats->chunk_bytes += chunk.size();
  for (const Big& big : big_) stats->chunk_bytes += big.chunk.size();
}

ScriptArenaStats ScriptArena::Stats() const {
  ScriptArenaStats stats;
  stats.used_bytes = UsedBytes();
  peak_bytes_ = std::max(peak_bytes_, stats.used_bytes);
  stats.peak_bytes = peak_bytes_;
  AddChunks(&stats);
  for (const ScriptArena* scope : ScopesInside()) scope->AddChunks(&stats);
  if (account_ != nullptr) {
    stats.chunk_bytes += account_->budget.used();
    stats.chunks += account_->chunks.load();
    stats.retired_chunks = account_->retired.load();
  }
  stats.allocations =
      allocations_ + static_cast<uint32_t>(state()->count - seen_count_);
  stats.resets = resets_;
  stats.limit = limit_;
  return stats;
}

// -------------------------------------------------------------------- limit

bool ScriptArena::Charge(uint64_t bytes) {
  if (!has_limit_) return true;
  if (!account()->blocks.TryCharge(bytes)) return false;
  charged_ += bytes;
  return true;
}

bool ScriptArena::HasRoomFor(uint64_t bytes) {
  if (!has_limit_) return true;
  if (!account()->blocks.TryCharge(bytes)) {
    TakeBackGrants();
    if (!account()->blocks.TryCharge(bytes)) return false;
  }
  account()->blocks.Release(bytes);
  return true;
}

// What arenas under the same limits may still cut off by themselves.
void ScriptArena::TakeBackGrants() {
  ScriptArena* root = this;
  while (root->parent_ != nullptr) root = root->parent_;
  if (root->has_limit_) root->TakeBackOwnGrant();
  for (ScriptArena* scope : root->ScopesInside()) {
    if (scope->has_limit_) scope->TakeBackOwnGrant();
  }
}

void ScriptArena::TakeBackOwnGrant() {
  const uint64_t rest = state()->end - state()->at;
  state()->end = state()->at;
  if (!has_limit_) return;
  charged_ -= rest;
  account()->blocks.Release(rest);
}

ScriptArena::Obstacle ScriptArena::ObstacleFor(size_t bytes) {
  return HasRoomFor(bytes) ? MemoryObstacleFor(bytes) : Obstacle::kArenaLimit;
}

ScriptArena::Obstacle ScriptArena::MemoryObstacleFor(size_t bytes) const {
  const jsheap::Budget& buffers = arenas_.buffers_->budget();
  const jsheap::Budget* const obstacle = buffers.ObstacleFor(bytes);
  if (obstacle == nullptr) return Obstacle::kMemory;
  return obstacle == &buffers ? Obstacle::kBufferLimit : Obstacle::kTotalLimit;
}

}  // namespace jshost
