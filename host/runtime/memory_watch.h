// What an isolate uses of memory, for other threads to read, and the most that
// it used.

#ifndef HOST_RUNTIME_MEMORY_WATCH_H_
#define HOST_RUNTIME_MEMORY_WATCH_H_

#include <v8-callbacks.h>

#include <chrono>
#include <mutex>

#include "host/globals/environment.h"
#include "host/v8_memory/isolate_memory.h"

namespace jshost {

// On the isolate's thread, but for `latest`. Measures after tasks and after
// collections, but not more often than every 10 ms; the peak also counts what
// there was before each collection.
class MemoryWatch {
 public:
  MemoryWatch() = default;
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  // Begins; `environment` lives until Detach.
  void Attach(Environment* environment);
  // Measures for the last time; does nothing when it isn't attached.
  void Detach();

  void OnTaskDone() { MeasureIfDue(); }

  // Any thread. All 0 before the isolate has started.
  IsolateMemory latest();

  // Each figure's highest; `spaces` are those of the moment with the largest
  // total.
  const IsolateMemory& peak() const { return peak_; }

 private:
  using Clock = std::chrono::steady_clock;

  static void BeforeCollection(v8::Isolate* isolate, v8::GCType,
                               v8::GCCallbackFlags, void* self);
  static void AfterCollection(v8::Isolate* isolate, v8::GCType,
                              v8::GCCallbackFlags, void* self);
  void MeasureIfDue();
  void Measure();

  Environment* environment_ = nullptr;
  Clock::time_point last_;
  bool is_due_ = false;  // there is a request to measure
  IsolateMemory peak_;
  std::mutex mutex_;
  IsolateMemory latest_;  // guarded by mutex_
};

}  // namespace jshost

#endif  // HOST_RUNTIME_MEMORY_WATCH_H_
