#include "host/runtime/isolate_thread.h"

#include <fmt/format.h>
#include <v8-message.h>

#include <algorithm>
#include <utility>

#include "host/globals/files.h"
#include "host/globals/values.h"
#include "host/runtime/end_report.h"
#include "host/runtime/error_report.h"
#include "host/runtime/exit_status.h"
#include "host/runtime/source_text.h"
#include "host/v8_memory/cpu_time.h"

namespace jshost {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstInterrupt{10};
constexpr milliseconds kLongestInterrupt{1000};

// What V8 uses of a stack unless it is told otherwise, and what C++ may use
// beyond V8's limit.
constexpr uint64_t kDefaultStack = 1 << 20;
constexpr uint64_t kStackReserve = 2 << 20;

// Whether the uncaught error is V8's about the stack.
bool IsStackOverflow(v8::Isolate* isolate, v8::Local<v8::Message> message,
                     v8::Local<v8::Value> error) {
  return error->IsNativeError() &&
         ToText(isolate, message->Get())
             .ends_with("RangeError: Maximum call stack size exceeded");
}

// The bytes that an error of ours about memory says it asked for; 0 of others.
uint64_t RequestedOf(v8::Local<v8::Context> context,
                     v8::Local<v8::Value> error) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> requested;
  if (!error->IsNativeError() ||
      !error.As<v8::Object>()
           ->GetRealNamedProperty(context, Name(isolate, "requested"))
           .ToLocal(&requested) ||
      !requested->IsNumber()) {
    return 0;
  }
  const double bytes = requested.As<v8::Number>()->Value();
  return bytes >= 1 && bytes < 0x1p63 ? static_cast<uint64_t>(bytes) : 0;
}

// Whether the buffer of so many bytes was refused for the total's sake.
bool IsTotal(const jsheap::Budget& budget, uint64_t bytes) {
  const jsheap::Budget* const obstacle = budget.ObstacleFor(bytes);
  if (obstacle != nullptr) return obstacle != &budget;
  // There is room again.
  return budget.lowest_limit() < budget.limit();
}

Program::Kind KindOf(IsolateOptions::Kind kind) {
  switch (kind) {
    case IsolateOptions::Kind::kClassic:
      return Program::Kind::kClassic;
    case IsolateOptions::Kind::kModule:
      return Program::Kind::kModule;
    case IsolateOptions::Kind::kDetect:
      break;
  }
  return Program::Kind::kDetect;
}

}  // namespace

IsolateThread::IsolateThread(const FamilyOptions* family,
                             IsolateOptions options,
                             std::shared_ptr<jsheap::Allocator> heap,
                             std::unique_ptr<IsolateEvents> line)
    : family_(*family),
      data_(std::move(options.data)),
      options_(std::move(options)),
      line_(std::move(line)),
      heap_(std::move(heap)),
      port_(options_.name, line_.get()) {}

IsolateThread::~IsolateThread() = default;

bool IsolateThread::Begin(std::string* error) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(
      &attributes,
      options_.limits.stack.value_or(kDefaultStack) + kStackReserve);
  const int number = pthread_create(&thread_, &attributes, Main, this);
  pthread_attr_destroy(&attributes);
  if (number != 0) {
    *error = fmt::format("cannot start a thread: {}", ErrorText(number));
    return false;
  }
  if (options_.timeout_ms) {
    const auto after = std::chrono::duration<double, std::milli>(
        std::min(*options_.timeout_ms, 1e12));
    timeout_ = Watchdog::Process().Call(
        start_ + std::chrono::duration_cast<Clock::duration>(after),
        [this] { Stop(Outcome::kTimeout); });
  }
  return true;
}

void IsolateThread::Stop(Outcome reason) {
  const std::lock_guard lock(mutex_);
  if (stop_ || is_over_) return;
  stop_ = reason;
  before_start_.Raise();
  Interrupt(kFirstInterrupt);
}

