#include "host/v8_memory/heap_use.h"

#include <fmt/format.h>
#include <v8-isolate.h>
#include <v8-statistics.h>

#include <iterator>
#include <string_view>

#include "allocator/size_text.h"

namespace jshost {
namespace {

template <typename Fn>
void ForEachSpace(v8::Isolate* isolate, Fn fn) {
  for (size_t i = 0; i < isolate->NumberOfHeapSpaces(); ++i) {
    v8::HeapSpaceStatistics space;
    if (isolate->GetHeapSpaceStatistics(&space, i)) fn(space);
  }
}

}  // namespace

HeapUse MeasureHeapUse(v8::Isolate* isolate) {
  HeapUse use;
  ForEachSpace(isolate, [&](v8::HeapSpaceStatistics& space) {
    const bool young = std::string_view(space.space_name()).starts_with("new_");
    use.used += space.space_used_size();
    use.committed += space.space_size();
    (young ? use.young_committed : use.old_used) +=
        young ? space.space_size() : space.space_used_size();
  });
  return use;
}

std::string DescribeSpaces(v8::Isolate* isolate) {
  std::string text;
  ForEachSpace(isolate, [&](v8::HeapSpaceStatistics& space) {
    if (space.space_size() == 0) return;
    fmt::format_to(std::back_inserter(text), "  {:<28}{} of {}\n",
                   space.space_name(),
                   jsheap::FormatSize(space.space_used_size()),
                   jsheap::FormatSize(space.space_size()));
  });
  return text;
}

}  // namespace jshost
