#include "host/v8_memory/script_arenas.h"

#include <v8-microtask-queue.h>
#include <v8-template.h>
#include <v8-typed-array.h>

#include <algorithm>
#include <utility>

namespace jshost {
namespace {

// What is kept for arenas to come: a loop that makes one after the other finds
// its chunk warm.
constexpr size_t kMostResting = 16;
constexpr size_t kMostSpareBytes = size_t{8} << 20;
// Of a limit at most this part.
constexpr size_t kSpareShare = 16;

// V8 need not hear of less.
constexpr int64_t kLeastToTell = 64 << 10;

// A handle's internal fields.
constexpr int kArenaField = 0;   // the ScriptArena
constexpr int kParentField = 1;  // of a scope: its parent's handle
constexpr int kFields = 2;

constexpr size_t kStateInts = sizeof(ArenaState) / sizeof(uint32_t);

void DeleteState(void* state, size_t, void*) {
  delete static_cast<ArenaState*>(state);
}

v8::Local<v8::String> Key(v8::Isolate* isolate, const char* name) {
  return v8::String::NewFromUtf8(isolate, name,
                                 v8::NewStringType::kInternalized)
      .ToLocalChecked();
}

}  // namespace

ScriptArenas::ScriptArenas(v8::Isolate* isolate, ArrayBufferAllocator* buffers,
                           v8::PromiseHook on_promise)
    : isolate_(isolate),
      buffers_(buffers),
      on_promise_(on_promise),
      heap_(buffers->arena_heap()),
      plain_(new jsheap::ChunkAccount(jsheap::Budget::kUnlimited,
                                      buffers->shared_budget().get())),
      counted_(new jsheap::ChunkAccount(jsheap::Budget::kUnlimited,
                                        buffers->shared_budget().get())) {
  const v8::HandleScope handles(isolate);
  key_.Reset(isolate, v8::Symbol::New(isolate));
  const auto handle = v8::ObjectTemplate::New(isolate);
  handle->SetInternalFieldCount(kFields);
  handle_template_.Reset(isolate, handle);
  buffers_->set_spare(this);

  // The first detaching of a buffer with a key ends what V8 could assume until
  // then: that no view ever loses its memory (js-array-buffer.cc:228). Better
  // now than in the middle of a hot loop.
  const v8::Local<v8::ArrayBuffer> first = v8::ArrayBuffer::New(isolate, 1);
  first->SetDetachKey(key());
  first->Detach(key()).Check();
}

ScriptArenas::~ScriptArenas() {
  const v8::HandleScope handles(isolate_);
  LeaveAll();
  buffers_->set_spare(nullptr);
  while (!alive_.empty()) delete alive_.back();
  for (ScriptArena* arena : resting_) delete arena;
  accounter_.Update(isolate_, -told_bytes_);
  plain_->DropReference();
  counted_->DropReference();
}

v8::Local<v8::Object> ScriptArenas::Make(const ScriptArenaOptions& options) {
  ScriptArena* arena;
  if (resting_.empty()) {
    arena = New();
  } else {
    arena = resting_.back();
    resting_.pop_back();
    spare_bytes_ -= arena->spare_bytes();
  }
  arena->index_ = alive_.size();
  alive_.push_back(arena);
  arena->Begin(options);
  const v8::Local<v8::Object> handle = arena->handle(isolate_);
  if (options.parent != nullptr) {
    // As long as a scope is used its parent stays.
    handle->SetInternalField(kParentField, options.parent->handle(isolate_));
  }
  arena->handle_.SetWeak(arena, OnCollected, v8::WeakCallbackType::kParameter);
  return handle;
}

ScriptArena* ScriptArenas::New() {
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  const v8::Local<v8::Object> handle =
      handle_template_.Get(isolate_)->NewInstance(context).ToLocalChecked();
  std::shared_ptr<v8::BackingStore> state = v8::ArrayBuffer::NewBackingStore(
      new ArenaState{}, sizeof(ArenaState), DeleteState, nullptr);
  const auto ints =
      v8::Int32Array::New(v8::ArrayBuffer::New(isolate_, state), 0, kStateInts);
  handle->CreateDataProperty(context, Key(isolate_, "state"), ints).Check();
  auto* const arena = new ScriptArena(*this, handle, std::move(state));
  handle->SetAlignedPointerInInternalField(kArenaField, arena,
                                           v8::kEmbedderDataTypeTagDefault);
  return arena;
}

ScriptArena* ScriptArenas::Of(v8::Local<v8::Object> handle) {
  return static_cast<ScriptArena*>(handle->GetAlignedPointerFromInternalField(
      kArenaField, v8::kEmbedderDataTypeTagDefault));
}

void ScriptArenas::Dispose(ScriptArena* arena) {
  arena->Dispose();
  arena->handle(isolate_)->SetInternalField(kParentField,
                                            v8::Undefined(isolate_));
  const size_t bytes = arena->spare_bytes();
  if (resting_.size() == kMostResting) return arena->DropSpare();
  const uint64_t most = std::min<uint64_t>(
      kMostSpareBytes, buffers_->budget().lowest_limit() / kSpareShare);
  if (spare_bytes_ + bytes > most) {
    arena->DropSpare();
  } else {
    spare_bytes_ += bytes;
  }
  arena->handle_.ClearWeak<void>();
  resting_.push_back(arena);
}

// An arena's life is over, but its handle may still be used.
void ScriptArenas::OnEnd(ScriptArena* arena) {
  alive_.back()->index_ = arena->index_;
  alive_[arena->index_] = alive_.back();
  alive_.pop_back();
  arena->index_ = ScriptArena::kNowhere;
  for (Entry& entry : entries_) {
    if (entry.arena == arena) entry.arena = nullptr;
  }
  Choose();
}

// At once, not in the second pass, which waits for the end of the job: a loop
// that forgets its arenas would run out of memory. All that this asks of V8 is
// to forget handles.
void ScriptArenas::OnCollected(const v8::WeakCallbackInfo<ScriptArena>& info) {
  delete info.GetParameter();
}

// ----------------------------------------------------------------- entering

uint64_t ScriptArenas::Enter(ScriptArena* arena) {
  entries_.push_back(
      {++last_entry_, arena,
       v8::Global<v8::Object>(isolate_, arena->handle(isolate_))});
  Choose();
  // Jobs on promises follow each other without the host's notice.
  if (!has_hook_ && v8::MicrotasksScope::IsRunningMicrotasks(isolate_)) {
    isolate_->SetPromiseHook(on_promise_);
    has_hook_ = true;
  }
  return last_entry_;
}

void ScriptArenas::Leave(uint64_t entry) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(),
                   [&](const Entry& e) { return e.number == entry; });
  if (found == entries_.end()) return;
  entries_.erase(found, entries_.end());
  Choose();
  if (has_hook_ && entries_.empty()) {
    isolate_->SetPromiseHook(nullptr);
    has_hook_ = false;
  }
}

