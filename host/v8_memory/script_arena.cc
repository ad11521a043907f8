#include "host/v8_memory/script_arena.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "host/v8_memory/script_arenas.h"

namespace jshost {

using jsheap::kPageBytes;
using jsheap::PolicyOf;
using jsheap::RoundUp;

namespace {

// At the end of a round that took several chunks, up to so many bytes of them
// become one chunk: a reset costs by the chunk.
constexpr uint64_t kMostJoinedBytes = size_t{2} << 20;

// What another arena may begin with has to be zeroed for it: not much more than
// was used.
constexpr size_t kMostSpareRatio = 4;

}  // namespace

// -------------------------------------------------------- beginning and end

ScriptArena::ScriptArena(ScriptArenas& arenas, v8::Local<v8::Object> handle,
                         std::shared_ptr<v8::BackingStore> state)
    : arenas_(arenas),
      handle_(arenas.isolate_, handle),
      state_(std::move(state)) {}

ScriptArena::~ScriptArena() {
  Abandon();
  chunks_.clear();
  big_.clear();
}

void ScriptArena::Begin(const ScriptArenaOptions& options) {
  is_alive_ = true;
  zero_ = options.zero;
  lifetime_ = options.lifetime;
  chunk_bytes_ = options.chunk_bytes;
  limit_ = options.limit;
  parent_ = options.parent;
  has_limit_ = limit_ != jsheap::Budget::kUnlimited ||
               (parent_ != nullptr && parent_->has_limit_);
  if (parent_ != nullptr) parent_->scopes_.push_back(this);
  allocations_ = resets_ = peak_bytes_ = 0;
  seen_count_ = state()->count;
  if (!grows()) {
    chunks_.clear();
  } else if (!chunks_.empty()) {
    // The earlier life's bytes are somebody else's.
    chunks_[0].ZeroAll();
  }
}

v8::MaybeLocal<v8::ArrayBuffer> ScriptArena::Reset() {
  CountBlocks();
  RaisePeaks();
  ++resets_;
  const uint64_t used = ChunkBytesInUse();
  const bool was_one_chunk = current_ == 0;
  EndScopes();
  EndBlocks();
  const size_t kept = PolicyOf(lifetime_).kept_bytes;
  if (!was_one_chunk && used <= kept) JoinChunks(used);
  if (!was_one_chunk || !big_.empty() || kept == 0) Trim(kept);
  if (chunks_.empty()) return {};
  Enter(0);
  return CurrentBuffer();
}

void ScriptArena::Dispose() {
  if (!is_alive_) return;
  RaisePeaks();
  EndScopes();
  End();
}

// Without scopes, and after the peaks were raised.
void ScriptArena::End() {
  const uint64_t used = ChunkBytesInUse();
  const bool was_one_chunk = current_ == 0;
  EndBlocks();
  if (!was_one_chunk) JoinChunks(used);
  // What another arena may begin with.
  const bool keeps = grows() && !chunks_.empty() &&
                     chunks_[0].size() <= kMostJoinedBytes &&
                     (chunks_[0].size() == kFirstChunkBytes ||
                      chunks_[0].size() / kMostSpareRatio <= used);
  chunks_.resize(keeps ? 1 : 0);
  big_.clear();
  ReleaseAccount();
  LeaveParent();
  is_alive_ = false;
  arenas_.OnEnd(this);
}

void ScriptArena::Abandon() {
  if (!is_alive_) return;
  for (ScriptArena* scope : scopes_) scope->parent_ = nullptr;
  scopes_.clear();
  if (charged_ != 0) account_->blocks.Release(charged_);
  charged_ = 0;
  ReleaseAccount();
  LeaveParent();
  is_alive_ = false;
  arenas_.OnEnd(this);
}

void ScriptArena::LeaveParent() {
  if (parent_ == nullptr) return;
  // Most end in the opposite order of their beginnings.
  std::vector<ScriptArena*>& scopes = parent_->scopes_;
  *std::find(scopes.rbegin(), scopes.rend(), this) = scopes.back();
  scopes.pop_back();
  parent_ = nullptr;
}

void ScriptArena::ReleaseAccount() {
  counted_.reset();
  if (partial_ != nullptr) partial_->DropReference();
  partial_ = nullptr;
  if (account_ != nullptr) account_->DropReference();
  account_ = nullptr;
}

size_t ScriptArena::spare_bytes() const {
  size_t bytes = 0;
  for (const ArenaChunk& chunk : chunks_) bytes += chunk.size();
  return bytes;
}

void ScriptArena::DropSpare() { chunks_.clear(); }

// ------------------------------------------------------------------- blocks

v8::MaybeLocal<v8::ArrayBuffer> ScriptArena::AllocateSlow(size_t bytes,
                                                          size_t alignment,
                                                          Obstacle* obstacle) {
  CountBlocks();
  ArenaState* const s = state();
  if (bytes > MostChunkBytes()) {
    s->is_chunk = 0;
    return AllocateBig(bytes, obstacle);
  }
  if (!MakeRoom(bytes, alignment, obstacle)) {
    // JavaScript doesn't know of a chunk that was entered meanwhile.
    TakeBackOwnGrant();
    return {};
  }
  const size_t offset = RoundUp(s->at, alignment);
  s->offset = static_cast<uint32_t>(offset);
  s->at = static_cast<uint32_t>(offset + bytes);
  s->is_chunk = 1;
  ++allocations_;
  return CurrentBuffer();
}

// Room for a block where the next begins, in the current chunk or another.
bool ScriptArena::MakeRoom(size_t bytes, size_t alignment, Obstacle* obstacle) {
  size_t offset = RoundUp(state()->at, alignment);
  if (chunks_.empty() || offset + bytes > chunks_[current_].size()) {
    if (!HasRoomFor(bytes)) {
      *obstacle = Obstacle::kArenaLimit;
      return false;
    }
    if (!NextChunk(bytes, obstacle)) return false;
    offset = 0;
  }
  if (Grant(offset + bytes)) return true;
  *obstacle = Obstacle::kArenaLimit;
  return false;
}

v8::Local<v8::ArrayBuffer> ScriptArena::CurrentBuffer() {
  ArenaChunk& chunk = chunks_[current_];
  return chunk.has_buffer() ? chunk.buffer(arenas_.isolate_)
                            : chunk.MakeBuffer(arenas_.isolate_, arenas_.key());
}

v8::MaybeLocal<v8::ArrayBuffer> ScriptArena::AllocateBig(size_t bytes,
                                                         Obstacle* obstacle) {
  if (!HasRoomFor(bytes)) {
    *obstacle = Obstacle::kArenaLimit;
    return {};
  }
  Big* const big = FindBig(bytes, obstacle);
  if (big == nullptr) return {};
  if (!Charge(bytes)) {
    *obstacle = Obstacle::kArenaLimit;
    return {};
  }
  if (zero_) big->chunk.Zero(0, bytes);
  big->in_use = true;
  big_bytes_ += bytes;
  ++allocations_;
  state()->offset = 0;
  return big->chunk.MakeBuffer(arenas_.isolate_, arenas_.key());
}

ScriptArena::Big* ScriptArena::FindBig(size_t bytes, Obstacle* obstacle) {
  for (Big& big : big_) {
    const size_t size = big.chunk.size();
    if (!big.in_use && size >= bytes && size / 2 <= bytes) return &big;
  }
  const size_t size = RoundUp(bytes, kPageBytes);
  // Beyond it V8 has no views, or aborts.
  if (size > arenas_.buffers_->MaxAllocationSize()) {
    *obstacle = Obstacle::kMemory;
    return nullptr;
  }
  std::optional<ArenaChunk> chunk = NewChunk(size, size, obstacle);
  if (!chunk) return nullptr;
  big_.push_back({std::move(*chunk)});
  return &big_.back();
}

void* ScriptArena::AllocateBlock(size_t bytes, bool zeroed) {
  void* block = counted().Allocate(bytes, zeroed);
  if (block == nullptr) {
    if (has_limit_) TakeBackGrants();
    arenas_.DropSpare();
    block = counted().Allocate(bytes, zeroed);
    if (block == nullptr) return nullptr;
  }
  ++allocations_;
  peak_bytes_ = std::max(peak_bytes_, UsedBytes());
  return block;
}

v8::MaybeLocal<v8::ArrayBuffer> ScriptArena::MakeBuffer(size_t bytes,
                                                        Obstacle* obstacle) {
  v8::Isolate* const isolate = arenas_.isolate_;
  arenas_.buffers_->set_source(this);
  v8::Local<v8::ArrayBuffer> buffer;
  const bool ok = v8::ArrayBuffer::MaybeNew(isolate, bytes).ToLocal(&buffer);
  arenas_.Choose();
  if (!ok) {
    *obstacle = ObstacleFor(bytes);
    return {};
  }
  if (bytes == 0) ++allocations_;
  buffers_.emplace_back(isolate, buffer).SetWeak();
  return buffer;
}

// ------------------------------------------------------------ end of a round

// The innermost first. Their ends take them out of the lists.
void ScriptArena::EndScopes() {
  ScriptArena* at = this;
  for (;;) {
    while (!at->scopes_.empty()) at = at->scopes_.back();
    if (at == this) return;
    ScriptArena* const scope = at;
    at = scope->parent_;
    scope->End();
    scope->DropSpare();
  }
}

void ScriptArena::EndBlocks() {
  v8::Isolate* const isolate = arenas_.isolate_;
  ArenaState* const s = state();
  for (const v8::Global<v8::ArrayBuffer>& buffer : buffers_) {
    if (buffer.IsEmpty()) continue;  // collected
    const v8::Local<v8::ArrayBuffer> local = buffer.Get(isolate);
    if (local->IsDetachable()) local->Detach({}).FromMaybe(false);
  }
  buffers_.clear();

  const v8::Local<v8::Value> key = arenas_.key();
  if (!chunks_.empty()) {
    for (size_t i = 0; i <= current_; ++i) chunks_[i].MarkDirty();
  }
  std::erase_if(chunks_, [&](ArenaChunk& chunk) {
    return chunk.has_buffer() && !chunk.DetachBuffer(isolate, key);
  });
  std::erase_if(big_, [&](Big& big) {
    big.chunk.MarkDirty();
    big.in_use = false;
    return big.chunk.has_buffer() && !big.chunk.DetachBuffer(isolate, key);
  });

  if (charged_ != 0) account_->blocks.Release(charged_);
  charged_ = left_bytes_ = big_bytes_ = 0;
  current_ = 0;
  s->at = s->end = 0;
}

// Down to so many bytes; the largest chunks stay.
void ScriptArena::Trim(size_t kept_bytes) {
  const auto larger = [](const ArenaChunk& a, const ArenaChunk& b) {
    return a.size() > b.size();
  };
  if (!std::is_sorted(chunks_.begin(), chunks_.end(), larger)) {
    std::sort(chunks_.begin(), chunks_.end(), larger);
  }
  size_t kept = 0;
  const auto is_too_much = [&](size_t bytes) {
    if (bytes > kept_bytes - kept) return true;
    kept += bytes;
    return false;
  };
  std::erase_if(chunks_, [&](const ArenaChunk& chunk) {
    return is_too_much(chunk.size());
  });
  std::erase_if(big_,
                [&](const Big& big) { return is_too_much(big.chunk.size()); });
}

// Makes the chunks of a round that took `bytes` one.
void ScriptArena::JoinChunks(uint64_t bytes) {
  if (!grows() || bytes > kMostJoinedBytes) return;
  if (std::optional<ArenaChunk> chunk = TryNewChunk(std::bit_ceil(bytes))) {
    chunks_.clear();
    chunks_.push_back(std::move(*chunk));
  }
}

}  // namespace jshost
