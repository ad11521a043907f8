// The values of one limit that are tried, as people write them: "16M,32M",
// "16M..256M" (geometric steps), "1.25x,2x" or "1x..4x" (multiples of the
// smallest that works), "none" (no limit), and lists of all these.

#ifndef HOST_TOOLS_LAB_AXIS_H_
#define HOST_TOOLS_LAB_AXIS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jshost::lab {

struct Axis {
  size_t limit = 0;             // its place in kLimits
  std::vector<uint64_t> sizes;  // bytes, ascending, each once
  std::vector<double> multiples;
  bool has_unlimited = false;
};

// Reads what was given for kLimits[limit]; a range has `steps` values, both
// ends among them. On failure returns false with one line in `*error` that
// names the option, the value and the remedy.
bool ParseAxis(size_t limit, std::string_view text, int steps, Axis* axis,
               std::string* error);

// The bytes that are `factor` times `bytes`, within the limit's bounds.
uint64_t Multiple(size_t limit, uint64_t bytes, double factor);

// The axis's values in bytes, ascending, where the smallest that works is
// `smallest`; without a limit last, as empty.
std::vector<std::optional<uint64_t>> Values(const Axis& axis,
                                            uint64_t smallest);

// "2", "0.5" or "1e3" as a number above zero that isn't infinite, or empty.
std::optional<double> ParsePositive(std::string_view text);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_AXIS_H_
