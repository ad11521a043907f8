#include "host/v8_memory/idle_collection.h"

#include <v8-isolate.h>

#include <algorithm>
#include <utility>

#include "host/v8_memory/heap_use.h"

namespace jshost {
namespace {

// Bytes that are worth it.
constexpr uint64_t kBuffers = uint64_t{1} << 20;
constexpr uint64_t kObjects = uint64_t{4} << 20;

// At most this part of the time is spent here.
constexpr int kMostShare = 20;

}  // namespace

IdleCollection::IdleCollection(v8::Isolate* isolate,
                               const ArrayBufferAllocator* buffers,
                               std::function<void()> collect)
    : isolate_(isolate),
      buffers_(buffers),
      collect_(std::move(collect)),
      allocated_(buffers->account().allocated_bytes()),
      heap_used_(MeasureHeapUse(isolate).used) {
  isolate_->AddGCEpilogueCallback(OnCollected, this,
                                  v8::kGCTypeMarkSweepCompact);
}

IdleCollection::~IdleCollection() {
  isolate_->RemoveGCEpilogueCallback(OnCollected, this);
}

// Of what was made since the last full collection, all may be garbage.
bool IdleCollection::IsWorthwhile() const {
  const jsheap::Account& account = buffers_->account();
  const uint64_t made = account.allocated_bytes() - allocated_;
  const uint64_t used = MeasureHeapUse(isolate_).used;
  const bool gains = std::min(made, account.live_bytes()) >= kBuffers ||
                     used >= heap_used_ + kObjects;
  return gains && Clock::now() >= not_before_;
}

void IdleCollection::Collect() {
  const Clock::time_point start = Clock::now();
  collect_();
  const Clock::time_point end = Clock::now();
  not_before_ = end + kMostShare * (end - start);
}

void IdleCollection::OnCollected(v8::Isolate* isolate, v8::GCType,
                                 v8::GCCallbackFlags, void* self) {
  auto* const idle = static_cast<IdleCollection*>(self);
  idle->allocated_ = idle->buffers_->account().allocated_bytes();
  idle->heap_used_ = MeasureHeapUse(isolate).used;
}

}  // namespace jshost