void IsolateThread::Interrupt(milliseconds until_next) {
  if (is_over_) return;
  if (runtime_ != nullptr) runtime_->Interrupt();
  next_interrupt_ =
      Watchdog::Process().Call(Clock::now() + until_next, [this, until_next] {
        const std::lock_guard lock(mutex_);
        Interrupt(std::min(until_next * 2, kLongestInterrupt));
      });
}

bool IsolateThread::Join() {
  End end;
  {
    std::unique_lock lock(end_mutex_);
    ended_.wait(lock, [this] { return end_ != End::kNone; });
    end = end_;
  }
  if (end == End::kEnded) {
    pthread_join(thread_, nullptr);
  } else {
    Abandon();
  }
  if (timeout_) Watchdog::Process().Cancel(*timeout_);
  std::optional<Watchdog::Id> next;
  {
    const std::lock_guard lock(mutex_);
    next = next_interrupt_;
  }
  if (next) Watchdog::Process().Cancel(*next);
  return end == End::kEnded;
}

bool IsolateThread::JoinWithin(milliseconds time) {
  {
    std::unique_lock lock(end_mutex_);
    if (!ended_.wait_for(lock, time, [this] { return end_ != End::kNone; })) {
      return false;
    }
  }
  return Join();
}

// Its thread is parked for ever, so that what is its can be used here.
void IsolateThread::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    runtime_ = nullptr;
    is_over_ = true;
  }
  pthread_detach(thread_);
  if (running_ != nullptr) running_->TerminateIsolates();
}

// --------------------------------------------------------------- the thread

void* IsolateThread::Main(void* self) {
  auto* const thread = static_cast<IsolateThread*>(self);
  // Nothing lives in this frame that a jump would lose.
  if (_setjmp(thread->end_of_thread_) == 0) thread->Run();
  return nullptr;
}

void IsolateThread::Run() {
  const FatalScope fatal(this);
  RunProgram();
  EndThread();
}

void IsolateThread::EndThread() {
  running_.reset();
  out_.reset();
  err_.reset();
  OnIdle();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ReportEnd();
  SetEnd(End::kEnded);
}

void IsolateThread::ReportEnd() {
  const std::chrono::duration<double, std::milli> wall = Clock::now() - start_;
  result_.wall_ms = wall.count();
  const std::chrono::duration<double, std::milli> cpu = CpuTime();
  result_.cpu_ms = cpu.count();
  line_->OnEnd(std::move(result_));
}

void IsolateThread::SetEnd(End end) {
  const std::lock_guard lock(end_mutex_);
  end_ = end;
  // Locked: whoever waits for this may destroy it afterwards.
  ended_.notify_all();
}

// The stack below is V8's. Where V8 can be used, what the frames on it own is
// leaked, and the thread ends as others do. Else it stays as it is.
void IsolateThread::OnFatal(std::string_view message) {
  result_.exit_code = kExitMemoryLimit;
  if (!std::exchange(is_dying_, true)) {
    // Should that die too, this is called again.
    const FatalScope fatal(this);
    result_.outcome = Outcome::kCompleted;  // until it is known
    if (running_ != nullptr && running_->EndInsideV8()) {
      AddDeath(message);
      CloseProgram();
      EndThread();
      _longjmp(end_of_thread_, 1);
    }
  }
  AddDeath(message);
  SendPendingError();
  TakeMemory();
  ReportEnd();
  SetEnd(End::kDead);
  ParkThread();
}

// Unless the limit that was hit has been reported.
void IsolateThread::AddDeath(std::string_view message) {
  if (result_.outcome != Outcome::kCompleted) return;
  result_.outcome = OutcomeOfDeath(message);
  const bool is_total = result_.outcome == Outcome::kTotalLimit;
  AddLine(std::string(message));
  SendError({.message = std::string(message),
             .limit = is_total ? "total" : "jsHeap"});
}

