#include "host/runtime/foreground_tasks.h"

#include <chrono>
#include <utility>

namespace jshost {

void ForegroundTasks::Terminate() {
  std::lock_guard lock(mutex_);
  loop_ = nullptr;
}

void ForegroundTasks::PostTaskImpl(std::unique_ptr<v8::Task> task,
                                   const v8::SourceLocation&) {
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr) loop_->Post(std::move(task));
}

void ForegroundTasks::PostNonNestableTaskImpl(
    std::unique_ptr<v8::Task> task, const v8::SourceLocation& location) {
  PostTaskImpl(std::move(task), location);
}

void ForegroundTasks::PostDelayedTaskImpl(std::unique_ptr<v8::Task> task,
                                          double seconds,
                                          const v8::SourceLocation&) {
  const auto delay = std::chrono::duration_cast<EventLoop::Clock::duration>(
      std::chrono::duration<double>(seconds));
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr) loop_->PostDelayed(std::move(task), delay);
}

void ForegroundTasks::PostNonNestableDelayedTaskImpl(
    std::unique_ptr<v8::Task> task, double seconds,
    const v8::SourceLocation& location) {
  PostDelayedTaskImpl(std::move(task), seconds, location);
}

}  // namespace jshost
