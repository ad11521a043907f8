// Runs the script once.

#ifndef HOST_TOOLS_LAB_RUNNER_H_
#define HOST_TOOLS_LAB_RUNNER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/tools/lab_results.h"

namespace jshost::lab {

struct Script {
  std::string path;
  std::vector<std::string> args;
};

class Runner {
 public:
  virtual ~Runner() = default;

  // Ends the run when it takes longer than `timeout_ms`. False, with one line
  // in `*error`, when the script can't be run at all: it can't be read, say, or
  // there is no such allocator.
  virtual bool RunOnce(const Setting& setting, std::optional<double> timeout_ms,
                       Run* run, std::string* error) = 0;
};

// A process of its own for each run, so that a crash and peak memory are that
// run's alone. When `wake_fd` can be read, the run ends as terminated.
std::unique_ptr<Runner> MakeProcessRunner(Script script, int wake_fd);

// isolate.run for each run, all in one process beside this one, which is
// started anew when a run has ended it.
std::unique_ptr<Runner> MakeThreadRunner(Script script, int wake_fd);

// Sets `run`'s throughput: what the last line that begins with "lab: " in
// `output` says, else runs per second.
void SetThroughput(std::string_view output, Run* run);

// One line that can be shown anywhere: the first of `text`, without control
// characters, cut where it is very long, and valid UTF-8.
std::string OneLine(std::string_view text);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_RUNNER_H_
