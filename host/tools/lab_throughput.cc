// How fast a run was, by its own account or by the clock.

#include <charconv>
#include <cmath>

#include "host/runtime/source_text.h"
#include "host/tools/lab_runner.h"

namespace jshost::lab {
namespace {

constexpr std::string_view kMark = "lab: ";
constexpr size_t kLongest = 300;  // bytes of a line

// The last line of `text` that begins with kMark, without that; or empty.
std::string_view LastMarked(std::string_view text) {
  while (!text.empty()) {
    const size_t newline = text.rfind('\n');
    const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view line = text.substr(begin);
    if (line.starts_with(kMark)) return line.substr(kMark.size());
    if (begin == 0) break;
    text = text.substr(0, newline);
  }
  return {};
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line(text.substr(0, std::min(text.find('\n'), kLongest)));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  for (size_t at; (at = FindInvalidUtf8(line)) != std::string_view::npos;) {
    line[at] = '?';
  }
  return line;
}

void SetThroughput(std::string_view output, Run* run) {
  if (!run->completed()) return;
  const std::string_view said = LastMarked(output);
  double number = 0;
  const auto [end, failure] =
      std::from_chars(said.data(), said.data() + said.size(), number);
  if (failure == std::errc() && std::isfinite(number) &&
      (end == said.data() + said.size() || *end == ' ')) {
    run->throughput = number;
    run->unit = OneLine({end, said.data() + said.size()});
    run->unit.erase(0, run->unit.find_first_not_of(' '));
    return;
  }
  if (run->wall_ms <= 0) return;
  run->throughput = 1e3 / run->wall_ms;
  run->unit = "runs/s";
}

}  // namespace jshost::lab
