#include "host/runtime/runtime.h"

#include <v8-message.h>
#include <v8-microtask-queue.h>
#include <v8-script.h>

#include <array>
#include <utility>

#include "host/globals/globals.h"
#include "host/globals/values.h"
#include "host/runtime/compile.h"
#include "host/runtime/isolate_threads.h"
#include "host/runtime/memory_report.h"
#include "host/runtime/snapshot.h"
#include "host/runtime/source_text.h"
#include "host/v8_memory/fatal.h"
#include "host/v8_memory/script_position.h"

namespace jshost {
namespace {

// V8's tasks that are ready don't keep a program alive; this many still get
// their turn at its end.
constexpr int kLastTasks = 32;

void OnOutOfMemory(const char* location, const v8::OOMDetails& details) {
  std::string message = details.is_heap_oom ? "the JavaScript heap is full ("
                                            : "the process is out of memory (";
  message += location;
  message += ")";
  DieOfMemory(message);
}

// It keeps the family's: a buffer may outlive all isolates.
std::shared_ptr<IsolateBudget> MakeBudget(const RuntimeOptions& options) {
  constexpr uint64_t kUnlimited = jsheap::Budget::kUnlimited;
  const std::shared_ptr<jsheap::Budget>& family = options.family_budget;
  return {new IsolateBudget(options.limits.total.value_or(kUnlimited),
                            options.limits.buffers.value_or(kUnlimited),
                            family.get()),
          [family](IsolateBudget* budget) { delete budget; }};
}

Environment MakeEnvironment(const RuntimeOptions& options, Host* host,
                            TimerService* timers) {
  Environment environment;
  environment.host = host;
  environment.timers = timers;
  environment.out = options.out;
  environment.err = options.err;
  environment.budget = MakeBudget(options);
  environment.buffers = std::make_shared<ArrayBufferAllocator>(
      options.heap, IsolateBudget::Buffers(environment.budget));
  environment.parent = options.parent;
  environment.script_args = options.script_args;
  environment.options_in_effect = options.options_in_effect;
  environment.start = std::chrono::steady_clock::now();
  environment.start_wall = std::chrono::system_clock::now();
  return environment;
}

class EmptyTask final : public v8::Task {
 public:
  void Run() override {}
};

}  // namespace

// Handles and the context, for one entry from outside.
class Runtime::Entered {
 public:
  explicit Entered(const Runtime& runtime)
      : handles_(runtime.isolate_), context_(runtime.context()) {}

