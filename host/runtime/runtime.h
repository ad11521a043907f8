// One isolate with its context, event loop, globals and limits: what runs a
// program. Everything on the thread that made it.

#ifndef HOST_RUNTIME_RUNTIME_H_
#define HOST_RUNTIME_RUNTIME_H_

#include <v8-context.h>
#include <v8-exception.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/globals/environment.h"
#include "host/globals/isolate.h"
#include "host/globals/message.h"
#include "host/runtime/builtins.h"
#include "host/runtime/ending.h"
#include "host/runtime/event_loop.h"
#include "host/runtime/foreground_tasks.h"
#include "host/runtime/module_loader.h"
#include "host/runtime/platform.h"
#include "host/runtime/program_file.h"
#include "host/runtime/promise_rejections.h"
#include "host/runtime/timer_queue.h"
#include "host/v8_memory/array_buffer_allocator.h"
#include "host/v8_memory/buffer_nursery.h"
#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/gc_policy.h"
#include "host/v8_memory/heap_limit.h"
#include "host/v8_memory/idle_collection.h"
#include "host/v8_memory/limits.h"
#include "host/v8_memory/page_allocator.h"

namespace jshost {

class IsolateThreads;

// Hears why a program ends. Called on the runtime's thread, in its context.
class RuntimeObserver {
 public:
  virtual ~RuntimeObserver() = default;
  // An exception that nobody caught, or `in_promise` a rejection that nobody
  // handled.
  virtual void OnUncaught(v8::Local<v8::Context> context,
                          v8::Local<v8::Message> message,
                          v8::Local<v8::Value> error, bool in_promise) = 0;
  // Asked after an uncaught error was reported: whether the program goes on.
  virtual bool GoesOnAfterError() { return false; }
  // A task has run, and the microtasks that followed.
  virtual void OnTaskDone() {}
  // The thread is about to wait for long.
  virtual void OnIdle() {}
  // The heap limit; the script is terminated.
  virtual void OnHeapLimit(const HeapLimitGuard::Hit& hit) = 0;
  // The uncaught error before this was V8's about a buffer that was refused.
  // `details` is lines about what held memory.
  virtual void OnBufferLimit(const ArrayBufferAllocator& buffers,
                             const std::string& where,
                             const std::string& details) = 0;
  // The module awaits what nothing will settle; `where` names the await.
  virtual void OnUnsettledAwait(const std::string& where) = 0;
  virtual void OnOutputFailed(int error) = 0;
};

struct RuntimeOptions {
  Limits limits;
  std::shared_ptr<jsheap::Allocator> heap;
  GcPolicy gc_policy = GcPolicy::kAdaptive;
  // Also pays for what this isolate takes; null for none.
  std::shared_ptr<jsheap::Budget> family_budget = nullptr;
  std::vector<std::string> script_args;
  std::unique_ptr<Message> worker_data = nullptr;  // null: no such global
  // For reports: names and values.
  std::vector<std::pair<std::string, std::string>> options_in_effect = {};
  Output* out = nullptr;
  Output* err = nullptr;
  // False: globals and the shell's own JavaScript are made anew, as they were
  // for the startup snapshot.
  bool use_snapshot = true;
  // The calling thread is about to wait or to end: it gives back what it keeps
  // of memory.
  std::function<void()> on_thread_idle = [] {};
  ParentPort* parent = nullptr;  // of a worker
  // Where its workers write.
  FileOutput* process_out = nullptr;
  FileOutput* process_err = nullptr;
  // What makes another process do as this one does: options for its command
  // line.
  std::vector<std::string> process_options = {};
  // It ends with the process: see IsolateThreads::EndAll.
  bool is_main = false;
};

class Runtime final : public Host {
 public:
  // Null, with one line in `*error`, when a limit is out of its bounds.
  // `platform` and `observer` must outlive it.
  static std::unique_ptr<Runtime> Create(Platform* platform,
                                         RuntimeOptions options,
                                         RuntimeObserver* observer,
                                         std::string* error);
  ~Runtime() override;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts the program: runs its text and the microtasks that follow. False
  // once the program has ended.
  bool Start(const Program& program);

  // Runs tasks until there are no more or the program ends.
  Ending RunToEnd();

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  const ArrayBufferAllocator& buffers() const { return *environment_.buffers; }
  const jsheap::Budget& budget() const { return buffers().budget(); }
  const GcCounts& gc() const { return gc_->counts(); }
  uint64_t heap_limit() const { return heap_limit_->limit(); }
  // What is in use now. On its thread.
  IsolateMemory memory() { return MeasureMemory(environment_); }

  // The rest is for the program's own surroundings, on its thread.

