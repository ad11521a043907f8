// A run in a process of its own.

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/globals/files.h"
#include "host/runtime/child_process.h"
#include "host/runtime/exit_status.h"
#include "host/tools/lab_runner.h"

namespace jshost::lab {
namespace {

// Of each stream; the last lines are those that count.
constexpr size_t kKept = 64 << 10;

constexpr std::string_view kShell = "jshost: ";

void KeepEnd(std::string* text, const std::string& more) {
  *text += more;
  if (text->size() > 2 * kKept) text->erase(0, text->size() - kKept);
}

// The last line for which `is_it` holds, or empty.
template <typename Predicate>
std::string_view LastLine(std::string_view text, Predicate is_it) {
  while (!text.empty()) {
    const size_t newline = text.rfind('\n');
    const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    if (is_it(text.substr(begin))) return text.substr(begin);
    text = text.substr(0, begin == 0 ? 0 : newline);
  }
  return {};
}

// What the shell said last; else an uncaught error; else anything.
std::string_view ErrorLine(std::string_view errors) {
  const auto is_shells = [](std::string_view line) {
    return line.starts_with(kShell);
  };
  const auto is_uncaught = [](std::string_view line) {
    return line.find(": Uncaught ") != std::string_view::npos;
  };
  const std::string_view shells = LastLine(errors, is_shells);
  if (!shells.empty()) return shells.substr(kShell.size());
  const std::string_view uncaught = LastLine(errors, is_uncaught);
  if (!uncaught.empty()) return uncaught;
  return LastLine(errors, [](std::string_view line) { return !line.empty(); });
}

std::string_view MemoryOutcome(std::string_view line) {
  const auto says = [line](std::string_view words) {
    return line.find(words) != std::string_view::npos;
  };
  if (says("memory limit of")) return "total-limit";
  if (says("buffer limit of") || says("for buffers")) return "buffer-limit";
  return "js-heap-limit";
}

void SetOutcome(const ChildProcess::End& end, std::string_view errors,
                Run* run) {
  run->exit_code = end.exit_status;
  if (end.signal != 0) {
    run->outcome = "crashed";
    run->exit_code = 128 + end.signal;
    run->error = OneLine(fmt::format("ended by signal {} ({}) {}", end.signal,
                                     strsignal(end.signal), ErrorLine(errors)));
    return;
  }
  if (end.exit_status != kExitOk) run->error = OneLine(ErrorLine(errors));
  switch (end.exit_status) {
    case kExitMemoryLimit:
      run->outcome = MemoryOutcome(run->error);
      break;
    case kExitUncaught:
      run->outcome =
          run->error.ends_with("RangeError: Maximum call stack size exceeded")
              ? "stack-limit"
              : "threw";
      break;
    case kExitUnsettledAwait:
      run->outcome = "threw";
      break;
    default:
      run->outcome = "completed";
  }
}

// Reads what --stats-json has written; false if there is nothing.
bool ReadStats(int fd, Run* run) {
  struct stat info{};
  if (fstat(fd, &info) != 0 || info.st_size <= 0) return false;
  std::string text(static_cast<size_t>(info.st_size), '\0');
  if (pread(fd, text.data(), text.size(), 0) != info.st_size) return false;
  const nlohmann::json stats = nlohmann::json::parse(text, nullptr, false);
  const auto gc = stats.find("gc");
  if (!stats.is_object() || gc == stats.end()) return false;
  run->minor_collections = gc->at("minor").get<uint64_t>();
  run->major_collections = gc->at("major").get<uint64_t>();
  run->pause_ms = gc->at("pauseMs").get<double>();
  run->max_pause_ms = gc->at("maxPauseMs").get<double>();
  run->peak_total = stats.at("memory").at("peakTotal").get<uint64_t>();
  return true;
}

class ProcessRunner final : public Runner {
 public:
  ProcessRunner(Script script, int wake_fd)
      : script_(std::move(script)), wake_fd_(wake_fd) {}

