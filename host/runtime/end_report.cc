#include "host/runtime/end_report.h"

#include <fmt/format.h>

namespace jshost {

std::string DescribeBufferLimit(const ArrayBufferAllocator& buffers,
                                const std::string& where) {
  return DescribeRefusal(buffers) + (where.empty() ? "" : " ") + where;
}

std::string DescribeUnsettledAwait(const std::string& where) {
  return fmt::format(
      "{}{}top-level await never settled: nothing is left to run", where,
      where.empty() ? "" : ": ");
}

Outcome OutcomeOfDeath(std::string_view message) {
  return message.starts_with("memory limit") ? Outcome::kTotalLimit
                                             : Outcome::kJsHeapLimit;
}

}  // namespace jshost
