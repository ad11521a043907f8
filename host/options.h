// The command line, and JSHOST_OPTIONS in the environment, which is read
// before it.

#ifndef HOST_OPTIONS_H_
#define HOST_OPTIONS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/v8_memory/gc_policy.h"
#include "host/v8_memory/limits.h"

namespace jshost {

struct Options {
  enum class Action { kRun, kHelp, kVersion, kListAllocators };
  enum class SourceKind { kDetect, kClassic, kModule };

  Action action = Action::kRun;
  std::optional<std::string> eval;   // -e
  std::optional<std::string> print;  // -p
  std::vector<std::string> preloads;
  SourceKind kind = SourceKind::kDetect;
  std::string allocator = "slab";
  std::string reclaimer = "thread";
  Limits limits;
  GcPolicy gc_policy = GcPolicy::kAdaptive;
  bool stats = false;
  std::string stats_json;  // a file, or empty
  std::string v8_flags;
  bool expose_gc = false;
  std::optional<std::string> script;  // "-" is standard input
  std::vector<std::string> script_args;
};

// Reads `arguments` (without the program's name) after `environment`, the value
// of JSHOST_OPTIONS. On failure returns false with one line in `*error` that
// names the value and the remedy.
bool ParseOptions(const std::vector<std::string>& arguments,
                  const std::string& environment, Options* options,
                  std::string* error);

// The options as they are in effect, for reports: names and values, defaults
// included.
std::vector<std::pair<std::string, std::string>> DescribeOptions(
    const Options& options);

// The options with which another process does as this one: all that hold for
// the process and not for one of its isolates.
std::vector<std::string> ProcessOptions(const Options& options);

// What --help prints.
std::string HelpText();

}  // namespace jshost

#endif  // HOST_OPTIONS_H_
