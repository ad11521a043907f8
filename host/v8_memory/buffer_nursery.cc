#include "host/v8_memory/buffer_nursery.h"

#include <time.h>
#include <v8-isolate.h>

#include <algorithm>
#include <utility>

namespace jshost {
namespace {

constexpr uint64_t kSmallest = uint64_t{8} << 20;
// Not so many that V8 does it by itself, and nothing is learned any more.
constexpr uint64_t kLargest = uint64_t{48} << 20;

// Shares of the time that collections may take: beyond the first they come half
// as often, below the second twice.
constexpr double kDear = 0.25;
constexpr double kCheap = 0.1;

// Of this thread: on a busy machine, waiting says nothing.
std::chrono::nanoseconds CpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

BufferNursery::BufferNursery(v8::Isolate* isolate,
                             ArrayBufferAllocator* buffers,
                             std::function<void()> collect)
    : isolate_(isolate),
      buffers_(buffers),
      collect_(std::move(collect)),
      size_(kSmallest),
      last_(CpuTime()) {
  isolate_->AddGCEpilogueCallback(OnCollected, this);
  buffers_->SetQuota(this, size_);
}

BufferNursery::~BufferNursery() {
  buffers_->SetQuota(nullptr, 0);
  isolate_->RemoveGCEpilogueCallback(OnCollected, this);
}

void BufferNursery::OnQuotaUsed() {
  if (std::exchange(is_asked_, true)) return;
  isolate_->RequestInterrupt(OnInterrupt, this);
}

void BufferNursery::OnInterrupt(v8::Isolate*, void* self) {
  auto* const nursery = static_cast<BufferNursery*>(self);
  if (nursery->is_asked_) nursery->Collect();
}

void BufferNursery::Collect() {
  const std::chrono::nanoseconds start = CpuTime();
  const std::chrono::nanoseconds last = last_;
  collect_();
  is_asked_ = false;
  Learn(CpuTime() - start, start - last);
}

void BufferNursery::Learn(std::chrono::nanoseconds pause,
                          std::chrono::nanoseconds since) {
  const double share = std::chrono::duration<double>(pause) /
                       std::chrono::duration<double>(pause + since);
  if (share > kDear) size_ = std::min(size_ * 2, kLargest);
  if (share < kCheap) size_ = std::max(size_ / 2, kSmallest);
  buffers_->SetQuota(this, size_);
}

// Whatever it was for, it emptied the nursery.
void BufferNursery::OnCollected(v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                                void* self) {
  auto* const nursery = static_cast<BufferNursery*>(self);
  nursery->last_ = CpuTime();
  nursery->buffers_->SetQuota(nursery, nursery->size_);
}

}  // namespace jshost
