#include "host/v8_memory/buffer_nursery.h"

#include <v8-isolate.h>

#include <algorithm>
#include <utility>

#include "host/v8_memory/cpu_time.h"
#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/heap_use.h"

namespace jshost {
namespace {

constexpr uint64_t kUnlimited = jsheap::Budget::kUnlimited;
constexpr uint64_t kMiB = 1 << 20;

// However near the limit is, collections are this many bytes apart.
constexpr uint64_t kLeast = kMiB;

// With less room than this V8's own pace would run into the limit.
constexpr uint64_t kRoomToRest = 256 * kMiB;

// With less room than this after a full collection there is little to win by
// coming before the limit does.
constexpr uint64_t kWorthCollecting = 4 * kMiB;

// While V8 marks at its own pace it frees nothing; with a processor to itself
// it may be late for thousands of buffers. Beyond this marking is finished at
// once.
constexpr uint64_t kMostWhileMarking = 256 * kMiB;

// What marks for longer than a few milliseconds.
constexpr uint64_t kLargeHeap = 16 * kMiB;

}  // namespace

BufferNursery::BufferNursery(v8::Isolate* isolate,
                             ArrayBufferAllocator* buffers,
                             std::function<void(bool)> collect)
    : isolate_(isolate),
      buffers_(buffers),
      collect_(std::move(collect)),
      lone_(isolate, buffers),
      learned_(CpuTime()) {
  isolate_->AddGCPrologueCallback(OnMarking, this,
                                  v8::kGCTypeIncrementalMarking);
  isolate_->AddGCEpilogueCallback(OnEnd, this, kCollections);
  Refill();
}

BufferNursery::~BufferNursery() {
  buffers_->SetQuota(nullptr, 0, false);
  isolate_->RemoveGCEpilogueCallback(OnEnd, this);
  isolate_->RemoveGCPrologueCallback(OnMarking, this);
}

void BufferNursery::OnQuotaUsed() {
  if (std::exchange(is_asked_, true)) return;
  isolate_->RequestInterrupt(OnInterrupt, this);
}

void BufferNursery::OnInterrupt(v8::Isolate*, void* self) {
  auto* const nursery = static_cast<BufferNursery*>(self);
  if (std::exchange(nursery->is_asked_, false)) nursery->OnFull();
}

void BufferNursery::OnFull() {
  if (size_.is_resting()) {
    if (is_marking_ && RestLeft() != 0) {
      collect_(false);
      return Refill();
    }
    size_.OnRested();
    learned_ = CpuTime();
    in_pauses_ = Nanoseconds(0);
    return Refill();
  }
  collect_(IsRoomUsedUp());
  const std::chrono::duration<double> pauses = in_pauses_;
  const std::chrono::duration<double> all = lone_.end() - learned_;
  in_pauses_ = Nanoseconds(0);
  learned_ = lone_.end();
  if (all.count() <= 0) return;  // There was none: V8 is ending.
  size_.OnFilled(pauses / all, room_ >= kRoomToRest);
  if (size_.is_resting()) {
    rest_end_ = buffers_->account().allocated_bytes() + size_.bytes();
  }
  Refill();
}

uint64_t BufferNursery::RestLeft() const {
  const uint64_t made = buffers_->account().allocated_bytes();
  return rest_end_ - std::min(rest_end_, made);
}

// Whether minor collections no longer make room, so that only a full one keeps
// buffers away from the limit.
bool BufferNursery::IsRoomUsedUp() {
  room_ = buffers_->budget().room();
  if (room_ == kUnlimited) return false;
  most_room_ = std::max(most_room_, room_);
  return most_room_ >= kWorthCollecting && room_ <= most_room_ / 8;
}

// Sets out for the next collection.
void BufferNursery::Refill() {
  room_ = buffers_->budget().room();
  if (room_ != kUnlimited) {
    most_room_ = std::max(most_room_, room_);
    const uint64_t half = std::max(room_ / 2, kLeast);
    // A limit counts all bytes.
    return buffers_->SetQuota(this, std::min(size_.bytes(), half), false);
  }
  if (size_.is_resting()) {
    const uint64_t left = RestLeft();
    if (!is_marking_ || is_waiting_) {
      return buffers_->SetQuota(this, left, false);
    }
    return buffers_->SetQuota(this, std::min(left, kMostWhileMarking), true);
  }
  if (is_waiting_) return buffers_->SetQuota(nullptr, 0, false);
  buffers_->SetQuota(this, size_.bytes(), true);
}

// It starts.
void BufferNursery::OnMarking(v8::Isolate* isolate, v8::GCType,
                              v8::GCCallbackFlags, void* self) {
  auto* const nursery = static_cast<BufferNursery*>(self);
  nursery->is_marking_ = true;
  nursery->is_waiting_ = MeasureHeapUse(isolate).used > kLargeHeap;
  nursery->Refill();
}

// Whatever it was for, it emptied the nursery. Freeing buffers isn't what a
// collection costs: it takes as long however many there are.
void BufferNursery::OnEnd(v8::Isolate*, v8::GCType type, v8::GCCallbackFlags,
                          void* self) {
  auto* const nursery = static_cast<BufferNursery*>(self);
  nursery->in_pauses_ += nursery->lone_.pause();
  if (type == v8::kGCTypeMarkSweepCompact) {
    nursery->is_marking_ = nursery->is_waiting_ = false;
    nursery->most_room_ = 0;
  }
  nursery->Refill();
}

}  // namespace jshost
