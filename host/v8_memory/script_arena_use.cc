// What an arena has used, and may use.

#include <algorithm>

#include "host/v8_memory/script_arena.h"
#include "host/v8_memory/script_arenas.h"

namespace jshost {

using jsheap::ChunkAccount;
using jsheap::kPageBytes;
using jsheap::PolicyOf;
using jsheap::RoundUp;

// ------------------------------------------------------------------ figures

ChunkAccount* ScriptArena::account() {
  if (account_ == nullptr) {
    account_ = new ChunkAccount(
        parent_ != nullptr ? parent_->account() : arenas_.counted_, limit_);
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

uint64_t ScriptArena::PlainBytes() const {
  uint64_t bytes = ChunkBytesInUse() + big_bytes_;
  for (const ScriptArena* scope : scopes_) bytes += scope->PlainBytes();
  return bytes;
}

uint64_t ScriptArena::UsedBytes() const {
  const uint64_t counted =
      account_ != nullptr ? account_->live_bytes.load() : 0;
  return PlainBytes() + counted;
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
  for (ScriptArena* arena = this; arena != nullptr; arena = arena->parent_) {
    arena->peak_bytes_ = std::max(arena->peak_bytes_, arena->UsedBytes());
  }
}

// Chunks of plain blocks, of this arena and its scopes.
void ScriptArena::AddChunks(ScriptArenaStats* stats) const {
  stats->chunks += chunks_.size() + big_.size();
  for (const ArenaChunk& chunk : chunks_) stats->chunk_bytes += chunk.size();
  for (const Big& big : big_) stats->chunk_bytes += big.chunk.size();
  for (const ScriptArena* scope : scopes_) scope->AddChunks(stats);
}

ScriptArenaStats ScriptArena::Stats() const {
  ScriptArenaStats stats;
  stats.used_bytes = UsedBytes();
  peak_bytes_ = std::max(peak_bytes_, stats.used_bytes);
  stats.peak_bytes = peak_bytes_;
  AddChunks(&stats);
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
  root->TakeBackGrant();
}

void ScriptArena::TakeBackOwnGrant() {
  const uint64_t rest = state()->end - state()->at;
  state()->end = state()->at;
  if (!has_limit_) return;
  charged_ -= rest;
  account()->blocks.Release(rest);
}

void ScriptArena::TakeBackGrant() {
  if (has_limit_) TakeBackOwnGrant();
  for (ScriptArena* scope : scopes_) scope->TakeBackGrant();
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
