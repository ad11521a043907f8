// Decides when a heap's idle work is done: in a thread of its own, on the
// threads that allocate, or never.
//
// The thread ticks only while the heap has something to age; else it sleeps
// until woken, so an idle process is never woken by its allocator (libpas's
// scavenger does the same). Ticks are jittered, so that many processes don't
// purge in step.

#ifndef ALLOCATOR_RECLAIMER_RECLAIMER_H_
#define ALLOCATOR_RECLAIMER_RECLAIMER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "allocator/reclaimable.h"

namespace jsheap {

struct ReclaimerOptions {
  enum class Mode { kThread, kInline, kOff };
  Mode mode = Mode::kThread;
  uint64_t every = 65536;  // kInline: allocations between two ticks
};

// Reads "thread", "inline", "inline=N" or "off". False, with `*error` naming
// the value and the remedy, for anything else.
bool ParseReclaimer(std::string_view text, ReclaimerOptions* options,
                    std::string* error);

class Reclaimer final : public ReclaimListener {
 public:
  // `heap` must outlive this.
  Reclaimer(Reclaimable& heap, const ReclaimerOptions& options);
  ~Reclaimer() override;
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;

  void Wake() override;
  void Allocated(uint32_t blocks) override;

  // Around fork(), which the reclaimer's thread doesn't survive: use kInline
  // where a child goes on.
  void Lock() { mutex_.lock(); }
  void Unlock() { mutex_.unlock(); }

  // How often the thread has woken up, for tests of its silence.
  uint64_t wakeups() const;

 private:
  void Run();
  std::chrono::microseconds NextTick();

  Reclaimable& heap_;
  const ReclaimerOptions options_;
  std::atomic<uint64_t> allocated_{0};  // kInline: since the last tick

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  bool is_awake_ = false;
  bool is_ending_ = false;
  uint64_t wakeups_ = 0;

  uint32_t jitter_state_ = 1;  // the thread's own
  std::thread thread_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_RECLAIMER_RECLAIMER_H_
