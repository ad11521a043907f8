// One isolate's event loop: tasks in order, and one alarm for its timers.
//
// It stands on Boost.Asio rather than libuv because what is to come needs more
// than a loop: HTTP and WebSocket (Beast), the inspector's server, and later
// TLS are one family of header-only libraries from the same Debian package,
// they allocate through operator new, which is our heap's, and they take C++
// objects as handlers, where libuv has C structs, a build of its own and no
// HTTP. Asio's headers are large, so they stay inside event_loop.cc.

#ifndef HOST_RUNTIME_EVENT_LOOP_H_
#define HOST_RUNTIME_EVENT_LOOP_H_

#include <v8-platform.h>

#include <chrono>
#include <functional>
#include <memory>

namespace jshost {

class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;

  // `after_task` runs after each task: what the web calls the microtask
  // checkpoint.
  explicit EventLoop(std::function<void()> after_task);
  // Drops what hasn't run, on the calling thread; and what runs, should that be
  // where this is called: it must not go on then. V8 waits for tasks of its own
  // that run and aren't destroyed when an isolate is disposed of.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Thread-safe. Runs on the loop's thread, in the order posted; wakes it.
  void Post(std::unique_ptr<v8::Task> task);
  // Thread-safe. The same, after `delay`.
  void PostDelayed(std::unique_ptr<v8::Task> task, Clock::duration delay);

  // The rest is for the loop's thread.

  // Calls `on_alarm` at `when`; replaces an earlier alarm. `on_alarm` runs
  // tasks of its own and calls AfterTask between them.
  void SetAlarm(Clock::time_point when, std::function<void()> on_alarm);
  void CancelAlarm();

  // Runs at least one task, waiting for it if need be. When the wait has become
  // long `on_idle` is called; where that is true, `on_rest` when it has become
  // very long. Otherwise, and after that, nothing wakes the thread but a task.
  // False once stopped.
  bool RunOne(const std::function<bool()>& on_idle,
              const std::function<void()>& on_rest);
  // Runs one task that is ready; false when there is none.
  bool PollOne();
  void AfterTask() { after_task_(); }

  // Nothing runs any more.
  void Stop();
  bool stopped() const { return stopped_; }

 private:
  struct Asio;

  void Run(std::unique_ptr<v8::Task> task);

  const std::function<void()> after_task_;
  bool stopped_ = false;
  std::unique_ptr<Asio> asio_;
  std::unique_ptr<v8::Task> running_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_EVENT_LOOP_H_
