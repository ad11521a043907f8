// Frees dropped buffers while they are still in the processor's caches.
//
// V8 collects the young generation when 64 MiB of buffers were made since the
// last time (heap.cc:2883), so a program that makes and drops buffers writes to
// 64 MiB in turn, all of it out of cache. A nursery asks for a collection after
// a few MiB instead: blocks come back warm, and far less memory is resident.
// How many MiB is learned: collections that cost more than a share of the time
// come half as often, cheap ones twice as often, up to where V8 does it by
// itself.
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

namespace v8 {
class Isolate;
}

namespace jshost {

class BufferNursery final : private BufferQuota {
 public:
  // `collect` runs a minor collection; it is called where JavaScript may be.
  // All outlive this.
  BufferNursery(v8::Isolate* isolate, ArrayBufferAllocator* buffers,
                std::function<void()> collect);
  ~BufferNursery() override;
  BufferNursery(const BufferNursery&) = delete;
  BufferNursery& operator=(const BufferNursery&) = delete;

  // Bytes of new buffers between two collections.
  uint64_t size() const { return size_; }

 private:
  static void OnInterrupt(v8::Isolate* isolate, void* self);
  static void OnCollected(v8::Isolate* isolate, v8::GCType type,
                          v8::GCCallbackFlags flags, void* self);
  // BufferQuota:
  void OnQuotaUsed() override;

  void Collect();
  void Learn(std::chrono::nanoseconds pause, std::chrono::nanoseconds since);

  v8::Isolate* const isolate_;
  ArrayBufferAllocator* const buffers_;
  const std::function<void()> collect_;
  uint64_t size_;
  bool is_asked_ = false;
  std::chrono::nanoseconds last_;  // CPU time of the last collection
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_BUFFER_NURSERY_H_
