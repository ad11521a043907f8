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

}  // namespace jshost
