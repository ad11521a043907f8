// The process's v8::Platform: V8's default one for worker threads, with our
// page allocator, our event loops for the isolates' own tasks, and a hook where
// a worker has finished something.
//
// Thread-safe. One per process; later isolates register with it.

#ifndef HOST_RUNTIME_PLATFORM_H_
#define HOST_RUNTIME_PLATFORM_H_

#include <v8-platform.h>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "host/v8_memory/page_allocator.h"

namespace jshost {

class Platform final : public v8::Platform {
 public:
  // `on_worker_idle` runs on the thread that has just run a task or a share of
  // a job: V8's array-buffer sweeper frees there, and nothing else tells that
  // a sweep has ended. It must be quick and must not enter V8.
  explicit Platform(std::function<void()> on_worker_idle);
  ~Platform() override;

  // The isolate's tasks go to `runner` from now on. Between Isolate::Allocate
  // and Isolate::Initialize, which asks for it already.
  void Register(v8::Isolate* isolate, std::shared_ptr<v8::TaskRunner> runner);
  // After the isolate was disposed.
  void Unregister(v8::Isolate* isolate);

  jshost::PageAllocator& pages() { return pages_; }

  v8::PageAllocator* GetPageAllocator() override { return &pages_; }
  v8::ThreadIsolatedAllocator* GetThreadIsolatedAllocator() override;
  void OnCriticalMemoryPressure() override;
  int NumberOfWorkerThreads() override;
  using v8::Platform::GetForegroundTaskRunner;
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(
      v8::Isolate* isolate, v8::TaskPriority priority) override;
  std::unique_ptr<v8::ScopedBoostablePriority> CreateBoostablePriorityScope()
      override;
  std::unique_ptr<v8::ScopedBlockingCall> CreateBlockingScope(
      v8::BlockingType type) override;
  double MonotonicallyIncreasingTime() override;
  double CurrentClockTimeMillis() override;
  v8::TracingController* GetTracingController() override;

 private:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(
      v8::TaskPriority priority, std::unique_ptr<v8::JobTask> job,
      const v8::SourceLocation& location) override;
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                  std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation& location) override;
  void PostDelayedTaskOnWorkerThreadImpl(
      v8::TaskPriority priority, std::unique_ptr<v8::Task> task, double seconds,
      const v8::SourceLocation& location) override;

  const std::function<void()> on_worker_idle_;
  const std::unique_ptr<v8::Platform> workers_;
  jshost::PageAllocator pages_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<v8::Isolate*, std::shared_ptr<v8::TaskRunner>> runners_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_PLATFORM_H_
