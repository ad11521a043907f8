#include "host/runtime/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

namespace jshost {

namespace asio = boost::asio;

namespace {

// Shorter waits aren't worth handing memory back for.
constexpr std::chrono::milliseconds kLongWait{50};
// Neither are shorter ones worth a full collection, in addition.
constexpr std::chrono::milliseconds kVeryLongWait{950};

}  // namespace

struct EventLoop::Asio {
  asio::io_context context{1};  // one thread runs it, any may post
  // Keeps RunOne waiting while there is nothing to do.
  asio::executor_work_guard<asio::io_context::executor_type> guard{
      context.get_executor()};
  asio::steady_timer alarm{context};
};

EventLoop::EventLoop(std::function<void()> after_task)
    : after_task_(std::move(after_task)), asio_(std::make_unique<Asio>()) {}

EventLoop::~EventLoop() = default;

void EventLoop::Run(std::unique_ptr<v8::Task> task) {
  if (stopped_) return;
  running_ = std::move(task);
  running_->Run();
  AfterTask();
  running_.reset();
}

void EventLoop::Post(std::unique_ptr<v8::Task> task) {
  asio::post(asio_->context, [this, task = std::move(task)]() mutable {
    Run(std::move(task));
  });
}

void EventLoop::PostDelayed(std::unique_ptr<v8::Task> task,
                            Clock::duration delay) {
  // The timer is made on the loop's thread, the only one that may touch it.
  const Clock::time_point when = Clock::now() + delay;
  asio::post(asio_->context, [this, when, task = std::move(task)]() mutable {
    auto timer = std::make_unique<asio::steady_timer>(asio_->context, when);
    asio::steady_timer& started = *timer;
    started.async_wait(
        [this, timer = std::move(timer), task = std::move(task)](
            boost::system::error_code) mutable { Run(std::move(task)); });
  });
}

void EventLoop::SetAlarm(Clock::time_point when,
                         std::function<void()> on_alarm) {
  asio_->alarm.expires_at(when);
  asio_->alarm.async_wait(
      [this, on_alarm = std::move(on_alarm)](boost::system::error_code error) {
        if (!error && !stopped_) on_alarm();
      });
}

void EventLoop::CancelAlarm() { asio_->alarm.cancel(); }

bool EventLoop::RunOne(const std::function<bool()>& on_idle,
                       const std::function<void()>& on_rest) {
  if (stopped_) return false;
  if (asio_->context.run_one_for(kLongWait) != 0) return !stopped_;
  if (on_idle()) {
    if (asio_->context.run_one_for(kVeryLongWait) != 0) return !stopped_;
    on_rest();
  }
  asio_->context.run_one();
  return !stopped_;
}

bool EventLoop::PollOne() {
  return !stopped_ && asio_->context.poll_one() != 0;
}

void EventLoop::Stop() { stopped_ = true; }

}  // namespace jshost
