#include "host/runtime/memory_watch.h"

#include <v8-isolate.h>
#include <v8-statistics.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "host/globals/isolate.h"

namespace jshost {
namespace {

constexpr std::chrono::milliseconds kInterval{10};

void Raise(uint64_t* figure, uint64_t to) { *figure = std::max(*figure, to); }

}  // namespace

void MemoryWatch::Attach(Environment* environment) {
  environment_ = environment;
  v8::Isolate* const isolate = environment->isolate;
  isolate->AddGCPrologueCallback(BeforeCollection, this);
  isolate->AddGCEpilogueCallback(AfterCollection, this);
  Measure();
}

void MemoryWatch::Detach() {
  if (environment_ == nullptr) return;
  Measure();
  v8::Isolate* const isolate = environment_->isolate;
  isolate->RemoveGCPrologueCallback(BeforeCollection, this);
  isolate->RemoveGCEpilogueCallback(AfterCollection, this);
  environment_ = nullptr;
}

IsolateMemory MemoryWatch::latest() {
  const std::lock_guard lock(mutex_);
  return latest_;
}

// Reads the spaces one by one: unlike GetHeapStatistics that may be done in a
// collection.
void MemoryWatch::BeforeCollection(v8::Isolate* isolate, v8::GCType,
                                   v8::GCCallbackFlags, void* self) {
  auto* const watch = static_cast<MemoryWatch*>(self);
  uint64_t used = 0;
  uint64_t committed = 0;
  for (size_t i = 0; i < isolate->NumberOfHeapSpaces(); ++i) {
    v8::HeapSpaceStatistics space;
    if (!isolate->GetHeapSpaceStatistics(&space, i)) continue;
    if (std::string_view(space.space_name()) == "read_only_space") continue;
    used += space.space_used_size();
    committed += space.space_size();
  }
  const IsolateBudget& budget = *watch->environment_->budget;
  const uint64_t buffers = budget.buffers().used();
  const uint64_t wasm = std::min(budget.page_bytes(), buffers);
  IsolateMemory& peak = watch->peak_;
  Raise(&peak.js_heap_used, used);
  Raise(&peak.js_heap_committed, committed);
  Raise(&peak.wasm, wasm);
  Raise(&peak.array_buffers,
        buffers - wasm - std::min(peak.native, buffers - wasm));
  Raise(&peak.total, committed + buffers);
}

void MemoryWatch::AfterCollection(v8::Isolate* isolate, v8::GCType,
                                  v8::GCCallbackFlags, void* self) {
  auto* const watch = static_cast<MemoryWatch*>(self);
  if (std::exchange(watch->is_due_, true)) return;
  // When the collection is over.
  isolate->RequestInterrupt(
      [](v8::Isolate*, void* data) {
        auto* const due = static_cast<MemoryWatch*>(data);
        due->is_due_ = false;
        if (due->environment_ != nullptr) due->MeasureIfDue();
      },
      watch);
}

void MemoryWatch::MeasureIfDue() {
  if (Clock::now() - last_ >= kInterval) Measure();
}

void MemoryWatch::Measure() {
  last_ = Clock::now();
  IsolateMemory memory = MeasureMemory(*environment_);
  if (memory.total >= peak_.total) peak_.spaces = memory.spaces;
  Raise(&peak_.js_heap_used, memory.js_heap_used);
  Raise(&peak_.js_heap_committed, memory.js_heap_committed);
  Raise(&peak_.external, memory.external);
  Raise(&peak_.array_buffers, memory.array_buffers);
  Raise(&peak_.wasm, memory.wasm);
  Raise(&peak_.native, memory.native);
  Raise(&peak_.total, memory.total);
  Raise(&peak_.process_rss, memory.process_rss);
  peak_.js_heap_limit = memory.js_heap_limit;
  peak_.total_limit = memory.total_limit;
  peak_.gc = memory.gc;
  const std::lock_guard lock(mutex_);
  latest_ = std::move(memory);
}

}  // namespace jshost
