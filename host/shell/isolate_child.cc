#include "host/shell/isolate_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <utility>

#include "allocator/registry.h"
#include "host/globals/files.h"
#include "host/globals/output.h"
#include "host/options.h"
#include "host/runtime/child_process.h"
#include "host/runtime/exit_status.h"
#include "host/runtime/isolate_mail.h"
#include "host/runtime/isolate_process.h"
#include "host/runtime/isolate_thread.h"
#include "host/runtime/v8_process.h"
#include "host/shell/run_main.h"
#include "host/shell/v8_settings.h"
#include "host/v8_memory/container_memory.h"
#include "host/v8_memory/isolate_memory.h"
#include "host/v8_memory/process_heap.h"

namespace jshost {
namespace {

// The starter's end is ours. It may have come before we could ask for that.
void DieWithStarter(pid_t starter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != starter) raise(SIGKILL);
}

// When the machine runs out of memory the kernel takes this process, and not
// the one that started it.
void BeFirstToBeKilled() {
  static_cast<void>(WriteFile("/proc/self/oom_score_adj", "1000"));
}

// Standard input brings the starter's word; the program gets an empty one.
OwnedFd TakeControl() {
  OwnedFd control(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  const OwnedFd empty(open("/dev/null", O_RDONLY | O_CLOEXEC));
  dup2(empty.get(), STDIN_FILENO);
  return control;
}

// Hears of the isolate's end on its thread, and wakes this process's first.
class EndOfIsolate final : public IsolateEvents {
 public:
  EndOfIsolate(IsolateResult* result, int event)
      : result_(result), event_(event) {}
  void OnEnd(IsolateResult result) override {
    *result_ = std::move(result);
    eventfd_write(event_, 1);
  }

 private:
  IsolateResult* const result_;
  const int event_;
};

class IsolateChild {
 public:
  int Run(const std::vector<std::string>& words);

 private:
  bool ReadCommandLine(const std::vector<std::string>& words);
  bool Prepare();
  void RunIsolate();
  void WaitForEnd(IsolateThread* isolate) const;
  int Answer();
  bool Refuse(const std::string& error);

  Options options_;
  OwnedFd control_;
  OwnedFd ended_{eventfd(0, EFD_CLOEXEC)};
  IsolateMail mail_;
  IsolateRequest request_;
  IsolateResult result_;
  // Of what the program's workers print.
  FileOutput out_{STDOUT_FILENO};
  FileOutput err_{STDERR_FILENO, &out_};
  MailOutput program_output_{&mail_};
  std::shared_ptr<jsheap::Allocator> buffers_;
  jsheap::Budget budget_{jsheap::Budget::kUnlimited, nullptr, "total"};
  FamilyOptions family_;
};

bool IsolateChild::ReadCommandLine(const std::vector<std::string>& words) {
  std::string error;
  if (fcntl(ChildProcess::kFile, F_GETFD) >= 0) {
    mail_.Open(OwnedFd(ChildProcess::kFile));
  }
  if (!mail_.ReadRequest(&request_)) {
    error = fmt::format(
        "{} is for jshost's own use; see isolate.run's option isolation",
        kIsolateProcessOption);
  }
  if (error.empty() && ParseOptions(words, "", &options_, &error)) return true;
  PrintError(error);
  return false;
}

bool IsolateChild::Refuse(const std::string& error) {
  result_.outcome = Outcome::kThrew;
  result_.exit_code = kExitUsage;
  result_.error = "jshost: " + error + "\n";
  return false;
}

// False when there can be no isolate; the result says why.
bool IsolateChild::Prepare() {
  std::string error;
  const Limits& limits = request_.options.limits;
  const auto settings =
      SetV8Settings(options_, limits.js_heap || limits.total, &error);
  if (!settings) return Refuse(error);
  // Nothing is destroyed: the process ends first.
  ProcessHeap* const heap =
      ProcessHeap::Make(options_.allocator, options_.reclaimer, &error)
          .release();
  if (heap == nullptr) return Refuse(error);
  buffers_ = heap->buffers();
  if (!request_.options.allocator.empty()) {
    buffers_ = jsheap::MakeAllocator(request_.options.allocator, &error);
    if (buffers_ == nullptr) return Refuse("allocator: " + error);
  }
  auto* const v8 = new V8Process([heap] { heap->OnTaskDone(); });
  budget_.set_limit(
      std::min(request_.total_limit,
               DefaultMemoryLimit(ContainerMemory(), PhysicalMemory())
                   .value_or(jsheap::Budget::kUnlimited)));
  family_ = {.platform = &v8->platform(),
             .heap = heap->buffers(),
             .gc_policy = options_.gc_policy,
             .budget = {std::shared_ptr<void>(), &budget_},
             .options_in_effect = DescribeOptions(options_),
             .use_snapshot = settings->use_snapshot,
             .out = &out_,
             .err = &err_,
             .on_thread_idle = [heap] { heap->OnThreadIdle(); },
             .program_output = &program_output_,
             .process_options = ProcessOptions(options_)};
  return true;
}

// The starter counts from before there was this process.
void TakeTimeSinceStart(IsolateRequest* request) {
  std::optional<double>& timeout = request->options.timeout_ms;
  if (!timeout) return;
  const std::chrono::duration<double, std::milli> now =
      std::chrono::steady_clock::now().time_since_epoch();
  timeout = std::max(0.0, *timeout - (now.count() - request->start_ms));
}

void IsolateChild::RunIsolate() {
  TakeTimeSinceStart(&request_);
  auto* const isolate = new IsolateThread(
      &family_, std::move(request_.options), std::move(buffers_),
      std::make_unique<EndOfIsolate>(&result_, ended_.get()));
  std::string error;
  if (!isolate->Begin(&error)) {
    Refuse(error);
    return;
  }
  WaitForEnd(isolate);
}

void IsolateChild::WaitForEnd(IsolateThread* isolate) const {
  std::array<pollfd, 2> fds{
      {{ended_.get(), POLLIN, 0}, {control_.get(), POLLIN, 0}}};
  for (;;) {
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents != 0) return;
    isolate->Terminate();
    fds[1].fd = -1;
  }
}

int IsolateChild::Answer() {
  out_.Flush();
  err_.Flush();
  // Others may have looked at the wrong moments.
  result_.peak.process_rss = PeakResidentBytes();
  if (mail_.WriteResult(result_)) return kExitOk;
  PrintError(
      fmt::format("the result could not be written: {}", ErrorText(errno)));
  return kExitUsage;
}

int IsolateChild::Run(const std::vector<std::string>& words) {
  if (!ReadCommandLine(words)) return kExitUsage;
  DieWithStarter(request_.starter);
  BeFirstToBeKilled();
  control_ = TakeControl();
  if (Prepare()) RunIsolate();
  return Answer();
}

}  // namespace

int RunIsolateChild(const std::vector<std::string>& options) {
  // Outlives this: threads may still use it.
  auto* const child = new IsolateChild;
  return child->Run(options);
}

}  // namespace jshost