void IsolateThread::RunProgram() {
  std::string error;
  if (!ReadProgram(&program_, &error)) {
    if (!before_start_.is_raised()) return Refuse(error);
    return SetOutcome({Ending::Kind::kInterrupted});
  }
  RuntimeOptions options{.limits = options_.limits,
                         .heap = heap_,
                         .gc_policy = family_.gc_policy,
                         .family_budget = family_.budget,
                         .script_args = options_.args,
                         .worker_data = std::move(data_),
                         .options_in_effect = family_.options_in_effect,
                         .out = &captured_,
                         .err = &captured_,
                         .use_snapshot = family_.use_snapshot,
                         .on_thread_idle = family_.on_thread_idle,
                         .process_out = family_.out,
                         .process_err = family_.err,
                         .process_options = family_.process_options};
  if (family_.program_output != nullptr) {
    options.out = family_.program_output;
    options.err = family_.program_output;
  }
  if (options_.is_worker) {
    options.out = &out_.emplace(family_.out);
    options.err = &err_.emplace(family_.err);
    options.parent = &port_;
  }
  running_ =
      Runtime::Create(family_.platform, std::move(options), this, &error);
  if (running_ == nullptr) return Refuse(error);
  program_.keep_result = !options_.is_worker;
  memory_.Attach(&running_->environment());
  port_.Attach(running_.get());
  Publish(running_.get());
  running_->Start(program_);
  running_->RunToEnd();
  memory_.Detach();
  if (running_->ending().kind == Ending::Kind::kFinished) TakeValue();
  SetOutcome(running_->ending());
  CloseProgram();
}

void IsolateThread::CloseProgram() {
  memory_.Detach();
  Withdraw();
  SendPendingError();
  port_.Detach();
  TakeMemory();
}

// What is known of the program besides its outcome.
void IsolateThread::TakeMemory() {
  result_.peak = memory_.peak();
  result_.last = memory_.latest();
  result_.gc = result_.peak.gc;
  result_.output += captured_.Take();
}

bool IsolateThread::ReadProgram(Program* program, std::string* error) {
  if (options_.is_text) {
    if (!CheckSource("code", options_.script, error)) return false;
    SetInlineProgram("[eval]", options_.script, program);
  } else if (!ReadProgramFile(options_.script, program, error,
                              &before_start_)) {
    return false;
  }
  if (options_.kind != IsolateOptions::Kind::kDetect) {
    program->kind = KindOf(options_.kind);
  }
  return true;
}

void IsolateThread::Publish(Runtime* runtime) {
  const std::lock_guard lock(mutex_);
  runtime_ = runtime;
  if (stop_) runtime->Interrupt();
}

void IsolateThread::Withdraw() {
  const std::lock_guard lock(mutex_);
  runtime_ = nullptr;
}

void IsolateThread::Refuse(const std::string& error) {
  AddLine(error);
  SendError({.message = error});
  SendPendingError();
  result_.outcome = Outcome::kThrew;
  result_.exit_code = kExitUsage;
}

void IsolateThread::SetOutcome(const Ending& ending) {
  result_.exit_code = ExitStatusOf(ending);
  switch (ending.kind) {
    case Ending::Kind::kFinished:
      if (had_error_) result_.exit_code = kExitUncaught;
      [[fallthrough]];
    case Ending::Kind::kQuit:
      result_.outcome = Outcome::kCompleted;
      break;
    case Ending::Kind::kUncaught:
      if (result_.outcome != Outcome::kStackLimit) {
        result_.outcome = Outcome::kThrew;
      }
      break;
    case Ending::Kind::kUnsettledAwait:
      result_.outcome = Outcome::kThrew;
      break;
    case Ending::Kind::kMemoryLimit:
      break;  // the observer knows which
    case Ending::Kind::kInterrupted: {
      const std::lock_guard lock(mutex_);
      result_.outcome = stop_.value_or(Outcome::kTerminated);
      break;
    }
  }
}

