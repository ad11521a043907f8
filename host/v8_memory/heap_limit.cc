#include "host/v8_memory/heap_limit.h"

#include <v8-isolate.h>
#include <v8-statistics.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "host/v8_memory/cpu_time.h"
#include "host/v8_memory/fatal.h"
#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/limits.h"

namespace jshost {
namespace {

constexpr uint64_t kMiB = 1 << 20;

// The largest object has 2^27 elements of 8 bytes (fixed-array.h:33); the rest
// is for what the script allocates until it notices that it is terminated.
constexpr uint64_t kRoomToTerminate = (1024 + 64) * kMiB;

// Of the limit: with less in use, a pending refusal of a buffer is what V8's
// question is about.
constexpr double kNearLimit = 0.9;

// Beyond a limit this much is still given, and no more. With the pages that
// V8's own threads take and what it has beside its heap, that stays within a
// tenth and 16 MiB of resident memory (tests/limits).
uint64_t Slack(uint64_t limit) { return limit / 32 + 4 * kMiB; }

// V8 may pass a total by this before anything is done: buffers may fill the
// total to the byte, and whoever catches the error that tells of it needs some
// objects.
uint64_t Tolerance(uint64_t limit) { return kMiB + limit / 32; }

// Relief is in vain when it leaves less than half of the tolerance, or is
// needed again at once; after so many, one after the other, the script is as
// good as out of memory.
constexpr int kMostVainCollections = 4;

// A page each, and a few collections.
constexpr int kMostRefusalsOfPages = 64;

// V8's heap works with no less (see kMinJsHeap).
constexpr uint64_t kSmallestOldGeneration = 3 * kMiB / 2;

// Pages are not quite full.
constexpr uint64_t kRoomForFragments = 2 * kMiB;

// Stands for the crash key that brings the stack; any other is null.
v8::CrashKey StackKey() {
  static char key;
  return &key;
}

}  // namespace

HeapLimitGuard::HeapLimitGuard(v8::Isolate* isolate,
                               ArrayBufferAllocator* buffers,
                               IsolateBudget* budget, bool bounds_js_heap)
    : isolate_(isolate),
      buffers_(buffers),
      budget_(budget),
      bounds_js_heap_(bounds_js_heap),
      thread_(std::this_thread::get_id()) {
  // These come before V8 prints its "Last few GCs" (api.cc:266), unlike the
  // out-of-memory handler.
  isolate->SetCrashKeyStringCallbacks(
      [this](const char* key, v8::CrashKeySize) { return OnCrashKey(key); },
      [this](v8::CrashKey key, std::string_view value) {
        OnCrashValue(key, value);
      });
}

void HeapLimitGuard::Attach(uint64_t young) {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  limit_ = statistics.heap_size_limit();
  old_limit_ = limit_ - std::min(limit_, young);
  semi_space_ = young / kSemiSpacesInYoung;
  first_total_ = budget_->total().limit();
  isolate_->AddNearHeapLimitCallback(OnNearLimit, this);
  isolate_->AddGCPrologueCallback(OnCollect, this, kCollections);
  isolate_->AddGCEpilogueCallback(OnCollected, this, kCollections);
  is_attached_ = true;
  OnLimitsChanged();
}

void HeapLimitGuard::Detach() {
  is_attached_ = false;
  isolate_->RemoveGCEpilogueCallback(OnCollected, this);
  isolate_->RemoveGCPrologueCallback(OnCollect, this);
  isolate_->RemoveNearHeapLimitCallback(OnNearLimit, 0);
  ChargeAll(0);
}

// ------------------------------------------------------------- V8's own limit

size_t HeapLimitGuard::OnNearLimit(void* self, size_t current, size_t) {
  return static_cast<HeapLimitGuard*>(self)->NearLimit(current);
}

size_t HeapLimitGuard::NearLimit(size_t current) {
  // Refusing pages is what ends it then (OnHeapPages): V8 would, here, in the
  // middle of something.
  if (hit_ || is_stretched_) return current + kRoomToTerminate;
  const HeapUse use = MeasureHeapUse(isolate_);
  const auto near =
      static_cast<uint64_t>(kNearLimit * static_cast<double>(current));
  if (buffers_->refusals().TakePending() && use.old_used < near) return current;

  if (current >= old_limit_) {
    GiveUp(IsOwnLimitTotal() ? Which::kTotal : Which::kJsHeap);
    return current + kRoomToTerminate;
  }
  // It was lowered for buffers, which may be gone.
  const uint64_t room = RoomForOldGeneration(use);
  if (room > current + current / 16) return room;
  is_stretched_ = true;
  AskForRelief();
  return current + kRoomToTerminate;
}

// What the total leaves to V8's old generation, up to V8's own limit.
uint64_t HeapLimitGuard::RoomForOldGeneration(const HeapUse& use) const {
  const uint64_t total = budget_->total().limit();
  if (total == jsheap::Budget::kUnlimited) return old_limit_;
  const uint64_t others = budget_->buffers().used() + buffers_->record_bytes() +
                          use.young_committed;
  const uint64_t most = total + Tolerance(total);
  return std::min(old_limit_, most - std::min(most, others));
}

// V8 doesn't go below what is in use and a quarter more (heap.cc:2104).
void HeapLimitGuard::LowerHeapLimit(const HeapUse& use) {
  if (hit_) return;
  const uint64_t room =
      std::max<uint64_t>(RoomForOldGeneration(use), kSmallestOldGeneration);
  if (room == old_limit_ && !is_stretched_) return;
  isolate_->RemoveNearHeapLimitCallback(OnNearLimit, room);
  isolate_->AddNearHeapLimitCallback(OnNearLimit, this);
}

// ------------------------------------------------------------------- the total

bool HeapLimitGuard::LimitsTotal() const {
  return budget_->total().IsLimited();
}

bool HeapLimitGuard::IsOwnLimitTotal() const {
  return !bounds_js_heap_ && first_total_ != jsheap::Budget::kUnlimited &&
         budget_->total().limit() <= first_total_;
}

void HeapLimitGuard::Charge(uint64_t committed) {
  committed_ = committed;
  ChargeAll(committed + buffers_->record_bytes());
}

void HeapLimitGuard::ChargeAll(uint64_t bytes) {
  if (bytes > charged_) budget_->js_heap().Charge(bytes - charged_);
  if (bytes < charged_) budget_->js_heap().Release(charged_ - bytes);
  charged_ = bytes;
}

void HeapLimitGuard::OnLimitsChanged() {
  if (!IsWatching()) return;
  Charge(MeasureHeapUse(isolate_).committed);
  if (IsPassed(Tolerance)) AskForRelief();
}

void HeapLimitGuard::OnCollect(v8::Isolate*, v8::GCType type,
                               v8::GCCallbackFlags, void* self) {
  auto* const guard = static_cast<HeapLimitGuard*>(self);
  if (type == v8::kGCTypeScavenge) guard->BeforeMinorCollection();
  guard->is_collecting_ = true;
}

// A built-in that makes small objects without ever looking at the request to
// stop only takes pages in collections.
void HeapLimitGuard::BeforeMinorCollection() {
  if (!IsBeyondSlack()) return;
  if (!hit_) {
    // V8 calls nobody back for a collection inside of this.
    is_collecting_ = true;
    Collect();
    is_collecting_ = false;
    if (!IsBeyondSlack()) return;
  }
  Die(IsPassed(Slack) ? Which::kTotal : Which::kJsHeap, {});
}

bool HeapLimitGuard::IsBeyondSlack() const {
  if (!IsWatching() || is_dying_) return false;
  if ((bounds_js_heap_ || hit_) && committed_ > limit_ + Slack(limit_)) {
    return true;
  }
  return IsPassed(Slack);
}

void HeapLimitGuard::OnCollected(v8::Isolate*, v8::GCType type,
                                 v8::GCCallbackFlags, void* self) {
  auto* const guard = static_cast<HeapLimitGuard*>(self);
  guard->is_collecting_ = false;
  if (guard->IsWatching()) guard->AfterCollection(type);
}

void HeapLimitGuard::AfterCollection(v8::GCType type) {
  const HeapUse use = MeasureHeapUse(isolate_);
  Charge(use.committed);
  if (!LimitsTotal()) return;
  if (type == v8::kGCTypeMarkSweepCompact && !is_stretched_) {
    LowerHeapLimit(use);
  }
  if (IsPassed(Tolerance)) AskForRelief();
}

bool HeapLimitGuard::IsPassed(uint64_t (*by)(uint64_t limit),
                              uint64_t more) const {
  return budget_->total().Excess() > by(budget_->total().lowest_limit()) + more;
}

uint64_t HeapLimitGuard::RoomToMove() const {
  return is_collecting_ ? semi_space_ + kRoomForFragments : 0;
}

// V8 collects garbage when it gets no pages, asks again, and then is out of
// memory for good.
bool HeapLimitGuard::OnHeapPages(size_t bytes) {
  if (!IsWatching() || is_dying_) return true;
  // An object that has pages of its own isn't a collection's, which V8 could
  // not do without: refused, it is asked for again after one.
  const bool may_refuse = hit_ || is_stretched_ || is_asked_ || bytes >= kMiB;
  if ((bounds_js_heap_ || hit_) &&
      committed_ + bytes > limit_ + Slack(limit_) + RoomToMove() &&
      may_refuse) {
    return RefusePages(Which::kJsHeap);
  }
  Charge(committed_ + bytes);
  if (!IsPassed(Tolerance)) return true;
  if (IsPassed(Slack, RoomToMove()) && may_refuse) {
    Charge(committed_ - bytes);
    return RefusePages(Which::kTotal);
  }
  AskForRelief();
  return true;
}

// False. What collections find again and again doesn't help a built-in that
// never stops allocating.
bool HeapLimitGuard::RefusePages(Which which) {
  refused_ = which;
  if (++refusals_of_pages_ == kMostRefusalsOfPages) {
    is_unusable_ = true;
    Die(which, {});
  }
  return false;
}

// ----------------------------------------------------------------- interrupts

void HeapLimitGuard::AskForRelief() {
  if (is_asked_ || hit_) return;
  is_asked_ = true;
  isolate_->RequestInterrupt(OnInterrupt, this);
}

void HeapLimitGuard::GiveUp(Which which) {
  hit_.emplace(MakeHit(which));
  Charge(MeasureHeapUse(isolate_).committed);
  // Not TerminateExecution at once: the interrupt still sees the stack.
  isolate_->RequestInterrupt(OnInterrupt, this);
}

void HeapLimitGuard::OnInterrupt(v8::Isolate* isolate, void* self) {
  auto* const guard = static_cast<HeapLimitGuard*>(self);
  if (!guard->hit_ && guard->is_asked_) guard->Relieve();
  if (!guard->hit_) return;
  AddReport(isolate, &*guard->hit_);
  isolate->TerminateExecution();
}

HeapUse HeapLimitGuard::Collect() {
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kNone);
  const HeapUse use = MeasureHeapUse(isolate_);
  Charge(use.committed);
  return use;
}

