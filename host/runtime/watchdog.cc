#include "host/runtime/watchdog.h"

#include <utility>

namespace jshost {

Watchdog& Watchdog::Process() {
  static auto* const watchdog = new Watchdog;
  return *watchdog;
}

Watchdog::Id Watchdog::Call(Clock::time_point when, std::function<void()> fn) {
  const std::lock_guard lock(mutex_);
  const Id id{when, ++last_};
  calls_.emplace(id, std::move(fn));
  if (!is_running_) {
    is_running_ = true;
    std::thread([this] { Run(); }).detach();
  } else if (calls_.begin()->first == id) {
    changed_.notify_one();
  }
  return id;
}

void Watchdog::Cancel(Id id) {
  std::function<void()> dropped;  // outside of the locks
  const std::lock_guard calling(calling_);
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  dropped = std::move(found->second);
  calls_.erase(found);
}

void Watchdog::Run() {
  // A thread costs more than to keep it for a while.
  constexpr std::chrono::seconds kLinger{5};
  std::unique_lock lock(mutex_);
  for (;;) {
    const Clock::time_point now = Clock::now();
    if (calls_.empty()) {
      if (changed_.wait_for(lock, kLinger) == std::cv_status::timeout &&
          calls_.empty()) {
        is_running_ = false;
        return;
      }
    } else if (const auto when = calls_.begin()->first.first; when > now) {
      changed_.wait_until(lock, when);
    } else {
      lock.unlock();
      {
        const std::lock_guard calling(calling_);
        lock.lock();
        // Unless it was cancelled meanwhile.
        auto node = !calls_.empty() && calls_.begin()->first.first <= now
                        ? calls_.extract(calls_.begin())
                        : decltype(calls_)::node_type();
        lock.unlock();
        if (!node.empty()) node.mapped()();
      }
      lock.lock();
    }
  }
}

}  // namespace jshost
