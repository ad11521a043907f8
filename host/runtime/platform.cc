#include "host/runtime/platform.h"

#include <libplatform/libplatform.h>

#include <utility>

#include "host/runtime/lone_job.h"
#include "host/v8_memory/lone_collection.h"

namespace jshost {
namespace {

class NotifyingTask final : public v8::Task {
 public:
  NotifyingTask(std::unique_ptr<v8::Task> task,
                const std::function<void()>* after)
      : task_(std::move(task)), after_(after) {}

  void Run() override {
    task_->Run();
    (*after_)();
  }

 private:
  const std::unique_ptr<v8::Task> task_;
  const std::function<void()>* const after_;
};

class NotifyingJob final : public v8::JobTask {
 public:
  NotifyingJob(std::unique_ptr<v8::JobTask> job,
               const std::function<void()>* after)
      : job_(std::move(job)), after_(after) {}

  // Also on the thread that joins the job.
  void Run(v8::JobDelegate* delegate) override {
    job_->Run(delegate);
    (*after_)();
  }
  size_t GetMaxConcurrency(size_t worker_count) const override {
    return job_->GetMaxConcurrency(worker_count);
  }

 private:
  const std::unique_ptr<v8::JobTask> job_;
  const std::function<void()>* const after_;
};

}  // namespace

Platform::Platform(std::function<void()> on_worker_idle)
    : on_worker_idle_(std::move(on_worker_idle)),
      workers_(v8::platform::NewDefaultPlatform()),
      pages_(workers_->GetPageAllocator()) {}

Platform::~Platform() = default;

void Platform::Register(v8::Isolate* isolate,
                        std::shared_ptr<v8::TaskRunner> runner) {
  std::lock_guard lock(mutex_);
  runners_[isolate] = std::move(runner);
}

void Platform::Unregister(v8::Isolate* isolate) {
  std::lock_guard lock(mutex_);
  runners_.erase(isolate);
}

v8::ThreadIsolatedAllocator* Platform::GetThreadIsolatedAllocator() {
  return workers_->GetThreadIsolatedAllocator();
}

void Platform::OnCriticalMemoryPressure() {
  workers_->OnCriticalMemoryPressure();
}

int Platform::NumberOfWorkerThreads() {
  return workers_->NumberOfWorkerThreads();
}

std::shared_ptr<v8::TaskRunner> Platform::GetForegroundTaskRunner(
    v8::Isolate* isolate, v8::TaskPriority priority) {
  {
    std::lock_guard lock(mutex_);
    const auto found = runners_.find(isolate);
    if (found != runners_.end()) return found->second;
  }
  return workers_->GetForegroundTaskRunner(isolate, priority);
}

std::unique_ptr<v8::ScopedBoostablePriority>
Platform::CreateBoostablePriorityScope() {
  return workers_->CreateBoostablePriorityScope();
}

std::unique_ptr<v8::ScopedBlockingCall> Platform::CreateBlockingScope(
    v8::BlockingType type) {
  return workers_->CreateBlockingScope(type);
}

double Platform::MonotonicallyIncreasingTime() {
  return workers_->MonotonicallyIncreasingTime();
}

double Platform::CurrentClockTimeMillis() {
  return workers_->CurrentClockTimeMillis();
}

v8::TracingController* Platform::GetTracingController() {
  return workers_->GetTracingController();
}

std::unique_ptr<v8::JobHandle> Platform::CreateJobImpl(
    v8::TaskPriority priority, std::unique_ptr<v8::JobTask> job,
    const v8::SourceLocation& location) {
  auto notifying =
      std::make_unique<NotifyingJob>(std::move(job), &on_worker_idle_);
  LoneCollection* const lone = LoneCollection::Current();
  if (lone == nullptr) {
    return workers_->CreateJob(priority, std::move(notifying), location);
  }
  return std::make_unique<LoneJob>(
      lone, priority, std::move(notifying),
      [this, priority, location](std::unique_ptr<v8::JobTask> task) {
        return workers_->CreateJob(priority, std::move(task), location);
      });
}

void Platform::PostTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                          std::unique_ptr<v8::Task> task,
                                          const v8::SourceLocation& location) {
  workers_->PostTaskOnWorkerThread(
      priority,
      std::make_unique<NotifyingTask>(std::move(task), &on_worker_idle_),
      location);
}

void Platform::PostDelayedTaskOnWorkerThreadImpl(
    v8::TaskPriority priority, std::unique_ptr<v8::Task> task, double seconds,
    const v8::SourceLocation& location) {
  workers_->PostDelayedTaskOnWorkerThread(
      priority,
      std::make_unique<NotifyingTask>(std::move(task), &on_worker_idle_),
      seconds, location);
}

}  // namespace jshost
