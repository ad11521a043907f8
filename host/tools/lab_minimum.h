// Finds the smallest limit under which the script completes.

#ifndef HOST_TOOLS_LAB_MINIMUM_H_
#define HOST_TOOLS_LAB_MINIMUM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "host/tools/lab_results.h"

namespace jshost::lab {

struct MinimumSearch {
  size_t limit = 0;         // its place in kLimits
  double precision = 0.01;  // how far above a failing one it may be, relative
  int confirm = 1;          // completions in a row that make a limit work
  uint64_t most = 0;        // bytes: no limit above that is tried
};

// Runs with that limit, or without it; empty when the search has to end.
using Try = std::function<std::optional<Run>(std::optional<uint64_t>)>;

// Bisects with single runs, then makes sure: a limit near the edge that only
// works at times doesn't count as one that works. `setting` isn't set.
Minimum FindMinimum(const MinimumSearch& search, const Try& try_once);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_MINIMUM_H_