  // Tasks for this isolate's thread. Any thread may post.
  std::shared_ptr<v8::TaskRunner> tasks() const { return foreground_; }
  // Ends the program, without an error, when the current task is done.
  void FinishAfterTask() { finishes_ = true; }

  Environment& environment() { return environment_; }

  Ending ending() const { return ending_.value_or(Ending{}); }

  // A clone of what the program came to: see Program::keep_result. Null for
  // undefined, or with `*error` when it can't be cloned, or when cloning it has
  // ended the program in another way. After RunToEnd said kFinished.
  std::unique_ptr<Message> CloneResult(Message::Reach reach,
                                       std::string* error);

  // Where V8 can't go on, in the middle of a call of its own (fatal.h). True
  // when the isolate can be disposed of all the same, by destroying this; then
  // the limit that was hit, if it was one, has been reported. No JavaScript may
  // run.
  bool EndInsideV8();

  // Of those that it has started; nobody else uses the runtime now.
  void TerminateIsolates();

  // Ends the program where it is, as soon as possible. Any thread.
  void Interrupt();

  // What `inspect` shows of a value, or its string.
  std::string Show(v8::Local<v8::Value> value, bool colors);

  // Host:
  v8::MaybeLocal<v8::Value> RunScriptFile(const std::string& path) override;
  void Quit(int status) override;
  void OnUncaught(const v8::TryCatch& caught) override;
  void ReportUncaught(v8::Local<v8::Value> error) override;
  Interruption& interruption() override { return interruption_; }
  void OnInterrupted() override;
  void OnOutputFailed() override;
  v8::MaybeLocal<v8::Value> RequireInternal(const std::string& name) override;
  v8::MaybeLocal<v8::Function> CompileInternal(
      const std::string& name,
      const std::vector<std::string>& parameters) override;
  bool AtStart(v8::Local<v8::Function> fn) override;

 private:
  class Entered;

  Runtime(Platform* platform, RuntimeOptions options, RuntimeObserver* observer,
          const v8::ResourceConstraints& constraints);
  void MakeIsolate(const v8::ResourceConstraints& constraints);
  void MakeContext(bool use_snapshot, Message* worker_data);

  bool StartClassic(const Program& program, v8::Local<v8::Script> script);
  bool StartModule(v8::Local<v8::Module> module);
  bool Detect(const Program& program, v8::Local<v8::Script>* script,
              v8::Local<v8::Module>* module);
  v8::MaybeLocal<v8::Value> Completion();

  // The end of a task: microtasks, then what they left behind.
  void AfterTask();
  void CheckMainModule();
  void Report(v8::Local<v8::Message> message, v8::Local<v8::Value> error,
              bool in_promise);
  bool IsBufferLimit(v8::Local<v8::Value> error) const;
  void ReportUnsettled();
  void EndByHeapLimit();
  // Whether the program has ended, be it by Interrupt.
  bool HasEnded();
  void End(Ending ending);
  // No JavaScript runs from here on, the caller's next statement included.
  void LeaveJavaScript();
  void OnIdle();
  bool HasWork() const;

  static void OnMessage(v8::Local<v8::Message> message,
                        v8::Local<v8::Value> error);
  static void OnPromiseReject(v8::PromiseRejectMessage message);

  Platform* const platform_;
  RuntimeObserver* const observer_;
  const std::optional<uint64_t> stack_limit_;
  const GcPolicy gc_policy_;
  const bool bounds_js_heap_;
  std::optional<Ending> ending_;
  Interruption interruption_;
  bool finishes_ = false;
  std::string program_name_;  // of the one started last

  std::unique_ptr<EventLoop> loop_;
  TimerQueue timers_;
  std::shared_ptr<ForegroundTasks> foreground_;
  std::unique_ptr<IsolateThreads> isolates_;
  const bool is_main_;
  PageAllocator::Payer payer_;
  Environment environment_;
  v8::Isolate* isolate_ = nullptr;
  // In the order in which they may be made, after the isolate was allocated.
  std::unique_ptr<HeapLimitGuard> heap_limit_;
  std::unique_ptr<PageAllocator::BudgetScope> budget_scope_;
  // Around all others: ends those that an isolate which died has left open.
  std::optional<v8::HandleScope> outermost_handles_;
  std::unique_ptr<GcMonitor> gc_;
  // Null with V8's own policy:
  std::unique_ptr<BufferNursery> nursery_;
  std::unique_ptr<IdleCollection> idle_collection_;
  std::unique_ptr<PromiseRejections> rejections_;
  std::unique_ptr<Builtins> builtins_;
  std::unique_ptr<ModuleLoader> modules_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Module> main_module_;
  v8::Global<v8::Promise> main_promise_;
  v8::Global<v8::Value> completion_;  // of a classic script, if kept
};

}  // namespace jshost

#endif  // HOST_RUNTIME_RUNTIME_H_