// Collects for the total's sake.
void HeapLimitGuard::Relieve() {
  const std::chrono::nanoseconds start = CpuTime();
  const HeapUse use = Collect();
  const std::chrono::nanoseconds end = CpuTime();
  const bool was_stretched = is_stretched_;
  LowerHeapLimit(use);
  is_asked_ = false;
  is_stretched_ = false;
  refused_.reset();
  refusals_of_pages_ = 0;
  if (IsPassed(Tolerance)) {
    hit_.emplace(MakeHit(Which::kTotal));
    return;
  }
  const bool is_vain =
      was_stretched ||
      IsPassed([](uint64_t limit) { return Tolerance(limit) / 2; }) ||
      start - last_relief_ < end - start;
  last_relief_ = end;
  vain_collections_ = is_vain ? vain_collections_ + 1 : 0;
  if (vain_collections_ == kMostVainCollections) {
    hit_.emplace(MakeHit(Which::kTotal));
  }
}

// ------------------------------------------------------------------ the end

HeapLimitGuard::Hit HeapLimitGuard::MakeHit(Which which) const {
  if (which != Which::kTotal) {
    return {.which = which,
            .limit = which == Which::kJsHeap ? limit_ : 0,
            .used = OnIsolateThread() ? MeasureHeapUse(isolate_).used : 0};
  }
  const jsheap::Budget* budget = budget_->total().ObstacleFor(0);
  if (budget == nullptr) budget = &budget_->total();
  return {.which = which, .limit = budget->limit(), .used = budget->used()};
}

