#include "host/shell/run_main.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "host/globals/files.h"
#include "host/globals/output.h"
#include "host/runtime/end_report.h"
#include "host/runtime/error_report.h"
#include "host/runtime/exit_status.h"
#include "host/runtime/memory_watch.h"
#include "host/runtime/runtime.h"
#include "host/runtime/source_text.h"
#include "host/runtime/v8_process.h"
#include "host/shell/program_source.h"
#include "host/shell/stats_report.h"
#include "host/shell/v8_settings.h"
#include "host/v8_memory/container_memory.h"
#include "host/v8_memory/fatal.h"
#include "host/v8_memory/process_heap.h"

namespace jshost {
namespace {

// What a dying process still has to write; see SetBeforeDeath.
Output* standard_output = nullptr;

class Shell final : public RuntimeObserver, private FatalHandler {
 public:
  explicit Shell(const Options& options) : options_(options) {
    standard_output = &out_;
    SetBeforeDeath([] {
      standard_output->Flush();
      std::fflush(stdout);  // What V8's own flags print.
    });
  }

  int Run();

  void OnUncaught(v8::Local<v8::Context> context,
                  v8::Local<v8::Message> message, v8::Local<v8::Value> error,
                  bool in_promise) override {
    const auto show = [this](v8::Local<v8::Value> value) {
      return runtime_->Show(value, false);
    };
    Say(FormatError(context, {message, error, in_promise, show}));
  }

  void OnTaskDone() override {
    if (WantsStats()) memory_.OnTaskDone();
  }

  void OnIdle() override { heap_->OnThreadIdle(); }

  void OnHeapLimit(const HeapLimitGuard::Hit& hit) override {
    Say("jshost: " + DescribeHit(hit) + "\n" + hit.details);
  }

  void OnBufferLimit(const ArrayBufferAllocator& buffers,
                     const std::string& where,
                     const std::string& details) override {
    Say("jshost: " + DescribeBufferLimit(buffers, where) + "\n" + details);
  }

  void OnUnsettledAwait(const std::string& where) override {
    SayLine(DescribeUnsettledAwait(where));
  }

  void OnOutputFailed(int error) override { SayLine(OutputErrorText(error)); }

 private:
  void OnFatal(std::string_view message) override;

  int Fail(const std::string& message) {
    SayLine(message);
    return kExitUsage;
  }
  void Say(const std::string& text) {
    err_.Write(text);
    err_.Flush();
  }
  void SayLine(const std::string& line) { Say("jshost: " + line + "\n"); }

  bool WantsStats() const {
    return options_.stats || !options_.stats_json.empty();
  }
  bool RunPreloads(std::string* error);
  int WriteStats(double wall_ms, int status);

  const Options& options_;
  const std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
  FileOutput out_{STDOUT_FILENO};
  FileOutput err_{STDERR_FILENO, &out_};
  ProcessHeap* heap_ = nullptr;
  V8Process* v8_ = nullptr;
  // Of all isolates together: what the container has.
  jsheap::Budget process_budget_{jsheap::Budget::kUnlimited, nullptr, "total"};
  Runtime* runtime_ = nullptr;
  MemoryWatch memory_;  // for statistics
};

// False when one can't be read. One that throws ends the program.
bool Shell::RunPreloads(std::string* error) {
  for (const std::string& path : options_.preloads) {
    Program program{.name = path,
                    .path = path,
                    .text = {},
                    .kind = Program::Kind::kClassic};
    if (!ReadSource(path, &program.text, error, &runtime_->interruption())) {
      return false;
    }
    if (!runtime_->Start(program)) break;
  }
  return true;
}

// What ends the process when this returns says the line alone.
void Shell::OnFatal(std::string_view message) {
  if (runtime_ == nullptr || !runtime_->EndInsideV8()) return;
  if (runtime_->ending().kind != Ending::Kind::kMemoryLimit) {
    SayLine(std::string(message));
  }
  const std::chrono::duration<double, std::milli> wall =
      std::chrono::steady_clock::now() - start_;
  const int status = WriteStats(wall.count(), kExitMemoryLimit);
  out_.Flush();
  std::fflush(stdout);
  _exit(status);
}

int Shell::Run() {
  const FatalScope fatal(this);
  std::string error;
  const auto settings = SetV8Settings(
      options_, options_.limits.js_heap || options_.limits.total, &error);
  if (!settings) return Fail(error);
  heap_ = ProcessHeap::Make(options_.allocator, options_.reclaimer, &error)
              .release();
  if (heap_ == nullptr) return Fail(error);
  Program program;
  if (!ReadProgram(options_, &program, &error)) return Fail(error);

  // None is ever destroyed: the process ends with the program, and V8 takes
  // long to give back what the system takes anyway.
  v8_ = new V8Process([heap = heap_] { heap->OnTaskDone(); });
  if (const auto limit =
          DefaultMemoryLimit(ContainerMemory(), PhysicalMemory())) {
    process_budget_.set_limit(*limit);
  }
  RuntimeOptions runtime_options{
      .limits = options_.limits,
      .heap = heap_->buffers(),
      .gc_policy = options_.gc_policy,
      // It lives as long as the process.
      .family_budget = {std::shared_ptr<void>(), &process_budget_},
      .script_args = options_.script_args,
      .options_in_effect = DescribeOptions(options_),
      .out = &out_,
      .err = &err_,
      .use_snapshot = settings->use_snapshot,
      .on_thread_idle = [heap = heap_] { heap->OnThreadIdle(); },
      .process_out = &out_,
      .process_err = &err_,
      .process_options = ProcessOptions(options_),
      .is_main = true};
  runtime_ = Runtime::Create(&v8_->platform(), std::move(runtime_options), this,
                             &error)
                 .release();
  if (runtime_ == nullptr) return Fail(error);
  if (WantsStats()) memory_.Attach(&runtime_->environment());
  if (!RunPreloads(&error)) return Fail(error);
  runtime_->Start(program);
  const int status = ExitStatusOf(runtime_->RunToEnd());

  const std::chrono::duration<double, std::milli> wall =
      std::chrono::steady_clock::now() - start_;
  return WriteStats(wall.count(), status);
}

int Shell::WriteStats(double wall_ms, int status) {
  if (!WantsStats()) return status;
  memory_.Detach();
  Stats stats = CollectStats(*runtime_, &v8_->platform(), wall_ms, status);
  stats.peak_total = memory_.peak().total;
  if (options_.stats) Say(FormatStats(stats));
  if (options_.stats_json.empty()) return status;
  if (const int error = WriteFile(options_.stats_json, StatsToJson(stats))) {
    SayLine(fmt::format("--stats-json: cannot write '{}': {}",
                        options_.stats_json, ErrorText(error)));
    return status == kExitOk ? kExitUsage : status;
  }
  return status;
}

}  // namespace

int RunMain(const Options& options) {
  // It outlives this: standard_output points into it.
  auto* const shell = new Shell(options);
  return shell->Run();
}

void PrintError(const std::string& message) {
  FileOutput(STDERR_FILENO).Write("jshost: " + message + "\n");
}

}  // namespace jshost
