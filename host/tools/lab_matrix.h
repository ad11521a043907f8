// Every combination of what is varied, and the order in which they run.

#ifndef HOST_TOOLS_LAB_MATRIX_H_
#define HOST_TOOLS_LAB_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/tools/lab_results.h"

namespace jshost::lab {

// The values of one limit that are tried.
struct LimitSeries {
  size_t limit = 0;  // its place in kLimits
  std::vector<std::optional<uint64_t>> values;
};

// `variant` under all combinations of the values; the last series turns
// fastest.
std::vector<Setting> Combine(const Variant& variant,
                             const std::vector<LimitSeries>& series);

struct Turn {
  size_t setting = 0;
  int repeat = 0;  // from 1
};

// All settings, `repeat` times: each round in another random order, so that
// what changes over time (a warm cache, another program) meets all alike. The
// same seed gives the same order everywhere.
std::vector<Turn> Order(size_t settings, int repeat, uint64_t seed);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_MATRIX_H_
