#include "host/v8_memory/lone_collection.h"

#include <v8-isolate.h>

#include <algorithm>

#include "host/v8_memory/cpu_time.h"
#include "host/v8_memory/gc_monitor.h"

namespace jshost {
namespace {

using Priority = v8::Isolate::Priority;

// Freed in 100 us or so.
constexpr uint64_t kFewBuffers = 1024;

// Without what freeing takes. From there on helpers pay.
constexpr std::chrono::microseconds kShort(250);

}  // namespace

LoneCollection::LoneCollection(v8::Isolate* isolate,
                               const ArrayBufferAllocator* buffers)
    : isolate_(isolate), buffers_(buffers) {
  isolate_->AddGCPrologueCallback(OnBegin, this, kCollections);
  isolate_->AddGCEpilogueCallback(OnEnd, this, kCollections);
}

LoneCollection::~LoneCollection() {
  isolate_->RemoveGCEpilogueCallback(OnEnd, this);
  isolate_->RemoveGCPrologueCallback(OnBegin, this);
}

uint64_t LoneCollection::MostDropped() const {
  const jsheap::Account& account = buffers_->account();
  const uint64_t live = account.live_blocks();
  return is_scavenge_ ? std::min(live, account.allocations() - allocations_)
                      : live;
}

void LoneCollection::OnBegin(v8::Isolate* isolate, v8::GCType type,
                             v8::GCCallbackFlags, void* self) {
  auto* const lone = static_cast<LoneCollection*>(self);
  lone->is_scavenge_ = type == v8::kGCTypeScavenge;
  lone->freeing_ = std::chrono::nanoseconds(0);
  lone->begin_ = CpuTime();
  if (lone->is_scavenge_ && !lone->was_short_) return;
  if (lone->MostDropped() > kFewBuffers) return;
  // The middle one: at the lowest V8 would set out to make its heap smaller.
  isolate->SetPriority(Priority::kUserVisible);
  current_ = lone;
}

void LoneCollection::OnEnd(v8::Isolate* isolate, v8::GCType,
                           v8::GCCallbackFlags, void* self) {
  auto* const lone = static_cast<LoneCollection*>(self);
  lone->allocations_ = lone->buffers_->account().allocations();
  lone->end_ = CpuTime();
  if (lone->is_scavenge_) lone->was_short_ = lone->pause() <= kShort;
  if (current_ == nullptr) return;
  current_ = nullptr;
  isolate->SetPriority(Priority::kUserBlocking);
}

LoneCollection::Freeing::Freeing(LoneCollection* collection)
    : collection_(collection), begin_(CpuTime()) {}

LoneCollection::Freeing::~Freeing() {
  collection_->freeing_ += CpuTime() - begin_;
}

}  // namespace jshost
