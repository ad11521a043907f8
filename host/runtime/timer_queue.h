// An isolate's timers, by the time they are due.

#ifndef HOST_RUNTIME_TIMER_QUEUE_H_
#define HOST_RUNTIME_TIMER_QUEUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "host/globals/timer_service.h"
#include "host/runtime/event_loop.h"

namespace jshost {

class TimerQueue final : public TimerService {
 public:
  // `loop` must outlive this.
  explicit TimerQueue(EventLoop* loop) : loop_(loop) {}

  Id Start(double delay_ms, bool repeat, std::function<void()> fire) override;
  Id StartImmediate(std::function<void()> fire) override;
  void KeepAlive(Id id, bool keep) override;
  void Stop(Id id) override;

  // Whether nothing will fire any more that somebody waits for.
  bool empty() const {
    return keys_.size() == background_.size() && immediates_.empty();
  }

  // Drops all, and the callbacks with them.
  void Clear();

  // Runs an immediate that wasn't stopped; for its task.
  void RunImmediate(Id id, const std::function<void()>& fire);

 private:
  using Clock = EventLoop::Clock;
  // When it is due, then the order of starting.
  using Key = std::pair<Clock::time_point, uint64_t>;
  struct Timer {
    Id id;
    int nesting;  // how many timers deep it was started, as the web counts
    double delay_ms;
    bool repeat;
    std::function<void()> fire;
  };

  void Insert(Timer timer);
  void FireDue();
  void Fire(Timer timer);
  void Arm();

  EventLoop* const loop_;
  std::map<Key, Timer> timers_;
  std::unordered_map<Id, Key> keys_;
  std::unordered_set<Id> background_;  // of keys_, those nobody waits for
  std::unordered_set<Id> immediates_;
  Id last_id_ = 0;
  uint64_t last_order_ = 0;
  int nesting_ = 0;  // of the timer that fires now
  Id firing_ = 0;    // 0: none
  bool firing_stopped_ = false;
  Clock::time_point armed_ = Clock::time_point::max();
};

}  // namespace jshost

#endif  // HOST_RUNTIME_TIMER_QUEUE_H_
