// What --fail-over bounds: "peak=64MiB,gc=20%".

#ifndef HOST_TOOLS_LAB_BOUND_H_
#define HOST_TOOLS_LAB_BOUND_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/tools/lab_results.h"

namespace jshost::lab {

struct Bound {
  enum class Figure {
    kPeak,     // bytes: peak resident memory of the process
    kTotal,    // bytes: peak of V8's heap and buffers
    kGc,       // share of the wall time, 0..1
    kPause,    // ms: the longest collection
    kWall,     // ms
    kCpu,      // ms
    kFailed,   // runs that didn't complete
    kMinimum,  // bytes: the smallest limit that works
  };
  Figure figure = Figure::kPeak;
  double most = 0;
  std::string text;  // as it was given
};

// Reads a list with commas. On failure returns false with one line in `*error`.
bool ParseBounds(std::string_view text, std::vector<Bound>* bounds,
                 std::string* error);

// One line for each bound that is broken, naming the bound and the run that is
// furthest beyond it. What a run couldn't measure breaks none.
std::vector<std::string> BrokenBounds(const std::vector<Bound>& bounds,
                                      const Results& results);

// Milliseconds: "500ms", "10s", "2m". Empty when it is none, or not above zero.
std::optional<double> ParseDuration(std::string_view text);

// "20%" or "0.5%" as 0.2 or 0.005. Empty when it is none.
std::optional<double> ParsePercent(std::string_view text);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_BOUND_H_
