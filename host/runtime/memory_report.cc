#include "host/runtime/memory_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "allocator/size_text.h"
#include "host/globals/environment.h"

namespace jshost {
namespace {

struct Holder {
  std::string name;
  uint64_t bytes = 0;
  uint64_t count = 0;
};

constexpr size_t kMostLines = 8;

}  // namespace

std::string DescribeHolders(const Environment& env) {
  std::vector<Holder> holders;
  const jsheap::Account& blocks = env.buffers->account();
  holders.push_back(
      {"buffers of all kinds", blocks.live_bytes(), blocks.live_blocks()});
  holders.push_back(
      {"resizable and wasm memories", env.budget->page_bytes(), 0});
  for (const NativeType& type : env.native_types->all()) {
    holders.push_back({fmt::format("{} (native)", type.name()),
                       static_cast<uint64_t>(type.bytes()),
                       static_cast<uint64_t>(type.count())});
  }
  if (env.arenas != nullptr) {
    const auto totals = env.arenas->Totals();
    for (size_t i = 0; i < totals.size(); ++i) {
      holders.push_back(
          {fmt::format("{} arenas", jsheap::kLifetimePolicies[i].name),
           totals[i].chunk_bytes, totals[i].arenas});
    }
  }
  std::erase_if(holders, [](const Holder& h) { return h.bytes == 0; });
  std::sort(holders.begin(), holders.end(),
            [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  if (holders.size() > kMostLines) holders.resize(kMostLines);
  std::string text;
  for (const Holder& holder : holders) {
    fmt::format_to(std::back_inserter(text), "  {:<28}{}", holder.name,
                   jsheap::FormatSize(holder.bytes));
    if (holder.count != 0) {
      fmt::format_to(std::back_inserter(text), " in {}", holder.count);
    }
    text += '\n';
  }
  return text;
}

}  // namespace jshost
