// What the laboratory ran, and what came of it.

#ifndef HOST_TOOLS_LAB_RESULTS_H_
#define HOST_TOOLS_LAB_RESULTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/tools/lab_limit.h"

namespace jshost::lab {

// What a line of a plot stands for.
struct Variant {
  std::string allocator;
  std::string gc_policy;
};

// What one run is given.
struct Setting {
  Variant variant;
  LimitValues limits;
};

// How one run ended. Milliseconds and bytes; empty is what isn't known.
struct Run {
  // RunResult's names: completed, threw, js-heap-limit, buffer-limit,
  // total-limit, stack-limit, timeout, terminated, crashed.
  std::string outcome;
  int exit_code = 0;
  std::string error;  // one line, or empty
  double wall_ms = 0;
  double cpu_ms = 0;
  std::optional<double> throughput;  // in `unit`; of a run that completed
  std::string unit;
  std::optional<uint64_t> minor_collections;
  std::optional<uint64_t> major_collections;
  std::optional<double> pause_ms;
  std::optional<double> max_pause_ms;
  std::optional<uint64_t> peak_rss;
  std::optional<uint64_t> peak_total;

  // It did all that it wanted to.
  bool completed() const { return outcome == "completed" && exit_code == 0; }
  // `outcome`, or "quit(3)" of one that ended itself so.
  std::string Label() const;
  std::optional<double> GcShare() const;
};

// A run in its place.
struct Record {
  bool is_search = false;  // for a smallest limit, not a part of the matrix
  size_t setting = 0;      // in Results::settings, unless is_search
  int repeat = 0;          // from 1
  Setting given;
  Run run;
};

// The smallest limit under which the script completes.
struct Minimum {
  Setting setting;  // without the limit that was searched
  size_t limit = 0;
  std::optional<uint64_t> works;   // the smallest that does; empty: none
  std::optional<uint64_t> failed;  // the largest that doesn't; empty: none
  int runs = 0;
  std::string problem;  // why there is none
};

struct Results {
  std::string script;
  std::vector<std::string> script_args;
  std::string isolation;
  uint64_t seed = 0;
  int repeat = 0;
  std::vector<size_t> axes;  // places in kLimits of the limits that vary
  std::vector<Setting> settings;
  std::vector<Record> records;  // in the order in which they ran
  std::vector<Minimum> minima;
  bool was_interrupted = false;
};

// "slab, js-heap 16MiB": with the limits that are set.
std::string Describe(const Setting& setting);

// "16MiB", "12.5MiB" where that would be long, or "none".
std::string DescribeLimit(const std::optional<uint64_t>& bytes);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_RESULTS_H_
