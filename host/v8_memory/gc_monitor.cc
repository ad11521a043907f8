#include "host/v8_memory/gc_monitor.h"

#include <v8-isolate.h>

#include <algorithm>

namespace jshost {
GcMonitor::GcMonitor(v8::Isolate* isolate) : isolate_(isolate) {
  isolate->AddGCPrologueCallback(OnBegin, this, kCollections);
  isolate->AddGCEpilogueCallback(OnEnd, this, kCollections);
}

GcMonitor::~GcMonitor() {
  isolate_->RemoveGCPrologueCallback(OnBegin, this);
  isolate_->RemoveGCEpilogueCallback(OnEnd, this);
}

// Of a window's pauses the longest is found by forgetting the earlier ones'.
GcMonitor::Window::Window(GcMonitor* monitor)
    : monitor_(monitor), before_(monitor->counts_) {
  monitor_->counts_.max_pause_ms = 0;
}

GcMonitor::Window::~Window() {
  double& longest = monitor_->counts_.max_pause_ms;
  longest = std::max(longest, before_.max_pause_ms);
}

GcCounts GcMonitor::Window::counts() const {
  const GcCounts& now = monitor_->counts_;
  return {.minor = now.minor - before_.minor,
          .major = now.major - before_.major,
          .pause_ms = now.pause_ms - before_.pause_ms,
          .max_pause_ms = now.max_pause_ms};
}

void GcMonitor::OnBegin(v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                        void* self) {
  static_cast<GcMonitor*>(self)->begin_ = std::chrono::steady_clock::now();
}

void GcMonitor::OnEnd(v8::Isolate*, v8::GCType type, v8::GCCallbackFlags,
                      void* self) {
  auto* const monitor = static_cast<GcMonitor*>(self);
  const std::chrono::duration<double, std::milli> pause =
      std::chrono::steady_clock::now() - monitor->begin_;
  GcCounts& counts = monitor->counts_;
  (type == v8::kGCTypeMarkSweepCompact ? counts.major : counts.minor) += 1;
  counts.pause_ms += pause.count();
  counts.max_pause_ms = std::max(counts.max_pause_ms, pause.count());
}

}  // namespace jshost