void ScriptArenas::OnJobDone() {
  LeaveAll();
  UpdateExternalMemory();
}

void ScriptArenas::Choose() {
  buffers_->set_source(entries_.empty() ? nullptr : entries_.back().arena);
}

// ------------------------------------------------------------------ figures

void ScriptArenas::UpdateExternalMemory() {
  const int64_t live = static_cast<int64_t>(counted_->live_bytes.load());
  const int64_t pinned = static_cast<int64_t>(counted_->budget.used()) - live;
  const int64_t delta = std::max<int64_t>(pinned, 0) - told_bytes_;
  if (delta < kLeastToTell && delta > -kLeastToTell) return;
  told_bytes_ += delta;
  accounter_.Update(isolate_, delta);
}

std::array<ScriptArenas::LifetimeTotals, jsheap::kLifetimes>
ScriptArenas::Totals() const {
  std::array<LifetimeTotals, jsheap::kLifetimes> totals{};
  for (const ScriptArena* arena : alive_) {
    LifetimeTotals& total = totals[static_cast<size_t>(arena->lifetime())];
    ++total.arenas;
    // A scope's bytes are in its parent's.
    if (arena->parent() != nullptr) continue;
    const ScriptArenaStats stats = arena->Stats();
    total.used_bytes += stats.used_bytes;
    total.chunk_bytes += stats.chunk_bytes;
  }
  return totals;
}

jsheap::Chunk* ScriptArenas::NewSpan(jsheap::Lifetime lifetime, size_t bytes) {
  jsheap::Chunk* const chunk =
      jsheap::Chunk::Make(heap_->pages(), *plain_, lifetime, bytes);
  if (chunk == nullptr) return nullptr;
  heap_->pages().ZeroDirtyPages(chunk->span(), bytes);
  // Scripts write where they like.
  chunk->at = chunk->end();
  return chunk;
}

size_t ScriptArenas::DropSpare() {
  const size_t dropped = spare_bytes_;
  if (dropped == 0) return 0;
  for (ScriptArena* arena : resting_) arena->DropSpare();
  spare_bytes_ = 0;
  return dropped;
}

}  // namespace jshost
