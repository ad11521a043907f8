#include "host/tools/lab_limit.h"

namespace jshost::lab {

std::optional<size_t> FindLimit(std::string_view name) {
  for (size_t i = 0; i < kLimits.size(); ++i) {
    if (kLimits[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace jshost::lab
