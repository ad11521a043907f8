#include "host/tools/lab_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "allocator/size_text.h"
#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

constexpr const char* kUnknown = "-";

std::string Fixed(const std::optional<double>& value, int digits,
                  double factor = 1) {
  if (!value) return kUnknown;
  return fmt::format("{:.{}f}", *value * factor, digits);
}

// Four significant digits, without an exponent where it can be read.
std::string Significant(const std::optional<double>& value) {
  if (!value) return kUnknown;
  if (*value >= 1000 && *value < 1e15) return fmt::format("{:.0f}", *value);
  return fmt::format("{:.4g}", *value);
}

std::string Size(const std::optional<double>& bytes) {
  if (!bytes) return kUnknown;
  return jsheap::FormatSize(static_cast<uint64_t>(*bytes));
}

// "20+3": minor and major collections.
std::string Collections(const Summary& summary) {
  if (!summary.minor_collections) return kUnknown;
  return Significant(summary.minor_collections) + "+" +
         Significant(summary.major_collections);
}

bool HavePolicies(const std::vector<Setting>& settings) {
  return std::any_of(settings.begin(), settings.end(), [](const Setting& s) {
    return !s.variant.gc_policy.empty();
  });
}

// The unit of all throughputs, or a title that goes with several.
std::string ThroughputTitle(const std::vector<Summary>& summaries) {
  std::set<std::string> units;
  for (const Summary& summary : summaries) {
    if (summary.throughput) units.insert(summary.unit);
  }
  if (units.size() != 1 || units.begin()->empty()) return "throughput";
  return *units.begin();
}

using Cell = std::function<std::string(const Summary&)>;

class Builder {
 public:
  explicit Builder(const std::vector<Summary>& summaries)
      : summaries_(summaries) {
    table_.rows.resize(summaries.size());
  }

  void Add(std::string title, bool is_number, const Cell& cell) {
    table_.columns.push_back({std::move(title), is_number});
    for (size_t i = 0; i < summaries_.size(); ++i) {
      table_.rows[i].push_back(cell(summaries_[i]));
    }
  }

  Table Take() { return std::move(table_); }

 private:
  const std::vector<Summary>& summaries_;
  Table table_;
};

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

Table SettingTable(const Results& results,
                   const std::vector<Summary>& summaries) {
  Builder table(summaries);
  table.Add("allocator", false,
            [](const Summary& s) { return s.setting.variant.allocator; });
  if (HavePolicies(results.settings)) {
    table.Add("gc-policy", false,
              [](const Summary& s) { return s.setting.variant.gc_policy; });
  }
  for (const size_t limit : results.axes) {
    table.Add(std::string(kLimits[limit].name), true,
              [limit](const Summary& s) {
                return DescribeLimit(s.setting.limits[limit]);
              });
  }
  table.Add("runs", true,
            [](const Summary& s) { return fmt::to_string(s.runs); });
  table.Add(ThroughputTitle(summaries), true,
            [](const Summary& s) { return Significant(s.throughput); });
  table.Add("wall ms", true,
            [](const Summary& s) { return Fixed(s.wall_ms, 1); });
  table.Add("CPU ms", true,
            [](const Summary& s) { return Fixed(s.cpu_ms, 1); });
  table.Add("GC %", true,
            [](const Summary& s) { return Fixed(s.gc_share, 1, 100); });
  table.Add("GCs", true, Collections);
  if (results.isolation == "process") {
    table.Add("peak RSS", true,
              [](const Summary& s) { return Size(s.peak_rss); });
  }
  table.Add("peak total", true,
            [](const Summary& s) { return Size(s.peak_total); });
  table.Add("outcome", false, [](const Summary& s) { return s.Outcome(); });
  return table.Take();
}

Table MinimumTable(const Results& results) {
  Table table{.columns = {{"setting", false},
                          {"limit", false},
                          {"smallest that works", true},
                          {"largest that fails", true},
                          {"runs", true},
                          {"", false}},
              .rows = {}};
  const auto size = [](const std::optional<uint64_t>& bytes) {
    return bytes ? fmt::format("{} ({})", jsheap::FormatSize(*bytes), *bytes)
                 : kUnknown;
  };
  for (const Minimum& minimum : results.minima) {
    table.rows.push_back({Describe(minimum.setting),
                          std::string(kLimits[minimum.limit].name),
                          size(minimum.works), size(minimum.failed),
                          fmt::to_string(minimum.runs), minimum.problem});
  }
  return table;
}

std::string FormatTable(const Table& table) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    size_t width = CodePoints(table.columns[i].title);
    for (const auto& row : table.rows) {
      width = std::max(width, CodePoints(row[i]));
    }
    widths.push_back(width);
  }
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string blanks(widths[i] - CodePoints(cell), ' ');
      if (i > 0) line += "  ";
      line += table.columns[i].is_number ? blanks + cell : cell + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_line(
      [&](size_t i) -> const std::string& { return table.columns[i].title; });
  for (const auto& row : table.rows) {
    add_line([&](size_t i) -> const std::string& { return row[i]; });
  }
  return text;
}

}  // namespace jshost::lab
