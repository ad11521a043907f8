#include "host/v8_memory/script_arena.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "host/v8_memory/script_arenas.h"

namespace jshost {

using jsheap::Chunk;
using jsheap::ChunkAccount;
using jsheap::kPageBytes;
using jsheap::PolicyOf;
using jsheap::RoundUp;

namespace {

// An arena that may grow begins with this and doubles it from chunk to chunk,
// up to a few times what its lifetime's policy says.
constexpr size_t kFirstChunkBytes = kPageBytes;
constexpr size_t kGrowth = 4;

// At the end of a round that took several chunks, up to so many bytes of them
// become one chunk: a reset costs by the chunk.
constexpr uint64_t kMostJoinedBytes = size_t{2} << 20;

// Dirty memory is zeroed so far ahead of the blocks: often enough that it is
// still in the cache when a block is cut off it, seldom enough that the call
// doesn't count.
// But a round that takes little doesn't pay for more.
constexpr size_t kZeroStep = size_t{32} << 10;
constexpr size_t kLeastZeroStep = size_t{2} << 10;

// An arena with a limit takes so much of it at a time.
constexpr size_t kGrantStep = size_t{64} << 10;

// What another arena may begin with has to be zeroed for it: not much more than
// was used.
constexpr size_t kMostSpareRatio = 4;

constexpr uint64_t kUnlimited = jsheap::Budget::kUnlimited;

void DropChunk(void*, size_t, void* chunk) {
  static_cast<Chunk*>(chunk)->DropReference();
}

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
  has_limit_ =
      limit_ != kUnlimited || (parent_ != nullptr && parent_->has_limit_);
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
  const uint64_t used = ChunkBytesInUse();
  const bool was_one_chunk = current_ == 0;
  EndScopes();
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
  if (parent_ != nullptr) std::erase(parent_->scopes_, this);
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
  const jsheap::Budget& budget = arenas_.buffers_->budget();
  return bytes > budget.limit() || budget.used() > budget.limit() - bytes
             ? Obstacle::kBufferLimit
             : Obstacle::kMemory;
}

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

// ------------------------------------------------------------------- chunks

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
  if (least <= arenas_.buffers_->budget().limit()) {
    arenas_.isolate_->LowMemoryNotification();
    if (std::optional<ArenaChunk> chunk = TryNewChunk(least)) return chunk;
  }
  *obstacle = MemoryObstacleFor(least);
  if (*obstacle == Obstacle::kBufferLimit) {
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

// ------------------------------------------------------------ end of a round

void ScriptArena::EndScopes() {
  // Their ends take them out of the list.
  while (!scopes_.empty()) {
    ScriptArena* const scope = scopes_.back();
    scope->Dispose();
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
