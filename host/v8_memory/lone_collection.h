// Small collections are done by the isolate's thread alone, from the scavenge
// to freeing the buffers that it found dropped.
//
// V8 scavenges with helpers and frees buffers on a thread of its platform. That
// is good for much, but dear for little: waking those threads takes longer than
// the work, every block comes back through another processor's caches, and
// until it has come the program allocates ever new memory. So a collection that
// can drop few buffers only is kept to this thread, unless it is a scavenge and
// the last one took long. V8 has no setting for one collection, but
//
// - an isolate that isn't of the highest priority leaves other threads alone
//   (Heap::ShouldUseBackgroundThreads, heap.cc:530) where it scavenges
//   (scavenger.cc:785) and where it frees buffers
//   (array-buffer-sweeper.cc:303), though not where it marks
//   (mark-compact.cc:517); so the priority is lowered for as long as the
//   collection takes;
// - it still posts the scavenge as a job before it joins it; for that the
//   platform asks Current().
//
// What it gains is in docs/limits.md. On the isolate's thread.

#ifndef HOST_V8_MEMORY_LONE_COLLECTION_H_
#define HOST_V8_MEMORY_LONE_COLLECTION_H_

#include <v8-callbacks.h>

#include <chrono>
#include <cstdint>

#include "host/v8_memory/array_buffer_allocator.h"

namespace v8 {
class Isolate;
}

namespace jshost {

class LoneCollection {
 public:
  // Both outlive this.
  LoneCollection(v8::Isolate* isolate, const ArrayBufferAllocator* buffers);
  ~LoneCollection();
  LoneCollection(const LoneCollection&) = delete;
  LoneCollection& operator=(const LoneCollection&) = delete;

  // The one that the calling thread is in, or null.
  static LoneCollection* Current() { return current_; }
  // Whether it is a scavenge, in which no other thread has a part.
  bool is_scavenge() const { return is_scavenge_; }

  // CPU time of this thread when the latest collection ended, and how much of
  // it the collection took, but for freeing buffers.
  std::chrono::nanoseconds end() const { return end_; }
  std::chrono::nanoseconds pause() const { return end_ - begin_ - freeing_; }

  // This thread frees buffers while it lives.
  class Freeing {
   public:
    explicit Freeing(LoneCollection* collection);
    ~Freeing();
    Freeing(const Freeing&) = delete;
    Freeing& operator=(const Freeing&) = delete;

   private:
    LoneCollection* const collection_;
    const std::chrono::nanoseconds begin_;
  };

 private:
  static void OnBegin(v8::Isolate* isolate, v8::GCType type,
                      v8::GCCallbackFlags flags, void* self);
  static void OnEnd(v8::Isolate* isolate, v8::GCType type,
                    v8::GCCallbackFlags flags, void* self);

  // The most buffers that a collection may find dropped.
  uint64_t MostDropped() const;

  static inline constinit thread_local LoneCollection* current_ = nullptr;

  v8::Isolate* const isolate_;
  const ArrayBufferAllocator* const buffers_;
  bool is_scavenge_ = false;
  bool was_short_ = true;     // the last scavenge
  uint64_t allocations_ = 0;  // of buffers, ever, at the last collection
  // CPU time of this thread, of the latest collection:
  std::chrono::nanoseconds begin_{0};
  std::chrono::nanoseconds end_{0};
  std::chrono::nanoseconds freeing_{0};
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_LONE_COLLECTION_H_
