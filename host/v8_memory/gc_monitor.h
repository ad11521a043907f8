// Counts an isolate's collections and the pauses they cost its thread.

#ifndef HOST_V8_MEMORY_GC_MONITOR_H_
#define HOST_V8_MEMORY_GC_MONITOR_H_

#include <v8-callbacks.h>

#include <chrono>
#include <cstdint>

namespace v8 {
class Isolate;
}

namespace jshost {

// Collections proper: neither a step of marking nor weak callbacks.
inline constexpr auto kCollections =
    static_cast<v8::GCType>(v8::kGCTypeScavenge | v8::kGCTypeMinorMarkSweep |
                            v8::kGCTypeMarkSweepCompact);

struct GcCounts {
  uint64_t minor = 0;
  uint64_t major = 0;
  double pause_ms = 0;  // all pauses together
  double max_pause_ms = 0;
};

// Lives on the isolate's thread, and no longer than the isolate.
class GcMonitor {
 public:
  explicit GcMonitor(v8::Isolate* isolate);
  ~GcMonitor();
  GcMonitor(const GcMonitor&) = delete;
  GcMonitor& operator=(const GcMonitor&) = delete;

  const GcCounts& counts() const { return counts_; }

  // What happens while it lives. Windows nest.
  class Window {
   public:
    explicit Window(GcMonitor* monitor);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    GcCounts counts() const;

   private:
    GcMonitor* const monitor_;
    const GcCounts before_;
  };

 private:
  static void OnBegin(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void*);
  static void OnEnd(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void*);

  v8::Isolate* const isolate_;
  std::chrono::steady_clock::time_point begin_;
  GcCounts counts_;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_GC_MONITOR_H_