  bool RunOnce(const Setting& setting, std::optional<double> timeout_ms,
               Run* run, std::string* error) override;

 private:
  std::vector<std::string> Arguments(const Setting& setting) const;
  // Waits for the end; true if that was the run's own.
  bool Watch(ChildProcess* child, std::optional<double> timeout_ms, Run* run);

  const Script script_;
  const int wake_fd_;
  std::string output_;
  std::string errors_;
};

std::vector<std::string> ProcessRunner::Arguments(
    const Setting& setting) const {
  std::vector<std::string> args{
      "--allocator=" + setting.variant.allocator,
      fmt::format("--stats-json=/proc/self/fd/{}", ChildProcess::kFile)};
  if (!setting.variant.gc_policy.empty()) {
    args.push_back("--gc-policy=" + setting.variant.gc_policy);
  }
  for (size_t i = 0; i < kLimits.size(); ++i) {
    if (!setting.limits[i]) continue;
    args.push_back(fmt::format("{}={}", kLimits[i].flag, *setting.limits[i]));
  }
  args.emplace_back("--");
  args.push_back(script_.path);
  args.insert(args.end(), script_.args.begin(), script_.args.end());
  return args;
}

bool ProcessRunner::Watch(ChildProcess* child, std::optional<double> timeout_ms,
                          Run* run) {
  std::optional<ChildProcess::Clock::time_point> deadline;
  if (timeout_ms) {
    deadline = ChildProcess::Clock::now() +
               std::chrono::duration_cast<ChildProcess::Clock::duration>(
                   std::chrono::duration<double, std::milli>(
                       std::min(*timeout_ms, 1e12)));
  }
  int wake_fd = wake_fd_;
  for (;;) {
    const ChildProcess::Event event = child->Wait(deadline, wake_fd);
    KeepEnd(&output_, child->TakeOutput());
    KeepEnd(&errors_, child->TakeErrors());
    if (event == ChildProcess::Event::kOutput) continue;
    if (event == ChildProcess::Event::kEnded) return run->outcome.empty();
    run->outcome =
        event == ChildProcess::Event::kTimeout ? "timeout" : "terminated";
    child->Kill();
    deadline.reset();
    wake_fd = -1;
  }
}

bool ProcessRunner::RunOnce(const Setting& setting,
                            std::optional<double> timeout_ms, Run* run,
                            std::string* error) {
  *run = {};
  output_.clear();
  errors_.clear();
  const OwnedFd stats(memfd_create("stats", MFD_CLOEXEC));
  if (stats.get() < 0) {
    *error = fmt::format("cannot make a file in memory: {}", ErrorText(errno));
    return false;
  }
  const auto start = ChildProcess::Clock::now();
  const std::unique_ptr<ChildProcess> child = ChildProcess::Start(
      {.args = Arguments(setting), .file = stats.get()}, error);
  if (child == nullptr) return false;
  const bool ended_by_itself = Watch(child.get(), timeout_ms, run);
  const std::chrono::duration<double, std::milli> wall =
      ChildProcess::Clock::now() - start;
  run->wall_ms = wall.count();
  run->cpu_ms = child->end().cpu_ms;
  run->peak_rss = child->end().peak_rss;
  const bool has_stats = ReadStats(stats.get(), run);
  if (!ended_by_itself) {
    run->exit_code = 128 + child->end().signal;
    return true;
  }
  if (!has_stats && child->end().signal == 0 &&
      child->end().exit_status == kExitUsage) {
    *error = OneLine(ErrorLine(errors_));
    return false;
  }
  SetOutcome(child->end(), errors_, run);
  SetThroughput(output_, run);
  return true;
}

}  // namespace

std::unique_ptr<Runner> MakeProcessRunner(Script script, int wake_fd) {
  return std::make_unique<ProcessRunner>(std::move(script), wake_fd);
}

}  // namespace jshost::lab
