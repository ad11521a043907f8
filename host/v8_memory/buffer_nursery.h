// Frees dropped buffers while they are still in the processor's caches, and
// before they run into a limit.
//
// V8 collects the young generation when 64 MiB of buffers were made since the
// last time (heap.cc:2883), so a program that makes and drops buffers writes to
// 64 MiB in turn, all of it out of cache. A nursery asks for a collection after
// a few MiB instead (nursery_size.h): blocks come back warm, and far less
// memory is resident.
//
// While V8 marks, a minor collection would finish that at once with a full one
// (heap.cc:580), so beside a large heap the nursery waits, unless a limit is
// near. Where there is a limit the nursery is at most half of the room below
// it; and when little is left of what the last full collection made free, the
// next one is full, so that nothing has to be refused first.
//
// What of a block is never touched isn't in the caches and takes no memory, so
// where the heap expects that of most of it, the block counts for a quarter.
//
// What it gains is in docs/limits.md.
//
// On the isolate's thread.

#ifndef HOST_V8_MEMORY_BUFFER_NURSERY_H_
#define HOST_V8_MEMORY_BUFFER_NURSERY_H_

#include <v8-callbacks.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "host/v8_memory/array_buffer_allocator.h"
#include "host/v8_memory/lone_collection.h"
#include "host/v8_memory/nursery_size.h"

namespace v8 {
class Isolate;
}

namespace jshost {

class BufferNursery final : private BufferQuota {
 public:
  // `collect` runs a collection, a full or a minor one; it is called where
  // JavaScript may be. All outlive this.
  BufferNursery(v8::Isolate* isolate, ArrayBufferAllocator* buffers,
                std::function<void(bool full)> collect);
  ~BufferNursery() override;
  BufferNursery(const BufferNursery&) = delete;
  BufferNursery& operator=(const BufferNursery&) = delete;

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  static void OnInterrupt(v8::Isolate* isolate, void* self);
  static void OnMarking(v8::Isolate* isolate, v8::GCType type,
                        v8::GCCallbackFlags flags, void* self);
  static void OnEnd(v8::Isolate* isolate, v8::GCType type,
                    v8::GCCallbackFlags flags, void* self);
  // BufferQuota:
  void OnQuotaUsed() override;

  void OnFull();
  bool IsRoomUsedUp();
  uint64_t RestLeft() const;  // bytes
  void Refill();

  v8::Isolate* const isolate_;
  ArrayBufferAllocator* const buffers_;
  const std::function<void(bool full)> collect_;
  LoneCollection lone_;  // first to hear of a collection and of its end
  NurserySize size_;
  bool is_asked_ = false;
  bool is_marking_ = false;  // V8 is
  bool is_waiting_ = false;  // until it has marked
  uint64_t rest_end_ = 0;    // bytes of buffers, ever, when a rest is over
  // Below the limit: now, and the most that there was since the last full
  // collection.
  uint64_t room_ = 0;
  uint64_t most_room_ = 0;
  // CPU time of this thread:
  Nanoseconds learned_{0};    // when the size was learned last
  Nanoseconds in_pauses_{0};  // since then
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_BUFFER_NURSERY_H_
