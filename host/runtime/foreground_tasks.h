// V8's tasks for one isolate's thread, put into its event loop.

#ifndef HOST_RUNTIME_FOREGROUND_TASKS_H_
#define HOST_RUNTIME_FOREGROUND_TASKS_H_

#include <v8-platform.h>

#include <memory>
#include <mutex>

#include "host/runtime/event_loop.h"

namespace jshost {

// Any thread may post; V8 may hold on to it for longer than the loop lives.
class ForegroundTasks final : public v8::TaskRunner {
 public:
  explicit ForegroundTasks(EventLoop* loop) : loop_(loop) {}

  // Tasks that come later are dropped. Before the loop is destroyed.
  void Terminate();

  bool IdleTasksEnabled() override { return false; }
  // The loop is never run from inside a task, so that no task is nested.
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

 private:
  void PostTaskImpl(std::unique_ptr<v8::Task> task,
                    const v8::SourceLocation&) override;
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task,
                               const v8::SourceLocation& location) override;
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                           const v8::SourceLocation&) override;
  void PostNonNestableDelayedTaskImpl(
      std::unique_ptr<v8::Task> task, double seconds,
      const v8::SourceLocation& location) override;

  std::mutex mutex_;
  EventLoop* loop_;  // guarded by mutex_
};

}  // namespace jshost

#endif  // HOST_RUNTIME_FOREGROUND_TASKS_H_
