#include "host/tools/lab_results.h"

#include <fmt/format.h>

#include "allocator/size_text.h"

namespace jshost::lab {
namespace {

constexpr uint64_t kMiB = 1 << 20;

}  // namespace

std::string Run::Label() const {
  if (outcome == "completed" && exit_code != 0) {
    return fmt::format("quit({})", exit_code);
  }
  return outcome;
}

std::optional<double> Run::GcShare() const {
  if (!pause_ms || wall_ms <= 0) return std::nullopt;
  return *pause_ms / wall_ms;
}

std::string DescribeLimit(const std::optional<uint64_t>& bytes) {
  if (!bytes) return "none";
  if (*bytes < kMiB || *bytes % kMiB == 0) {
    return jsheap::FormatSizeExact(*bytes);
  }
  std::string text = jsheap::FormatSize(*bytes);
  std::erase(text, ' ');
  return text;
}

std::string Describe(const Setting& setting) {
  std::string text = setting.variant.allocator;
  if (!setting.variant.gc_policy.empty()) {
    text += fmt::format(", gc-policy {}", setting.variant.gc_policy);
  }
  for (size_t i = 0; i < kLimits.size(); ++i) {
    if (!setting.limits[i]) continue;
    text += fmt::format(", {} {}", kLimits[i].name,
                        DescribeLimit(setting.limits[i]));
  }
  return text;
}

}  // namespace jshost::lab