 private:
  const v8::HandleScope handles_;
  const v8::Context::Scope context_;
};

// ----------------------------------------------------------- making and end

std::unique_ptr<Runtime> Runtime::Create(Platform* platform,
                                         RuntimeOptions options,
                                         RuntimeObserver* observer,
                                         std::string* error) {
  v8::ResourceConstraints constraints;
  if (!ApplyLimits(options.limits, &constraints, error)) return nullptr;
  return std::unique_ptr<Runtime>(
      new Runtime(platform, std::move(options), observer, constraints));
}

Runtime::Runtime(Platform* platform, RuntimeOptions options,
                 RuntimeObserver* observer,
                 const v8::ResourceConstraints& constraints)
    : platform_(platform),
      observer_(observer),
      stack_limit_(options.limits.stack),
      gc_policy_(options.gc_policy),
      bounds_js_heap_(BoundsJsHeap(options.limits)),
      loop_(std::make_unique<EventLoop>([this] { AfterTask(); })),
      timers_(loop_.get()),
      foreground_(std::make_shared<ForegroundTasks>(loop_.get())),
      is_main_(options.is_main),
      environment_(MakeEnvironment(options, this, &timers_)) {
  environment_.limits = DescribeLimits(options.limits, constraints);
  isolates_ = std::make_unique<IsolateThreads>(
      FamilyOptions{
          .platform = platform,
          .heap = options.heap,
          .gc_policy = options.gc_policy,
          .budget = {environment_.budget, &environment_.budget->total()},
          .options_in_effect = options.options_in_effect,
          .use_snapshot = options.use_snapshot,
          .out = options.process_out,
          .err = options.process_err,
          .on_thread_idle = options.on_thread_idle,
          .process_options = options.process_options},
      foreground_);
  environment_.isolates = isolates_.get();
  MakeIsolate(constraints);
  MakeContext(options.use_snapshot, options.worker_data.get());
}

void Runtime::MakeIsolate(const v8::ResourceConstraints& constraints) {
  Refusals* const refusals = &environment_.buffers->refusals();
  isolate_ = v8::Isolate::Allocate();
  environment_.isolate = isolate_;
  environment_.tasks = foreground_;
  platform_->Register(isolate_, foreground_);
  heap_limit_ = std::make_unique<HeapLimitGuard>(
      isolate_, environment_.buffers.get(), environment_.budget.get(),
      bounds_js_heap_);
  environment_.heap_limit = heap_limit_.get();

  v8::Isolate::CreateParams params;
  params.constraints = constraints;
  params.array_buffer_allocator_shared = environment_.buffers;
  params.oom_error_callback = OnOutOfMemory;
  if (const Snapshot* const snapshot = Snapshot::Embedded()) {
    params.snapshot_blob = snapshot->blob();
    params.external_references = snapshot->references();
  }
  v8::Isolate::Initialize(isolate_, params);
  isolate_->Enter();
  outermost_handles_.emplace(isolate_);

  environment_.native_objects = std::make_unique<NativeObjects>(
      isolate_, environment_.buffers, environment_.native_types.get());
  Environment::SetFor(isolate_, &environment_);
  if (stack_limit_) SetStackLimit(isolate_, *stack_limit_);
  heap_limit_->Attach(environment_.limits.young);
  environment_.limits.js_heap = heap_limit_->limit();
  // Not before: what V8 reserves for itself isn't a buffer's.
  payer_ = {.budget = environment_.buffers->shared_budget(),
            .refusals = refusals,
            .committed = &environment_.budget->page_counter(),
            .heap_pages = heap_limit_.get()};
  budget_scope_ = std::make_unique<PageAllocator::BudgetScope>(&payer_);
  gc_ = std::make_unique<GcMonitor>(isolate_);
  environment_.gc = gc_.get();
  if (gc_policy_ == GcPolicy::kAdaptive) {
    nursery_ = std::make_unique<BufferNursery>(
        isolate_, environment_.buffers.get(),
        [this](bool full) { CollectGarbage(environment_, full); });
    idle_collection_ = std::make_unique<IdleCollection>(
        isolate_, environment_.buffers.get(),
        [this] { CollectGarbage(environment_, /*everything=*/true); });
  }
  rejections_ = std::make_unique<PromiseRejections>(isolate_);
  isolate_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate_->SetPromiseRejectCallback(OnPromiseReject);
  isolate_->AddMessageListener(OnMessage);
  isolate_->SetCaptureStackTraceForUncaughtExceptions(true, 10);
}

void Runtime::MakeContext(bool use_snapshot, Message* worker_data) {
  const v8::HandleScope handles(isolate_);
  builtins_ = std::make_unique<Builtins>(isolate_);
  v8::Local<v8::Context> context;
  const bool restored =
      use_snapshot && Snapshot::Embedded() != nullptr &&
      v8::Context::FromSnapshot(isolate_, Snapshot::kContext).ToLocal(&context);
  if (!restored) context = v8::Context::New(isolate_);
  context_.Reset(isolate_, context);
  const v8::Context::Scope entered(context);
  modules_ = std::make_unique<ModuleLoader>(isolate_);
  v8::TryCatch caught(isolate_);
  bool ok = false;
  if (restored) {
    ok = builtins_->Restore();
  } else {
    InstallGlobals(context);
    builtins_->Begin();
    ok = !builtins_->Require("console").IsEmpty();
  }
  StartGlobals(context);
  ok = StartWorkerGlobal(isolate_) && ok;
  if (worker_data != nullptr) ok = StartWorkerData(context, worker_data) && ok;
  if (!ok && !caught.HasTerminated()) {
    Report(caught.Message(), caught.Exception(), false);
  }
}

Runtime::~Runtime() {
  isolates_->EndAll(is_main_);
  foreground_->Terminate();
  // Tasks that didn't run hold on to what is in the isolate.
  loop_.reset();
  isolates_.reset();
  timers_.Clear();
  {
    const v8::HandleScope handles(isolate_);
    environment_.arenas.reset();
    environment_.records.reset();
    environment_.collector.Reset();
    environment_.minor_collection.Reset();
    modules_.reset();
    builtins_.reset();
    main_promise_.Reset();
    main_module_.Reset();
    completion_.Reset();
    context_.Reset();
  }
  environment_.native_objects.reset();
  rejections_.reset();
  idle_collection_.reset();
  nursery_.reset();
  gc_.reset();
  heap_limit_->Detach();
  budget_scope_.reset();
  outermost_handles_.reset();
  isolate_->Exit();
  isolate_->Dispose();
  platform_->Unregister(isolate_);
}

// ------------------------------------------------------------------ running

bool Runtime::Start(const Program& program) {
  if (HasEnded()) return false;
  program_name_ = program.name;
  const Entered entered(*this);
  v8::TryCatch caught(isolate_);
  v8::Local<v8::Script> script;
  v8::Local<v8::Module> module;
  bool compiled = false;
  switch (program.kind) {
    case Program::Kind::kClassic:
      compiled =
          CompileScript(isolate_, program.name, program.text).ToLocal(&script);
      break;
    case Program::Kind::kModule:
      compiled = modules_->Compile(program.path, program.text).ToLocal(&module);
      break;
    case Program::Kind::kDetect:
      compiled = Detect(program, &script, &module);
      break;
  }
  const bool ran = compiled && (module.IsEmpty() ? StartClassic(program, script)
                                                 : StartModule(module));
  if (!ran) OnUncaught(caught);
  caught.Reset();
  AfterTask();
  return !ending_;
}

// A program is a module when it is none but can be compiled as one.
bool Runtime::Detect(const Program& program, v8::Local<v8::Script>* script,
                     v8::Local<v8::Module>* module) {
  v8::TryCatch as_script(isolate_);
  if (CompileScript(isolate_, program.name, program.text).ToLocal(script)) {
    return true;
  }
  if (as_script.HasTerminated()) {
    as_script.ReThrow();
    return false;
  }
  {
    v8::TryCatch as_module(isolate_);
    if (modules_->Compile(program.path, program.text).ToLocal(module)) {
      as_script.Reset();
      return true;
    }
    // Of a module, the other error only says that it isn't a script.
    if (as_module.HasTerminated() ||
        IsAboutModules(isolate_, as_script.Message())) {
      as_script.Reset();
      as_module.ReThrow();
      return false;
    }
  }
  as_script.ReThrow();
  return false;
}

bool Runtime::StartClassic(const Program& program,
                           v8::Local<v8::Script> script) {
  v8::Local<v8::Value> result;
  if (!script->Run(context()).ToLocal(&result)) return false;
  if (program.keep_result) completion_.Reset(isolate_, result);
  if (program.print_result) {
    environment_.out->Write(Show(result, environment_.out->is_terminal()) +
                            "\n");
  }
  return true;
}

bool Runtime::StartModule(v8::Local<v8::Module> module) {
  v8::Local<v8::Promise> promise;
  if (!modules_->Evaluate(module).ToLocal(&promise)) return false;
  // Its rejection is reported here, as an exception's.
  promise->MarkAsHandled();
  rejections_->Forget(promise);
  main_module_.Reset(isolate_, module);
  main_promise_.Reset(isolate_, promise);
  return true;
}

std::unique_ptr<Message> Runtime::CloneResult(Message::Reach reach,
                                              std::string* error) {
  const Entered entered(*this);
  v8::TryCatch caught(isolate_);
  v8::Local<v8::Value> value;
  std::unique_ptr<Message> message;
  if (Completion().ToLocal(&value)) {
    if (value->IsUndefined()) return nullptr;
    message = Message::Write(environment_, value,
                             Message::TransferList(isolate_), reach);
  }
  if (heap_limit_->hit()) EndByHeapLimit();
  if (message == nullptr && !HasEnded()) {
    *error = ToText(isolate_, caught.Exception());
  }
  return message;
}

// The value of a script, or what its promise was fulfilled with; a module's
// `default`.
v8::MaybeLocal<v8::Value> Runtime::Completion() {
  if (!main_module_.IsEmpty()) {
    return main_module_.Get(isolate_)
        ->GetModuleNamespace()
        .As<v8::Object>()
        ->Get(context(), Name(isolate_, "default"));
  }
  if (completion_.IsEmpty()) return v8::Undefined(isolate_);
  const v8::Local<v8::Value> value = completion_.Get(isolate_);
  if (!value->IsPromise()) return value;
  const auto promise = value.As<v8::Promise>();
  if (promise->State() != v8::Promise::kFulfilled) {
    return v8::Undefined(isolate_);
  }
  return promise->Result();
}

Ending Runtime::RunToEnd() {
  const Entered entered(*this);
  while (!HasEnded() && !finishes_) {
    if (!HasWork()) {
      for (int i = 0; i < kLastTasks && loop_->PollOne() && !ending_; ++i) {
      }
      if (HasEnded() || finishes_ || !HasWork()) break;
    }
    // Whoever reads the output shouldn't wait for the next timer.
    if (!environment_.out->Flush()) OnOutputFailed();
    loop_->RunOne(
        [this] {
          OnIdle();
          return idle_collection_ != nullptr &&
                 idle_collection_->IsWorthwhile();
        },
        [this] {
          idle_collection_->Collect();
          observer_->OnIdle();
        });
  }
  if (!ending_ && !finishes_ && !main_promise_.IsEmpty() &&
      main_promise_.Get(isolate_)->State() == v8::Promise::kPending) {
    ReportUnsettled();
  }
  isolates_->EndAll(is_main_);
  if (!environment_.out->Flush()) OnOutputFailed();
  return ending_.value_or(Ending{});
}

void Runtime::OnIdle() {
  if (environment_.arenas != nullptr) environment_.arenas->DropSpare();
  if (environment_.collect_when_idle) {
    environment_.collect_when_idle = false;
    isolate_->LowMemoryNotification();
  }
  observer_->OnIdle();
}

// V8 compiles WebAssembly in the background, and tells its promise later.
bool Runtime::HasWork() const {
  return !timers_.empty() || environment_.expected != 0 ||
         !isolates_->empty() || isolate_->HasPendingBackgroundTasks();
}

void Runtime::AfterTask() {
  if (HasEnded()) return;
  const v8::HandleScope handles(isolate_);
  // The job is over, and what it entered and forgot with it.
  if (environment_.arenas != nullptr) environment_.arenas->OnJobDone();
  isolate_->PerformMicrotaskCheckpoint();
  if (environment_.arenas != nullptr) environment_.arenas->OnJobDone();
  if (heap_limit_->hit()) return EndByHeapLimit();
  if (HasEnded()) return;
  CheckMainModule();
  while (!ending_ && !rejections_->empty()) {
    const v8::Local<v8::Value> reason = rejections_->Take();
    Report(v8::Exception::CreateMessage(isolate_, reason), reason, true);
  }
  observer_->OnTaskDone();
}

void Runtime::CheckMainModule() {
  if (main_promise_.IsEmpty()) return;
  const v8::Local<v8::Promise> promise = main_promise_.Get(isolate_);
  if (promise->State() == v8::Promise::kPending) return;
  main_promise_.Reset();
  if (promise->State() == v8::Promise::kRejected) {
    const v8::Local<v8::Value> error = promise->Result();
    Report(v8::Exception::CreateMessage(isolate_, error), error, false);
  }
}

// ------------------------------------------------------------------- ending

void Runtime::End(Ending ending) {
  if (ending_) return;
  ending_ = ending;
  loop_->Stop();
}

bool Runtime::HasEnded() {
  if (!ending_ && interruption_.is_raised()) {
    End({Ending::Kind::kInterrupted});
  }
  return ending_.has_value();
}

bool Runtime::EndInsideV8() {
  if (context_.IsEmpty() || !heap_limit_->MayUseV8()) return false;
  if (heap_limit_->hit()) {
    const Entered entered(*this);
    EndByHeapLimit();
  }
  return true;
}

void Runtime::TerminateIsolates() { isolates_->TerminateAll(); }

void Runtime::Interrupt() {
  interruption_.Raise();
  isolate_->TerminateExecution();
  // A loop that waits looks again.
  foreground_->PostTask(std::make_unique<EmptyTask>());
}

void Runtime::EndByHeapLimit() {
  if (ending_) return;
  HeapLimitGuard::Hit hit = *heap_limit_->hit();
  // The program's last built-in call ended before its frame could be seen.
  if (hit.where.empty()) hit.where = "in " + program_name_;
  hit.details += DescribeHolders(environment_);
  observer_->OnHeapLimit(hit);
  End({Ending::Kind::kMemoryLimit});
}

void Runtime::OnUncaught(const v8::TryCatch& caught) {
  if (heap_limit_->hit()) return EndByHeapLimit();
  if (caught.HasTerminated()) return;  // by Quit or Interrupt
  Report(caught.Message(), caught.Exception(), false);
}

void Runtime::ReportUncaught(v8::Local<v8::Value> error) {
  Report(v8::Exception::CreateMessage(isolate_, error), error, false);
  if (ending_) LeaveJavaScript();
}

void Runtime::Report(v8::Local<v8::Message> message, v8::Local<v8::Value> error,
                     bool in_promise) {
  if (HasEnded()) return;
  const bool is_limit = IsBufferLimit(error);
  std::string where;
  if (is_limit) where = DescribeFrame(isolate_, message->GetStackTrace());
  {
    // What the report itself throws has nobody left to go to.
    const v8::TryCatch ignored(isolate_);
    observer_->OnUncaught(context(), message, error, in_promise);
  }
  if (heap_limit_->hit()) return EndByHeapLimit();
  if (HasEnded()) return;
  if (is_limit) {
    observer_->OnBufferLimit(*environment_.buffers, where,
                             DescribeHolders(environment_));
  }
  if (!is_limit && observer_->GoesOnAfterError()) return;
  End({is_limit ? Ending::Kind::kMemoryLimit : Ending::Kind::kUncaught});
}

// Errors about memory that wasn't there: ours by their code, V8's by their
// text, since they are RangeErrors like any other.
bool Runtime::IsBufferLimit(v8::Local<v8::Value> error) const {
  if (environment_.buffers->refusals().count() == 0) return false;
  if (!error->IsNativeError()) return false;
  const v8::TryCatch ignored(isolate_);  // of a getter named `code`
  v8::Local<v8::Value> code;
  if (error.As<v8::Object>()
          ->GetRealNamedProperty(context(), Name(isolate_, "code"))
          .ToLocal(&code) &&
      code->IsString() && ToText(isolate_, code) == "ERR_MEMORY_LIMIT") {
    return true;
  }
  const std::string text =
      ToText(isolate_, v8::Exception::CreateMessage(isolate_, error)->Get());
  if (text.find("RangeError: ") == std::string::npos) return false;
  for (const std::string_view end :
       {"Array buffer allocation failed", "could not allocate memory",
        "Unable to grow instance memory", ".resize: Out of memory",
        ".grow: Out of memory", "raise --buffer-limit"}) {
    if (text.ends_with(end)) return true;
  }
  return false;
}

void Runtime::ReportUnsettled() {
  const v8::HandleScope handles(isolate_);
  const auto [modules, messages] =
      main_module_.Get(isolate_)->GetStalledTopLevelAwaitMessages(isolate_);
  std::string where;
  if (!messages.empty()) {
    const v8::Local<v8::Message> message = messages[0];
    where = ToText(isolate_, message->GetScriptResourceName()) + ":" +
            std::to_string(message->GetLineNumber(context()).FromMaybe(0)) +
            ":" + std::to_string(message->GetStartColumn() + 1);
  }
  observer_->OnUnsettledAwait(where);
  End({Ending::Kind::kUnsettledAwait});
}

void Runtime::OnMessage(v8::Local<v8::Message> message,
                        v8::Local<v8::Value> error) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  auto& runtime = static_cast<Runtime&>(*Environment::For(isolate).host);
  runtime.Report(message, error, false);
  // The microtasks that are left.
  if (runtime.ending_) isolate->TerminateExecution();
}

