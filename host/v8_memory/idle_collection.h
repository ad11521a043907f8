// Collects the garbage of a program that has nothing to do: once, when there is
// something to gain, and then not again until the program has made more.
//
// On the isolate's thread.

#ifndef HOST_V8_MEMORY_IDLE_COLLECTION_H_
#define HOST_V8_MEMORY_IDLE_COLLECTION_H_

#include <v8-callbacks.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "host/v8_memory/array_buffer_allocator.h"

namespace v8 {
class Isolate;
}

namespace jshost {

class IdleCollection {
 public:
  // `collect` runs a full collection. All outlive this.
  IdleCollection(v8::Isolate* isolate, const ArrayBufferAllocator* buffers,
                 std::function<void()> collect);
  ~IdleCollection();
  IdleCollection(const IdleCollection&) = delete;
  IdleCollection& operator=(const IdleCollection&) = delete;

  // Whether a collection might free enough. Costs next to nothing.
  bool IsWorthwhile() const;
  // Runs one.
  void Collect();

 private:
  using Clock = std::chrono::steady_clock;

  static void OnCollected(v8::Isolate* isolate, v8::GCType type,
                          v8::GCCallbackFlags flags, void* self);

  v8::Isolate* const isolate_;
  const ArrayBufferAllocator* const buffers_;
  const std::function<void()> collect_;
  // At the last full collection, bytes:
  uint64_t allocated_;  // of buffers, ever
  uint64_t heap_used_;
  // So that a program that makes much now and then isn't slowed down.
  Clock::time_point not_before_;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_IDLE_COLLECTION_H_
