#include "host/runtime/end_report.h"

#include <fmt/format.h>

#include "allocator/size_text.h"

namespace jshost {

using jsheap::FormatSize;

std::string DescribeBufferLimit(const ArrayBufferAllocator& buffers,
                                const std::string& where) {
  const uint64_t limit = buffers.budget().limit();
  const uint64_t used = buffers.budget().used();
  std::string what = "the heap has no memory left for buffers";
  if (limit != jsheap::Budget::kUnlimited) {
    what = fmt::format("buffer limit of {} reached", FormatSize(limit));
  } else if (buffers.source_refused()) {
    what = "an arena has no memory left for buffers";
  }
  return fmt::format("{} ({} in use, {} more asked for){}{}", what,
                     FormatSize(used),
                     FormatSize(buffers.refusals().last_bytes()),
                     where.empty() ? "" : " ", where);
}

std::string DescribeUnsettledAwait(const std::string& where) {
  return fmt::format(
      "{}{}top-level await never settled: nothing is left to run", where,
      where.empty() ? "" : ": ");
}

}  // namespace jshost
