// An isolate that runs a program on a thread of its own.

#ifndef HOST_RUNTIME_ISOLATE_THREAD_H_
#define HOST_RUNTIME_ISOLATE_THREAD_H_

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <csetjmp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/budget/budget.h"
#include "host/globals/captured_output.h"
#include "host/globals/isolates.h"
#include "host/globals/line_output.h"
#include "host/globals/output.h"
#include "host/runtime/memory_watch.h"
#include "host/runtime/platform.h"
#include "host/runtime/program_file.h"
#include "host/runtime/runtime.h"
#include "host/runtime/started_isolate.h"
#include "host/runtime/watchdog.h"
#include "host/runtime/worker_port.h"
#include "host/v8_memory/fatal.h"
#include "host/v8_memory/gc_policy.h"

namespace jshost {

// What an isolate and those that it starts have in common.
struct FamilyOptions {
  Platform* platform = nullptr;
  std::shared_ptr<jsheap::Allocator> heap;
  GcPolicy gc_policy = GcPolicy::kAdaptive;
  std::shared_ptr<jsheap::Budget> budget;  // of the starter
  std::vector<std::pair<std::string, std::string>> options_in_effect;
  bool use_snapshot = true;
  // Where the family's workers write.
  FileOutput* out = nullptr;
  FileOutput* err = nullptr;
  // The calling thread gives back what it keeps for itself.
  std::function<void()> on_thread_idle;
  // Gets what those that aren't workers print, instead of their results. Null
  // for none.
  Output* program_output = nullptr;
  std::vector<std::string> process_options;  // see RuntimeOptions
};

// Members are for the starter's thread, unless they say otherwise.
class IsolateThread final : public StartedIsolate,
                            private RuntimeObserver,
                            private FatalHandler {
 public:
  // `line` is called on the new thread. `family` must outlive this.
  IsolateThread(const FamilyOptions* family, IsolateOptions options,
                std::shared_ptr<jsheap::Allocator> heap,
                std::unique_ptr<IsolateEvents> line);
  ~IsolateThread() override;

  bool Begin(std::string* error) override;
  // False when the thread has died inside V8 (see FatalHandler).
  bool Join() override;
  bool JoinWithin(std::chrono::milliseconds time) override;

  // Any thread.
  void Terminate() override { Stop(Outcome::kTerminated); }
  void Post(std::unique_ptr<Message> message) override {
    port_.Send(std::move(message));
  }
  IsolateMemory memory() override { return memory_.latest(); }

 private:
  using Clock = std::chrono::steady_clock;
  enum class End { kNone, kEnded, kDead };

  // Ends the program for that reason, if it still runs and isn't ending for
  // another. Any thread.
  void Stop(Outcome reason);
  // Again and again, since a termination that comes at the wrong moment is
  // lost. Under mutex_.
  void Interrupt(std::chrono::milliseconds until_next);

  // The rest is the thread's.
  static void* Main(void* self);
  void Run();
  void CloseProgram();
  void RunProgram();
  bool ReadProgram(Program* program, std::string* error);
  void Publish(Runtime* runtime);
  void Withdraw();
  void SetOutcome(const Ending& ending);
  void TakeValue();
  void TakeMemory();
  void Refuse(const std::string& error);
  void AddLine(const std::string& line);
  void AddDeath(std::string_view message);

  // Of a worker: tells its starter, now or when it is known to be all.
  void SendError(IsolateError error);
  void SendPendingError();

  void EndThread();
  void ReportEnd();
  void SetEnd(End end);
  void Abandon();

  // FatalHandler:
  void OnFatal(std::string_view message) override;

  // RuntimeObserver:
  void OnUncaught(v8::Local<v8::Context> context,
                  v8::Local<v8::Message> message, v8::Local<v8::Value> error,
                  bool in_promise) override;
  bool GoesOnAfterError() override;
  void OnTaskDone() override { memory_.OnTaskDone(); }
  void OnIdle() override;
  void OnHeapLimit(const HeapLimitGuard::Hit& hit) override;
  void OnBufferLimit(const ArrayBufferAllocator& buffers,
                     const std::string& where,
                     const std::string& details) override;
  void OnUnsettledAwait(const std::string& where) override;
  void OnOutputFailed(int error) override;

  const FamilyOptions& family_;
  std::unique_ptr<Message> data_;  // the thread's
  const IsolateOptions options_;
  const std::unique_ptr<IsolateEvents> line_;
  const Clock::time_point start_ = Clock::now();

  // The thread's.
  std::shared_ptr<jsheap::Allocator> heap_;
  CapturedOutput captured_;
  IsolateResult result_;
  std::optional<LineOutput> out_;  // a worker's
  std::optional<LineOutput> err_;
  Program program_;
  std::unique_ptr<Runtime> running_;
  bool is_dying_ = false;  // inside V8
  // Where the thread returns to once an isolate that died was disposed of.
  std::jmp_buf end_of_thread_;
  // The last error, until it is known which limit it is about, if any.
  std::optional<IsolateError> pending_error_;
  bool had_error_ = false;

  Interruption before_start_;  // there is a runtime
  WorkerPort port_;
  MemoryWatch memory_;

  pthread_t thread_{};
  std::optional<Watchdog::Id> timeout_;

  std::mutex mutex_;  // held while V8 is told to terminate
  // Guarded by mutex_.
  Runtime* runtime_ = nullptr;  // while it can be interrupted
  std::optional<Outcome> stop_;
  std::optional<Watchdog::Id> next_interrupt_;
  bool is_over_ = false;  // nobody interrupts any more

  std::mutex end_mutex_;
  std::condition_variable ended_;
  End end_ = End::kNone;  // guarded by end_mutex_
};

}  // namespace jshost

#endif  // HOST_RUNTIME_ISOLATE_THREAD_H_
