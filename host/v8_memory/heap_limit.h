// Makes running out of V8's heap an orderly end: the script is terminated where
// it stands and the host goes on, able to say which limit, its value, what was
// in use and where the script was.
//
// Two limits end a heap: V8's own, and what a budget of the isolate's total
// leaves it beside buffers. V8 can be refused nothing, so both are soft:
//
// - V8 asks through its near-heap-limit callback; the answer is room for at
//   least one object of the largest size, and a request to terminate. A refused
//   buffer asks too (see refusals.h), and changes nothing.
// - V8's heap is charged to the budget by what it has committed: exactly after
//   each collection, and by the pages that it takes from the system in between;
//   and with it what V8 takes beside each buffer, which for small ones is more
//   than the buffer.
//   When that passes the total, the script is interrupted for a collection; if
//   there is too little room even then, it is terminated. And as buffers take
//   more, V8's own limit is lowered to what is left, so that it collects in
//   time.
// - A built-in that goes on allocating before it looks at the request, or wants
//   one enormous object, gets pages until either limit is passed by 1/32 and
//   4 MiB. Then the isolate ends where it is, before a collection or between
//   two, with the same report: fatal.h says how.
// - A collection must be able to move what survives: only that much further on
//   is it refused pages, which V8 can't be stopped at in good order.
//
// Everything runs on the isolate's thread.

#ifndef HOST_V8_MEMORY_HEAP_LIMIT_H_
#define HOST_V8_MEMORY_HEAP_LIMIT_H_

#include <v8-callbacks.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "host/v8_memory/array_buffer_allocator.h"
#include "host/v8_memory/heap_limit_hit.h"
#include "host/v8_memory/heap_use.h"
#include "host/v8_memory/isolate_budget.h"
#include "host/v8_memory/page_allocator.h"

namespace v8 {
class Isolate;
}

namespace jshost {

class HeapLimitGuard final : public PageAllocator::HeapPages {
 public:
  using Hit = HeapLimitHit;
  using Which = HeapLimitHit::Which;

  // `isolate` needs only be allocated yet. All outlive this, but for Detach().
  // Where `bounds_js_heap`, V8's own limit is what somebody set; else the
  // total, if there is one.
  HeapLimitGuard(v8::Isolate* isolate, ArrayBufferAllocator* buffers,
                 IsolateBudget* budget, bool bounds_js_heap);
  HeapLimitGuard(const HeapLimitGuard&) = delete;
  HeapLimitGuard& operator=(const HeapLimitGuard&) = delete;

  // Starts to guard; the isolate is initialized now, with `young` bytes for its
  // young generation.
  void Attach(uint64_t young);
  // Stops, and charges nothing any more; before the isolate is disposed.
  void Detach();

  // Set once a limit was hit.
  const std::optional<Hit>& hit() const { return hit_; }

  // Where V8 can't go on (fatal.h): whether it has failed between collections,
  // where it asked for memory as it does everywhere. Then it may be used all
  // the same, though not to run JavaScript, and the isolate be disposed of in
  // place.
  bool MayUseV8() const {
    return is_attached_ && !is_collecting_ && !is_unusable_;
  }

  // Bytes that all of V8's objects may take.
  uint64_t limit() const { return limit_; }

  // The budget's limits were changed. May collect garbage and terminate.
  void OnLimitsChanged();

 private:
  static size_t OnNearLimit(void* self, size_t current, size_t initial);
  static void OnInterrupt(v8::Isolate* isolate, void* self);
  static void OnCollect(v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                        void* self);
  static void OnCollected(v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                          void* self);
  // PageAllocator::HeapPages:
  bool OnHeapPages(size_t bytes) override;
  bool RefusePages(Which which);

  size_t NearLimit(size_t current);
  uint64_t RoomForOldGeneration(const HeapUse& use) const;
  void LowerHeapLimit(const HeapUse& use);
  void BeforeMinorCollection();
  void AfterCollection(v8::GCType type);
  HeapUse Collect();
  void AskForRelief();
  void Relieve();
  void GiveUp(Which which);
  void Charge(uint64_t committed);
  void ChargeAll(uint64_t bytes);
  Hit MakeHit(Which which) const;
  Which WhichNow() const;

  v8::CrashKey OnCrashKey(const char* key);
  void OnCrashValue(v8::CrashKey key, std::string_view value);
  [[noreturn]] void Die(Which which, std::string_view stack);
  bool OnIsolateThread() const;
  bool LimitsTotal() const;
  // Whether V8's own limit comes from the total, and that wasn't raised since.
  bool IsOwnLimitTotal() const;
  bool IsWatching() const {
    return is_attached_ && (bounds_js_heap_ || LimitsTotal() || hit_);
  }
  // Whether a total is passed by more than its limit allows, and so much more.
  bool IsPassed(uint64_t (*by)(uint64_t limit), uint64_t more = 0) const;
  // Whether V8 has got all that it gets beyond a limit.
  bool IsBeyondSlack() const;
  // What a collection that is going on may need for what it moves.
  uint64_t RoomToMove() const;

  v8::Isolate* const isolate_;
  ArrayBufferAllocator* const buffers_;
  IsolateBudget* const budget_;
  const bool bounds_js_heap_;
  const std::thread::id thread_;
  uint64_t limit_ = 0;
  uint64_t old_limit_ = 0;    // of V8's old generation, as it was set
  uint64_t first_total_ = 0;  // the total's limit at that time
  uint64_t semi_space_ = 0;
  uint64_t committed_ = 0;  // by V8's heap, as far as is known
  uint64_t charged_ = 0;    // to the budget, for it and for buffers' records
  bool is_attached_ = false;
  bool is_collecting_ = false;
  bool is_dying_ = false;      // all that V8 asks for now is for the report
  bool is_unusable_ = false;   // dying with V8's locks, or again
  bool is_asked_ = false;      // for relief, by an interrupt
  bool is_stretched_ = false;  // V8's limit, until that interrupt
  // Since the last relief:
  std::optional<Which> refused_;  // pages
  int refusals_of_pages_ = 0;
  int vain_collections_ = 0;                // one after the other
  std::chrono::nanoseconds last_relief_{};  // CPU time
  std::optional<Hit> hit_;
  std::string last_words_;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HEAP_LIMIT_H_
