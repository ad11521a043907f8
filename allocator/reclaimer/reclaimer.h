// Decides when the idle work of heaps is done: in a thread of its own, on the
// threads that allocate, or never.
//
// The thread ticks only while a heap has something to age; else it sleeps
// until woken, so an idle process is never woken by its allocator (libpas's
// scavenger does the same). Ticks are jittered, so that many processes don't
// purge in step.

#ifndef ALLOCATOR_RECLAIMER_RECLAIMER_H_
#define ALLOCATOR_RECLAIMER_RECLAIMER_H_

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
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
  static constexpr size_t kMostHeaps = 3;

  // At most kMostHeaps, null for none; all must outlive this. Allocates nothing
  // from the process's heap but what starting a thread takes.
  Reclaimer(std::initializer_list<Reclaimable*> heaps,
            const ReclaimerOptions& options);
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
  bool Tick();
  std::chrono::microseconds NextTick();

  std::array<Reclaimable*, kMostHeaps> heaps_ = {};  // the rest is null
  ReclaimerOptions options_;                         // fixed once constructed
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