void Runtime::OnPromiseReject(v8::PromiseRejectMessage message) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  auto& runtime = static_cast<Runtime&>(*Environment::For(isolate).host);
  runtime.rejections_->OnMessage(message);
}

// --------------------------------------------------------------------- Host

v8::MaybeLocal<v8::Value> Runtime::RunScriptFile(const std::string& path) {
  std::string text;
  std::string error;
  if (!ReadSource(path, &text, &error, &interruption_)) {
    if (HasEnded()) {
      LeaveJavaScript();
    } else {
      Throw(isolate_, ErrorKind::kError, error);
    }
    return {};
  }
  v8::Local<v8::Script> script;
  if (!CompileScript(isolate_, path, text).ToLocal(&script)) return {};
  return script->Run(isolate_->GetCurrentContext());
}

void Runtime::Quit(int status) {
  End({Ending::Kind::kQuit, status});
  LeaveJavaScript();
}

void Runtime::OnInterrupted() {
  if (HasEnded()) LeaveJavaScript();
}

void Runtime::LeaveJavaScript() {
  isolate_->TerminateExecution();
  // The request takes effect when JavaScript looks for it; make it look now,
  // so that the caller's next statement doesn't run.
  const v8::HandleScope handles(isolate_);
  v8::Local<v8::Script> script;
  if (CompileScript(isolate_, "jshost:quit", "for (;;) {}").ToLocal(&script)) {
    script->Run(isolate_->GetCurrentContext()).IsEmpty();
  }
}

