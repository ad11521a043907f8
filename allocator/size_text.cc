#include "allocator/size_text.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace jsheap {
namespace {

constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};

// The power of 1024 a unit stands for; empty if it isn't one.
std::optional<int> UnitPower(std::string_view unit) {
  if (unit.empty()) return 0;
  for (size_t i = 0; i < kUnits.size(); ++i) {
    if (unit == kUnits[i] || unit == kUnits[i].substr(0, 1)) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> ParseSize(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  std::optional<int> power =
      UnitPower(std::string_view(rest, static_cast<size_t>(end - rest)));
  if (!power) return std::nullopt;
  const int shift = 10 * *power;
  if (number > (uint64_t{1} << 63 >> shift) - 1) return std::nullopt;
  return number << shift;
}

std::string FormatSizeExact(uint64_t bytes) {
  size_t power = 0;
  while (bytes != 0 && bytes % 1024 == 0 && power < kUnits.size()) {
    bytes /= 1024;
    ++power;
  }
  std::string text = std::to_string(bytes);
  if (power > 0) text += kUnits[power - 1];
  return text;
}

std::string FormatSize(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes);
  size_t power = 0;
  while (value >= 1023.5 && power < kUnits.size()) {
    value /= 1024;
    ++power;
  }
  char text[32];
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  std::snprintf(text, sizeof text, "%.*f %s", digits, value,
                kUnits[power - 1].data());
  return text;
}

}  // namespace jsheap
