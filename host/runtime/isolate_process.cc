#include "host/runtime/isolate_process.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "host/globals/captured_output.h"
#include "host/globals/files.h"
#include "host/runtime/end_report.h"
#include "host/runtime/exit_status.h"

namespace jshost {
namespace {

using std::chrono::milliseconds;

// How long a process that was told to end may take until it is killed.
constexpr milliseconds kGrace{1000};

// Of each of its own streams.
constexpr size_t kMostStray = 64 << 10;

constexpr size_t kWatcherStack = 512 << 10;

constexpr std::string_view kShell = "jshost: ";

double Milliseconds(ChildProcess::Clock::time_point time) {
  return std::chrono::duration<double, std::milli>(time.time_since_epoch())
      .count();
}

void KeepEnd(std::string* text, const std::string& more) {
  *text += more;
  if (text->size() > kMostStray) text->erase(0, text->size() - kMostStray);
}

std::string WithNewline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

// The line of a process that died of memory outside of its isolate's thread.
std::string_view LastLineOfShell(std::string_view text) {
  const size_t at = text.rfind(kShell);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + kShell.size());
  return text.substr(0, text.find('\n'));
}

}  // namespace

IsolateProcess::IsolateProcess(const FamilyOptions* family,
                               IsolateOptions options,
                               std::unique_ptr<IsolateEvents> line)
    : family_(*family), options_(std::move(options)), line_(std::move(line)) {}

IsolateProcess::~IsolateProcess() = default;

bool IsolateProcess::Begin(std::string* error) {
  const std::optional<double> timeout = options_.timeout_ms;
  IsolateRequest request{.options = std::move(options_),
                         .starter = getpid(),
                         .start_ms = Milliseconds(start_),
                         .total_limit = family_.budget->lowest_limit()};
  wake_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake_.get() < 0 || !mail_.Create() || !mail_.WriteRequest(request)) {
    *error = fmt::format("cannot start a process: {}", ErrorText(errno));
    return false;
  }
  options_.timeout_ms = timeout;
  std::vector<std::string> args{kIsolateProcessOption};
  args.insert(args.end(), family_.process_options.begin(),
              family_.process_options.end());
  child_ = ChildProcess::Start(
      {.args = std::move(args), .has_input = true, .file = mail_.fd()}, error);
  if (child_ == nullptr) return false;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kWatcherStack);
  const int number = pthread_create(&watcher_, &attributes, Main, this);
  pthread_attr_destroy(&attributes);
  if (number == 0) return true;
  *error = fmt::format("cannot start a thread: {}", ErrorText(number));
  return false;
}

void IsolateProcess::Terminate() { eventfd_write(wake_.get(), 1); }

bool IsolateProcess::Join() {
  pthread_join(watcher_, nullptr);
  return true;
}

bool IsolateProcess::JoinWithin(milliseconds time) {
  {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, time, [this] { return has_ended_; })) {
      return false;
    }
  }
  return Join();
}

// ------------------------------------------------------- the watching thread

void* IsolateProcess::Main(void* self) {
  auto* const process = static_cast<IsolateProcess*>(self);
  process->Watch();
  process->Report();
  {
    const std::lock_guard lock(process->mutex_);
    process->has_ended_ = true;
    process->ended_.notify_all();
  }
  return nullptr;
}

// The process itself ends the program in time, so that its result is known; if
// it doesn't it is killed.
void IsolateProcess::Watch() {
  std::optional<Clock::time_point> deadline;
  if (options_.timeout_ms) {
    const std::chrono::duration<double, std::milli> timeout(
        std::min(*options_.timeout_ms, 1e12));
    deadline =
        start_ + std::chrono::duration_cast<Clock::duration>(timeout) + kGrace;
  }
  int wake_fd = wake_.get();
  for (;;) {
    const ChildProcess::Event event = child_->Wait(deadline, wake_fd);
    KeepEnd(&stray_output_, child_->TakeOutput());
    KeepEnd(&stray_errors_, child_->TakeErrors());
    switch (event) {
      case ChildProcess::Event::kOutput:
        break;
      case ChildProcess::Event::kEnded:
        return;
      case ChildProcess::Event::kWoken:
        reason_ = Outcome::kTerminated;
        child_->Write("x");
        deadline = Clock::now() + kGrace;
        wake_fd = -1;
        break;
      case ChildProcess::Event::kTimeout:
        if (!reason_) reason_ = Outcome::kTimeout;
        child_->Kill();
        deadline.reset();
        wake_fd = -1;
        break;
    }
  }
}

void IsolateProcess::Report() {
  IsolateResult result;
  const bool has_result = mail_.ReadResult(*family_.budget, &result);
  if (!has_result) Describe(&result);
  result.output = mail_.ReadOutput() + stray_output_;
  if (has_result) result.output += stray_errors_;
  const std::chrono::duration<double, std::milli> wall = Clock::now() - start_;
  result.wall_ms = wall.count();
  result.cpu_ms = child_->end().cpu_ms;
  child_.reset();
  mail_ = {};
  line_->OnEnd(std::move(result));
}

// It ended without a word.
void IsolateProcess::Describe(IsolateResult* result) const {
  const ChildProcess::End& end = child_->end();
  if (reason_) {
    result->outcome = *reason_;
    result->exit_code = kExitUncaught;
    return;
  }
  result->error = WithNewline(stray_errors_);
  if (end.signal == 0 && end.exit_status == kExitMemoryLimit) {
    result->outcome = OutcomeOfDeath(LastLineOfShell(stray_errors_));
    result->exit_code = kExitMemoryLimit;
    return;
  }
  result->outcome = Outcome::kCrashed;
  if (end.signal != 0) {
    result->exit_code = 128 + end.signal;  // as shells have it
    result->error += fmt::format("{}the isolate's process was ended by {}\n",
                                 kShell, strsignal(end.signal));
  } else {
    result->exit_code = end.exit_status;
    result->error +=
        fmt::format("{}the isolate's process ended with status {}\n", kShell,
                    end.exit_status);
  }
}

}  // namespace jshost
