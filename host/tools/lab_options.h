// The command line of `jshost lab`.

#ifndef HOST_TOOLS_LAB_OPTIONS_H_
#define HOST_TOOLS_LAB_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/tools/lab_axis.h"
#include "host/tools/lab_bound.h"

namespace jshost::lab {

struct LabOptions {
  bool help = false;
  std::vector<Axis> axes;  // in the order of kLimits
  std::vector<std::string> allocators = {"slab"};
  std::vector<std::string> gc_policies = {""};  // empty: the shell's default
  int repeat = 5;
  uint64_t seed = 1;
  bool in_threads = false;
  std::optional<double> timeout_ms;
  std::vector<size_t> find_minimum;  // places in kLimits
  double precision = 0.01;           // of the smallest, relative
  std::vector<Bound> bounds;
  std::string csv;   // a file, or empty
  std::string json;  // a file, or empty
  std::string html;  // a file, or empty
  std::string script;
  std::vector<std::string> script_args;
};

// On failure returns false with one line in `*error` that names the value and
// the remedy.
bool ParseLabOptions(const std::vector<std::string>& arguments,
                     LabOptions* options, std::string* error);

// What `jshost lab --help` prints.
std::string LabHelp();

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_OPTIONS_H_
