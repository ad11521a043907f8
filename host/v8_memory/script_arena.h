// The native half of a script's Arena: chunks, limits, zeroes and counted
// blocks. The other half, host/js/arena.js, cuts blocks off the current chunk
// in JIT-compiled code.
//
// Plain blocks (`alloc`) are views of a chunk's one ArrayBuffer; a reset
// detaches that and makes another over the same memory. Counted blocks (`run`,
// `buffer`) are freed one by one: see jsheap::CountedBlocks.
//
// On the isolate's thread only. Sizes are bytes.

#ifndef HOST_V8_MEMORY_SCRIPT_ARENA_H_
#define HOST_V8_MEMORY_SCRIPT_ARENA_H_

#include <v8-array-buffer.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-persistent-handle.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "allocator/arena/counted_blocks.h"
#include "host/v8_memory/arena_chunk.h"
#include "host/v8_memory/block_source.h"

namespace jshost {

class ScriptArena;
class ScriptArenas;

struct ScriptArenaOptions {
  jsheap::Lifetime lifetime = jsheap::Lifetime::kTransient;
  // A power of two from 4 KiB to 1 GiB; 0: begin small and grow.
  size_t chunk_bytes = 0;
  uint64_t limit = jsheap::Budget::kUnlimited;  // of usedBytes, scopes included
  bool zero = true;
  ScriptArena* parent = nullptr;  // of a scope
};

// What JavaScript and this class share: the elements of an Int32Array. Offsets
// are in the current chunk.
struct ArenaState {
  uint32_t at;        // where the next block may begin
  uint32_t end;       // up to here JavaScript may cut blocks off by itself
  uint32_t count;     // blocks that JavaScript cut off, modulo 2^32
  uint32_t offset;    // of the last block that AllocateSlow made
  uint32_t is_chunk;  // 1: it lies in the current chunk, not in one of its own
};

// Of an arena and its scopes, but for the last three.
struct ScriptArenaStats {
  uint64_t used_bytes = 0;
  uint64_t peak_bytes = 0;
  uint64_t chunk_bytes = 0;
  uint64_t chunks = 0;
  uint64_t retired_chunks = 0;
  uint64_t allocations = 0;
  uint64_t resets = 0;
  uint64_t limit = 0;
};

class ScriptArena final : public BlockSource {
 public:
  // An arena that may grow begins with this and doubles it from chunk to chunk.
  static constexpr size_t kFirstChunkBytes = jsheap::kPageBytes;

  // Who is in the way of an allocation.
  enum class Obstacle {
    kNone,
    kArenaLimit,
    kBufferLimit,
    kTotalLimit,
    kMemory
  };

  // Of ScriptArenas. `handle` stands for the arena in JavaScript.
  ScriptArena(ScriptArenas& arenas, v8::Local<v8::Object> handle,
              std::shared_ptr<v8::BackingStore> state);
  ~ScriptArena() override;
  ScriptArena(const ScriptArena&) = delete;
  ScriptArena& operator=(const ScriptArena&) = delete;

  // Begins a life; a disposed arena may begin another.
  void Begin(const ScriptArenaOptions& options);

  // A block that JavaScript couldn't cut off by itself: the buffer it lies in;
  // state()->offset says where. Empty when there is an `*obstacle`.
  v8::MaybeLocal<v8::ArrayBuffer> AllocateSlow(size_t bytes, size_t alignment,
                                               Obstacle* obstacle);
  // A buffer over a counted block, detached by the next reset if it still
  // lives.
  v8::MaybeLocal<v8::ArrayBuffer> MakeBuffer(size_t bytes, Obstacle* obstacle);

  // Ends all plain blocks, buffers of MakeBuffer and scopes. Returns the
  // current chunk's new buffer; empty when it has none.
  v8::MaybeLocal<v8::ArrayBuffer> Reset();
  // The same, and gives memory back.
  void Dispose();
  // Without JavaScript: the arena was collected, or the isolate ends. Views of
  // its chunks keep them alive.
  void Abandon();

  bool is_alive() const { return is_alive_; }
  ScriptArena* parent() const { return parent_; }
  jsheap::Lifetime lifetime() const { return lifetime_; }
  ScriptArenaStats Stats() const;

  // BlockSource:
  void* AllocateBlock(size_t bytes, bool zeroed) override;
  // Why AllocateBlock failed.
  Obstacle ObstacleFor(size_t bytes);

