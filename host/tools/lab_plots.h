// The laboratory's plots: what each limit does, a line for each allocator.

#ifndef HOST_TOOLS_LAB_PLOTS_H_
#define HOST_TOOLS_LAB_PLOTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "host/tools/lab_results.h"
#include "host/tools/lab_summary.h"
#include "host/tools/plot.h"

namespace jshost::lab {

// The plots against one limit.
struct LimitPlots {
  size_t limit = 0;  // its place in kLimits
  // What is the same in all: "buffers 64MiB"; the other limits that vary are
  // at their loosest. May be empty.
  std::string others;
  std::vector<std::string> names;  // of the lines, in each plot
  std::vector<Plot> plots;
};

// For each limit that was tried with two values or more.
std::vector<LimitPlots> PlotLimits(const Results& results,
                                   const std::vector<Summary>& summaries);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_PLOTS_H_