// Its getters may run for long, or into a limit.
void IsolateThread::TakeValue() {
  std::string error;
  result_.value = running_->CloneResult(options_.in_process
                                            ? Message::Reach::kOtherProcesses
                                            : Message::Reach::kThisProcess,
                                        &error);
  if (!error.empty()) result_.error += UnclonedResult(error);
}

// As the shell says it.
void IsolateThread::AddLine(const std::string& line) {
  result_.error += "jshost: " + line + "\n";
}

void IsolateThread::SendError(IsolateError error) {
  SendPendingError();
  if (options_.is_worker) pending_error_ = std::move(error);
}

void IsolateThread::SendPendingError() {
  if (pending_error_) line_->OnError(std::move(*pending_error_));
  pending_error_.reset();
}

// ---------------------------------------------------------- RuntimeObserver

void IsolateThread::OnUncaught(v8::Local<v8::Context> context,
                               v8::Local<v8::Message> message,
                               v8::Local<v8::Value> error, bool in_promise) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  // It may still be being made.
  Environment& env = Environment::For(isolate);
  auto& runtime = static_cast<Runtime&>(*env.host);
  if (IsStackOverflow(isolate, message, error)) {
    result_.outcome = Outcome::kStackLimit;
  }
  const ErrorReport report{message, error, in_promise,
                           [&runtime](v8::Local<v8::Value> value) {
                             return runtime.Show(value, false);
                           }};
  if (!options_.is_worker) {
    result_.error += FormatError(context, report);
    return;
  }
  had_error_ = true;
  IsolateError sent;
  sent.place = PlaceOfError(context, report);
  sent.message = SummaryOfError(context, report);
  sent.requested = RequestedOf(context, error);
  // The starter makes do with the message when it can't be cloned.
  sent.value = Message::Write(env, error, Message::TransferList(isolate));
  SendError(std::move(sent));
}

bool IsolateThread::GoesOnAfterError() {
  SendPendingError();
  return options_.is_worker;
}

void IsolateThread::OnIdle() {
  heap_->IdleThread();
  family_.on_thread_idle();
}

void IsolateThread::OnHeapLimit(const HeapLimitGuard::Hit& hit) {
  const bool is_total = hit.which == HeapLimitGuard::Which::kTotal;
  result_.outcome = is_total ? Outcome::kTotalLimit : Outcome::kJsHeapLimit;
  const std::string text = DescribeHit(hit);
  AddLine(text);
  result_.error += hit.details;
  IsolateError error{.message = text,
                     .limit = is_total ? "total" : "jsHeap",
                     .report = hit.details};
  if (hit.position) {
    error.place = {.file = hit.position->file,
                   .line = hit.position->line,
                   .column = hit.position->column,
                   .source_line = {}};
  }
  SendError(std::move(error));
}

// The error before this was V8's about the buffer.
void IsolateThread::OnBufferLimit(const ArrayBufferAllocator& buffers,
                                  const std::string& where,
                                  const std::string& details) {
  const uint64_t bytes = buffers.refusals().last_bytes();
  const bool is_total = IsTotal(buffers.budget(), bytes);
  result_.outcome = is_total ? Outcome::kTotalLimit : Outcome::kBufferLimit;
  const std::string text = DescribeBufferLimit(buffers, where);
  AddLine(text);
  result_.error += details;
  if (!pending_error_) return;
  pending_error_->limit = is_total ? "total" : "buffers";
  // What an arena or a record type asked for isn't what its chunk needed.
  if (pending_error_->requested == 0) pending_error_->requested = bytes;
}

void IsolateThread::OnUnsettledAwait(const std::string& where) {
  const std::string text = DescribeUnsettledAwait(where);
  AddLine(text);
  SendError({.message = text});
}

void IsolateThread::OnOutputFailed(int error) {
  AddLine(OutputErrorText(error));
  SendError({.message = OutputErrorText(error)});
}

}  // namespace jshost
