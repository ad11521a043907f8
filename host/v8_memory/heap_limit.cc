#include "host/v8_memory/heap_limit.h"

#include <fmt/format.h>
#include <v8-isolate.h>
#include <v8-statistics.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "allocator/size_text.h"
#include "host/v8_memory/fatal.h"
#include "host/v8_memory/script_position.h"

namespace jshost {
namespace {

constexpr uint64_t kMiB = 1 << 20;

// The largest object has 2^27 elements of 8 bytes (fixed-array.h:33); the rest
// is for what the script allocates until it notices that it is terminated.
constexpr uint64_t kRoomToTerminate = (1024 + 64) * kMiB;

// Of the limit: with less in use, a pending refusal of a buffer is what V8's
// question is about.
constexpr double kNearLimit = 0.9;

struct HeapUse {
  uint64_t all = 0;
  uint64_t old_generation = 0;
};

// Reads the spaces one by one: unlike GetHeapStatistics that leaves the main
// thread's allocation areas alone, so it may be called in mid-collection.
HeapUse MeasureHeap(v8::Isolate* isolate) {
  HeapUse use;
  for (size_t i = 0; i < isolate->NumberOfHeapSpaces(); ++i) {
    v8::HeapSpaceStatistics space;
    if (!isolate->GetHeapSpaceStatistics(&space, i)) continue;
    const std::string_view name = space.space_name();
    if (name == "read_only_space") continue;
    use.all += space.space_used_size();
    if (!name.starts_with("new_"))
      use.old_generation += space.space_used_size();
  }
  return use;
}

// Stands for the crash key that brings the stack; any other is null.
v8::CrashKey StackKey() {
  static char key;
  return &key;
}

// The first of V8's frames that is a script's, as DescribeFrame has it. Each is
// a line "NAME in FILE:LINE:COLUMN"; built-ins have a name only.
std::string InnermostFrame(std::string_view stack) {
  constexpr std::string_view kIn = " in ";
  while (!stack.empty()) {
    const size_t end = std::min(stack.find('\n'), stack.size());
    const std::string_view line = stack.substr(0, end);
    stack.remove_prefix(std::min(end + 1, stack.size()));
    const size_t in = line.find(kIn);
    if (in == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, in);
    const std::string_view place = line.substr(in + kIn.size());
    if (name == "<none>") return fmt::format("at {}", place);
    return fmt::format("at {} ({})", name, place);
  }
  return {};
}

}  // namespace

HeapLimitGuard::HeapLimitGuard(v8::Isolate* isolate, Refusals* refusals)
    : isolate_(isolate),
      refusals_(refusals),
      thread_(std::this_thread::get_id()) {
  // These come before V8 prints its "Last few GCs" (api.cc:266), unlike the
  // out-of-memory handler.
  isolate->SetCrashKeyStringCallbacks(
      [this](const char* key, v8::CrashKeySize) { return OnCrashKey(key); },
      [this](v8::CrashKey key, std::string_view value) {
        OnCrashValue(key, value);
      });
}

void HeapLimitGuard::Attach() {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  limit_ = statistics.heap_size_limit();
  isolate_->AddNearHeapLimitCallback(OnNearLimit, this);
}

void HeapLimitGuard::Detach() {
  isolate_->RemoveNearHeapLimitCallback(OnNearLimit, 0);
}

size_t HeapLimitGuard::OnNearLimit(void* self, size_t current, size_t) {
  return static_cast<HeapLimitGuard*>(self)->NearLimit(current);
}

size_t HeapLimitGuard::NearLimit(size_t current) {
  if (hit_) return current;  // The extra room is gone as well.
  const HeapUse use = MeasureHeap(isolate_);
  const auto near =
      static_cast<uint64_t>(kNearLimit * static_cast<double>(current));
  if (refusals_->TakePending() && use.old_generation < near) return current;

  hit_.emplace(limit_, use.all, std::string());
  // Not TerminateExecution at once: the interrupt still sees the stack.
  isolate_->RequestInterrupt(OnInterrupt, this);
  return current + kRoomToTerminate;
}

void HeapLimitGuard::OnInterrupt(v8::Isolate* isolate, void* self) {
  auto* const guard = static_cast<HeapLimitGuard*>(self);
  guard->hit_->where = DescribeCurrentFrame(isolate);
  isolate->TerminateExecution();
}

bool HeapLimitGuard::OnIsolateThread() const {
  return std::this_thread::get_id() == thread_;
}

v8::CrashKey HeapLimitGuard::OnCrashKey(const char* key) {
  // Other threads' deaths bring no stack.
  if (!OnIsolateThread()) Die({});
  return std::strcmp(key, "v8-oom-stack") == 0 ? StackKey() : nullptr;
}

void HeapLimitGuard::OnCrashValue(v8::CrashKey key, std::string_view value) {
  if (key == StackKey()) Die(InnermostFrame(value));
}

void HeapLimitGuard::Die(const std::string& where) {
  Hit hit = hit_.value_or(Hit{limit_, 0, {}});
  if (!hit_ && OnIsolateThread()) hit.used = MeasureHeap(isolate_).all;
  if (hit.where.empty()) hit.where = where;
  DieOfMemory(DescribeHit(hit));
}

std::string DescribeHit(const HeapLimitGuard::Hit& hit) {
  std::string text = fmt::format("JavaScript heap limit of {} reached",
                                 jsheap::FormatSize(hit.limit));
  if (hit.used != 0) {
    text += fmt::format(" ({} in use)", jsheap::FormatSize(hit.used));
  }
  if (!hit.where.empty()) text += " " + hit.where;
  return text;
}

}  // namespace jshost