bool HeapLimitGuard::OnIsolateThread() const {
  return std::this_thread::get_id() == thread_;
}

v8::CrashKey HeapLimitGuard::OnCrashKey(const char* key) {
  // Other threads' deaths bring no stack.
  if (!OnIsolateThread()) Die(WhichNow(), {});
  return std::strcmp(key, "v8-oom-stack") == 0 ? StackKey() : nullptr;
}

void HeapLimitGuard::OnCrashValue(v8::CrashKey key, std::string_view value) {
  if (key != StackKey()) return;
  // At its limit V8 has asked before.
  const bool is_limit = hit_ || refused_ || is_stretched_;
  Die(is_limit ? WhichNow() : Which::kV8s, value);
}

HeapLimitGuard::Which HeapLimitGuard::WhichNow() const {
  if (refused_) return *refused_;
  return is_stretched_ || IsOwnLimitTotal() ? Which::kTotal : Which::kJsHeap;
}

// `stack` is V8's own text about it, or empty.
void HeapLimitGuard::Die(Which which, std::string_view stack) {
  if (!OnIsolateThread()) DieOfMemory(DescribeHit(MakeHit(which)));
  if (is_dying_) {
    is_unusable_ = true;
  } else {
    is_dying_ = true;
    if (!hit_) hit_.emplace(MakeHit(which));
    if (hit_->where.empty()) {
      AddLastReport(MayUseV8() ? isolate_ : nullptr, stack, &*hit_);
    }
  }
  // Nothing on this stack is ever destroyed.
  last_words_ = DescribeHit(*hit_);
  DieOfMemory(last_words_);
}

}  // namespace jshost
