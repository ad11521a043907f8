#include "host/runtime/timer_queue.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace jshost {
namespace {

// A chain of timers that start each other is slowed down after some (HTML,
// "timer initialization steps").
constexpr int kFreeNesting = 5;
constexpr double kNestedMinimumMs = 4;

class ImmediateTask final : public v8::Task {
 public:
  ImmediateTask(TimerQueue* queue, TimerService::Id id,
                std::function<void()> fire)
      : queue_(queue), id_(id), fire_(std::move(fire)) {}
  void Run() override { queue_->RunImmediate(id_, fire_); }

 private:
  TimerQueue* const queue_;
  const TimerService::Id id_;
  const std::function<void()> fire_;
};

}  // namespace

TimerService::Id TimerQueue::Start(double delay_ms, bool repeat,
                                   std::function<void()> fire) {
  const Id id = ++last_id_;
  Insert({id, nesting_ + 1, delay_ms, repeat, std::move(fire)});
  Arm();
  return id;
}

TimerService::Id TimerQueue::StartImmediate(std::function<void()> fire) {
  const Id id = ++last_id_;
  immediates_.insert(id);
  loop_->Post(std::make_unique<ImmediateTask>(this, id, std::move(fire)));
  return id;
}

void TimerQueue::KeepAlive(Id id, bool keep) {
  if (!keys_.contains(id)) return;
  if (keep) {
    background_.erase(id);
  } else {
    background_.insert(id);
  }
}

void TimerQueue::Stop(Id id) {
  if (id == firing_) firing_stopped_ = true;
  immediates_.erase(id);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return;
  timers_.erase(found->second);
  keys_.erase(found);
  background_.erase(id);
  // An alarm that is now too early finds nothing due.
}

void TimerQueue::RunImmediate(Id id, const std::function<void()>& fire) {
  if (immediates_.erase(id) != 0) fire();
}

void TimerQueue::Clear() {
  timers_.clear();
  keys_.clear();
  background_.clear();
  immediates_.clear();
}

void TimerQueue::Insert(Timer timer) {
  double delay = timer.delay_ms;
  if (timer.nesting > kFreeNesting) delay = std::max(delay, kNestedMinimumMs);
  const auto wait = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double, std::milli>(delay));
  const Key key{Clock::now() + wait, ++last_order_};
  keys_[timer.id] = key;
  timers_.emplace(key, std::move(timer));
}

void TimerQueue::Arm() {
  if (timers_.empty()) {
    armed_ = Clock::time_point::max();
    return loop_->CancelAlarm();
  }
  const Clock::time_point first = timers_.begin()->first.first;
  if (first >= armed_) return;
  armed_ = first;
  loop_->SetAlarm(first, [this] { FireDue(); });
}

// Each timer is a task of its own. Those that become due meanwhile wait for
// the next alarm, so that other tasks get their turn.
void TimerQueue::FireDue() {
  armed_ = Clock::time_point::max();
  const Key last{Clock::now(), last_order_};
  while (!loop_->stopped() && !timers_.empty() &&
         timers_.begin()->first <= last) {
    Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    keys_.erase(timer.id);
    background_.erase(timer.id);
    Fire(std::move(timer));
    loop_->AfterTask();
  }
  Arm();
}

void TimerQueue::Fire(Timer timer) {
  nesting_ = timer.nesting;
  firing_ = timer.id;
  firing_stopped_ = false;
  timer.fire();
  const bool again = timer.repeat && !firing_stopped_;
  firing_ = 0;
  nesting_ = 0;
  if (!again) return;
  ++timer.nesting;
  Insert(std::move(timer));
}

}  // namespace jshost
