// A run in an isolate of a process that serves many runs.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/runtime/child_process.h"
#include "host/runtime/exit_status.h"
#include "host/tools/lab_runner.h"

namespace jshost::lab {
namespace {

using nlohmann::json;

// Reads requests as lines and answers each with a line on standard error, which
// isn't buffered, after a mark that no message of the shell's begins with.
constexpr char kMark = '\x1e';
constexpr const char* kServer = R"js(
for (let line; (line = readline()) !== undefined;) {
  const { script, options } = JSON.parse(line);
  let reply;
  try {
    reply = await isolate.run(script, options);
    reply.output = reply.output.match(/^lab: .*$/gm)?.at(-1) ?? '';
    reply.error = reply.error?.slice(0, 2000);
    delete reply.result;
  } catch (error) {
    reply = { refused: error.message };
  }
  printErr('\x1e' + JSON.stringify(reply));
}
)js";

// How long a run may take to end after its time is over.
constexpr std::chrono::seconds kPatience{5};

class ThreadRunner final : public Runner {
 public:
  ThreadRunner(Script script, int wake_fd)
      : script_(std::move(script)), wake_fd_(wake_fd) {}

  bool RunOnce(const Setting& setting, std::optional<double> timeout_ms,
               Run* run, std::string* error) override;

 private:
  using Clock = ChildProcess::Clock;

  bool StartServer(const Setting& setting, std::string* error);
  std::string Request(const Setting& setting,
                      std::optional<double> timeout_ms) const;
  bool Read(const json& reply, Run* run, std::string* error) const;
  // The reply that has arrived, without its mark; or empty.
  std::string TakeReply();
  void EndServer(std::string_view outcome, Run* run);

  const Script script_;
  const int wake_fd_;
  std::unique_ptr<ChildProcess> server_;
  std::string errors_;
};

bool ThreadRunner::StartServer(const Setting& setting, std::string* error) {
  ChildProcess::Options options{.args = {"--module"}, .has_input = true};
  if (!setting.variant.gc_policy.empty()) {
    options.args.push_back("--gc-policy=" + setting.variant.gc_policy);
  }
  options.args.insert(options.args.end(), {"-e", kServer});
  errors_.clear();
  server_ = ChildProcess::Start(options, error);
  return server_ != nullptr;
}

std::string ThreadRunner::Request(const Setting& setting,
                                  std::optional<double> timeout_ms) const {
  json limits = json::object();
  for (size_t i = 0; i < kLimits.size(); ++i) {
    if (!setting.limits[i]) continue;
    limits[std::string(kLimits[i].field)] = *setting.limits[i];
  }
  json options = {{"limits", limits},
                  {"allocator", setting.variant.allocator},
                  {"args", script_.args}};
  if (timeout_ms) options["timeout"] = *timeout_ms;
  const json request = {{"script", script_.path}, {"options", options}};
  return request.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string ThreadRunner::TakeReply() {
  const size_t begin = errors_.find(kMark);
  if (begin == std::string::npos) return {};
  const size_t end = errors_.find('\n', begin);
  if (end == std::string::npos) return {};
  std::string reply = errors_.substr(begin + 1, end - begin - 1);
  errors_.erase(0, end + 1);
  return reply;
}

void ThreadRunner::EndServer(std::string_view outcome, Run* run) {
  run->outcome = outcome;
  run->error = OneLine(errors_);
  server_.reset();
}

bool ThreadRunner::Read(const json& reply, Run* run, std::string* error) const {
  if (!reply.is_object()) {
    *error = "the process that runs isolates answered with what is no JSON";
    return false;
  }
  if (reply.contains("refused")) {
    *error = OneLine(reply["refused"].get<std::string>());
    return false;
  }
  run->outcome = reply.at("outcome").get<std::string>();
  run->exit_code = reply.at("exitCode").get<int>();
  run->error = OneLine(reply.value("error", ""));
  if (run->outcome == "threw" && run->exit_code == kExitUsage) {
    *error = run->error.substr(run->error.starts_with("jshost: ") ? 8 : 0);
    return false;
  }
  run->wall_ms = reply.at("wallMs").get<double>();
  run->cpu_ms = reply.at("cpuMs").get<double>();
  const json& gc = reply.at("gc");
  run->minor_collections = gc.at("minor").get<uint64_t>();
  run->major_collections = gc.at("major").get<uint64_t>();
  run->pause_ms = gc.at("pauseMs").get<double>();
  run->max_pause_ms = gc.at("maxPauseMs").get<double>();
  if (reply.contains("peak")) {
    run->peak_total = reply["peak"].at("total").get<uint64_t>();
  }
  SetThroughput(reply.at("output").get<std::string>(), run);
  return true;
}

bool ThreadRunner::RunOnce(const Setting& setting,
                           std::optional<double> timeout_ms, Run* run,
                           std::string* error) {
  *run = {};
  if (server_ == nullptr && !StartServer(setting, error)) return false;
  const auto start = Clock::now();
  std::optional<Clock::time_point> deadline;
  if (timeout_ms) {
    deadline = start + kPatience +
               std::chrono::duration_cast<Clock::duration>(
                   std::chrono::duration<double, std::milli>(
                       std::min(*timeout_ms, 1e12)));
  }
  // When it reads no more, it is ending.
  static_cast<void>(server_->Write(Request(setting, timeout_ms)));
  for (;;) {
    const ChildProcess::Event event = server_->Wait(deadline, wake_fd_);
    errors_ += server_->TakeErrors();
    server_->TakeOutput();
    const std::string reply = TakeReply();
    if (!reply.empty()) {
      return Read(json::parse(reply, nullptr, false), run, error);
    }
    if (event == ChildProcess::Event::kOutput) continue;
    const std::chrono::duration<double, std::milli> wall = Clock::now() - start;
    run->wall_ms = wall.count();
    if (event == ChildProcess::Event::kEnded) {
      const ChildProcess::End& end = server_->end();
      const bool is_refused = end.signal == 0 && end.exit_status == kExitUsage;
      EndServer("crashed", run);
      if (is_refused) {
        *error = run->error;
        return false;
      }
    } else {
      EndServer(
          event == ChildProcess::Event::kTimeout ? "timeout" : "terminated",
          run);
    }
    return true;
  }
}

}  // namespace

std::unique_ptr<Runner> MakeThreadRunner(Script script, int wake_fd) {
  return std::make_unique<ThreadRunner>(std::move(script), wake_fd);
}

}  // namespace jshost::lab
