// All arenas of an isolate's scripts: makes them, uses disposed ones again,
// knows which is entered, and what they hold together.
//
// On the isolate's thread only. Sizes are bytes.

#ifndef HOST_V8_MEMORY_SCRIPT_ARENAS_H_
#define HOST_V8_MEMORY_SCRIPT_ARENAS_H_

#include <v8-external-memory-accounter.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>
#include <v8-template.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "allocator/arena/arena_heap.h"
#include "host/v8_memory/array_buffer_allocator.h"
#include "host/v8_memory/block_source.h"
#include "host/v8_memory/script_arena.h"

namespace jshost {

class ScriptArenas final : private SpareMemory {
 public:
  struct LifetimeTotals {
    uint64_t arenas = 0;
    uint64_t used_bytes = 0;
    uint64_t chunk_bytes = 0;
  };

  // `buffers` must outlive it. `on_promise` calls OnPromise for its isolate's
  // arenas.
  ScriptArenas(v8::Isolate* isolate, ArrayBufferAllocator* buffers,
               v8::PromiseHook on_promise);
  // While the isolate lives.
  ~ScriptArenas() override;
  ScriptArenas(const ScriptArenas&) = delete;
  ScriptArenas& operator=(const ScriptArenas&) = delete;

  // The handle of a new arena; its property `state` is an Int32Array over its
  // ArenaState.
  v8::Local<v8::Object> Make(const ScriptArenaOptions& options);
  // The arena of a handle that Make returned, also after its end.
  static ScriptArena* Of(v8::Local<v8::Object> handle);

  // Ends an arena whose handle nobody uses any more.
  void Dispose(ScriptArena* arena);

  // Entered arenas serve all allocations of buffers until they are left.
  // Returns a number for Leave.
  uint64_t Enter(ScriptArena* arena);
  // Leaves it and all that were entered since; nothing when it was left.
  void Leave(uint64_t entry);
  // One job on a promise begins or ends.
  void OnPromise(v8::PromiseHookType type) {
    if (type == v8::PromiseHookType::kBefore ||
        type == v8::PromiseHookType::kAfter) {
      LeaveAll();
    }
  }
  // Leaves everything.
  void LeaveAll() {
    if (!entries_.empty()) Leave(entries_.front().number);
  }
  // The current job is over: leaves everything.
  void OnJobDone();

  // Tells V8 what chunks hold beyond live buffers. It may collect garbage.
  void UpdateExternalMemory();

  std::array<LifetimeTotals, jsheap::kLifetimes> Totals() const;
  // Of chunks with counted blocks, those that outlived their arena included.
  uint64_t counted_chunk_bytes() const { return counted_->budget.used(); }

  // The C++ objects of arenas, those kept for arenas to come included, and what
  // they take without their chunks.
  uint64_t object_count() const { return alive_.size() + resting_.size(); }
  uint64_t object_bytes() const;

  // Gives back what is kept for arenas to come.
  size_t DropSpare() override;

 private:
  friend class ScriptArena;

  struct Entry {
    uint64_t number;
    ScriptArena* arena;  // null once disposed
    v8::Global<v8::Object> handle;
  };

  ScriptArena* New();
  // A chunk's memory, all zero, with one reference; null when there is none.
  jsheap::Chunk* NewSpan(jsheap::Lifetime lifetime, size_t bytes);
  // Before a new chunk: V8 may look for forgotten arenas.
  void CollectIfDue();
  void Choose();
  void OnEnd(ScriptArena* arena);
  v8::Local<v8::Value> key() const { return key_.Get(isolate_); }
  static void OnCollected(const v8::WeakCallbackInfo<ScriptArena>& info);

  v8::Isolate* const isolate_;
  ArrayBufferAllocator* const buffers_;
  const v8::PromiseHook on_promise_;
  const std::shared_ptr<jsheap::ArenaHeap> heap_;
  // Everything that arenas hold: chunks of plain blocks, and of counted ones.
  jsheap::ChunkAccount* const plain_;
  jsheap::ChunkAccount* const counted_;
  v8::Global<v8::Value> key_;  // detaches chunks
  v8::Global<v8::ObjectTemplate> handle_template_;

  std::vector<ScriptArena*> alive_;
  std::vector<ScriptArena*> resting_;  // disposed, to be used again
  size_t spare_bytes_ = 0;             // of those
  size_t new_bytes_ = 0;               // of chunks made since CollectIfDue
  std::vector<Entry> entries_;
  bool has_hook_ = false;  // on promises
  uint64_t last_entry_ = 0;
  v8::ExternalMemoryAccounter accounter_;
  int64_t told_bytes_ = 0;  // to V8
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_SCRIPT_ARENAS_H_