void Runtime::OnOutputFailed() {
  if (ending_) return;
  observer_->OnOutputFailed(environment_.out->error());
  End({Ending::Kind::kUncaught});
  LeaveJavaScript();
}

v8::MaybeLocal<v8::Value> Runtime::RequireInternal(const std::string& name) {
  return builtins_->Require(name);
}

v8::MaybeLocal<v8::Function> Runtime::CompileInternal(
    const std::string& name, const std::vector<std::string>& parameters) {
  return builtins_->Compile(name, parameters);
}

bool Runtime::AtStart(v8::Local<v8::Function> fn) {
  return builtins_->AtStart(fn);
}

// Strings as they are, anything else as inspect's `show` has it.
std::string Runtime::Show(v8::Local<v8::Value> value, bool colors) {
  if (value->IsString()) return ToText(isolate_, value);
  const v8::Local<v8::Context> in = context();
  const v8::TryCatch ignored(isolate_);
  v8::Local<v8::Value> inspect;
  v8::Local<v8::Value> show;
  v8::Local<v8::Value> text;
  std::array<v8::Local<v8::Value>, 2> args{value,
                                           v8::Boolean::New(isolate_, colors)};
  if (builtins_->Require("inspect").ToLocal(&inspect) && inspect->IsObject() &&
      inspect.As<v8::Object>()
          ->Get(in, Name(isolate_, "show"))
          .ToLocal(&show) &&
      show->IsFunction() &&
      show.As<v8::Function>()
          ->Call(isolate_, in, inspect, args.size(), args.data())
          .ToLocal(&text)) {
    return ToText(isolate_, text);
  }
  return ToText(isolate_, value);
}

}  // namespace jshost