  ArenaState* state() const { return static_cast<ArenaState*>(state_->Data()); }
  v8::Local<v8::Object> handle(v8::Isolate* isolate) const {
    return handle_.Get(isolate);
  }

  // What an arena at rest keeps, to begin its next life with.
  size_t spare_bytes() const;
  void DropSpare();

 private:
  friend class ScriptArenas;

  struct Big {
    ArenaChunk chunk;
    bool in_use = false;
  };

  static constexpr size_t kNowhere = SIZE_MAX;

  bool grows() const { return chunk_bytes_ == 0; }
  jsheap::ChunkAccount* account();
  jsheap::CountedBlocks& counted();

  // Scopes in this arena and in its scopes; they nest deeper than the stack
  // could follow.
  std::vector<ScriptArena*> ScopesInside() const;

  // Use.
  uint64_t ChunkBytesInUse() const { return left_bytes_ + state()->at; }
  uint64_t OwnPlainBytes() const { return ChunkBytesInUse() + big_bytes_; }
  uint64_t PlainBytes() const;  // of this arena and its scopes
  uint64_t CountedBytes() const;
  uint64_t UsedBytes() const { return PlainBytes() + CountedBytes(); }
  void AddChunks(ScriptArenaStats* stats) const;
  void CountBlocks();
  void RaisePeaks();

  // The limit. What JavaScript may cut off by itself is charged beforehand.
  bool Charge(uint64_t bytes);
  bool HasRoomFor(uint64_t bytes);
  Obstacle MemoryObstacleFor(size_t bytes) const;
  void TakeBackGrants();
  void TakeBackOwnGrant();

  // Chunks.
  bool Grant(size_t end);
  bool MakeRoom(size_t bytes, size_t alignment, Obstacle* obstacle);
  v8::Local<v8::ArrayBuffer> CurrentBuffer();
  void Enter(size_t index);
  void LeaveChunk();
  bool NextChunk(size_t bytes, Obstacle* obstacle);
  size_t MostChunkBytes() const;
  size_t NextChunkBytes(size_t bytes) const;
  std::optional<ArenaChunk> NewChunk(size_t least, size_t wanted,
                                     Obstacle* obstacle);
  std::optional<ArenaChunk> TryNewChunk(size_t bytes);
  std::shared_ptr<v8::BackingStore> TakePart(size_t bytes);
  v8::MaybeLocal<v8::ArrayBuffer> AllocateBig(size_t bytes, Obstacle* obstacle);
  Big* FindBig(size_t bytes, Obstacle* obstacle);

  // The end of a round.
  void End();
  void EndBlocks();
  void EndScopes();
  void Trim(size_t kept_bytes);
  void JoinChunks(uint64_t bytes);
  void ReleaseAccount();
  void LeaveParent();

  ScriptArenas& arenas_;
  v8::Global<v8::Object> handle_;
  const std::shared_ptr<v8::BackingStore> state_;

  bool is_alive_ = false;
  bool zero_ = true;
  bool has_limit_ = false;  // here or in a parent
  jsheap::Lifetime lifetime_ = jsheap::Lifetime::kTransient;
  size_t chunk_bytes_ = 0;
  uint64_t limit_ = 0;
  ScriptArena* parent_ = nullptr;
  std::vector<ScriptArena*> scopes_;
  size_t index_ = kNowhere;  // in ScriptArenas::alive_

  std::vector<ArenaChunk> chunks_;  // in the order they are filled
  size_t current_ = 0;              // index in chunks_; 0 when that is empty
  std::vector<Big> big_;            // one block each
  // A span of chunks smaller than a page, and how much of it is taken.
  jsheap::Chunk* partial_ = nullptr;
  size_t partial_used_ = 0;

  jsheap::ChunkAccount* account_ = nullptr;
  std::unique_ptr<jsheap::CountedBlocks> counted_;
  std::vector<v8::Global<v8::ArrayBuffer>> buffers_;  // of MakeBuffer; weak

  uint64_t left_bytes_ = 0;  // used in the chunks before the current one
  uint64_t big_bytes_ = 0;   // used in big_
  uint64_t charged_ = 0;  // to account_->blocks, with grants, for plain blocks
  uint32_t seen_count_ = 0;  // of state()->count
  uint64_t allocations_ = 0;
  mutable uint64_t peak_bytes_ = 0;
  uint64_t resets_ = 0;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_SCRIPT_ARENA_H_
