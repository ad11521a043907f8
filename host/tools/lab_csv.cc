#include "host/tools/lab_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

class Line {
 public:
  void Add(std::string_view field) {
    if (!is_first_) text_ += ',';
    is_first_ = false;
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += field;
      return;
    }
    text_ += '"';
    for (const char c : field) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    text_ += '"';
  }

  template <typename T>
  void AddNumber(T number) {
    Add(fmt::to_string(number));
  }

  template <typename T>
  void AddNumber(const std::optional<T>& number) {
    Add(number ? fmt::to_string(*number) : std::string());
  }

  std::string Take() { return std::move(text_) + "\r\n"; }

 private:
  bool is_first_ = true;
  std::string text_;
};

std::string Header() {
  Line line;
  for (const char* name :
       {"run", "phase", "repeat", "allocator", "gc_policy"}) {
    line.Add(name);
  }
  for (const LimitKind& kind : kLimits) {
    std::string name(kind.name);
    std::replace(name.begin(), name.end(), '-', '_');
    line.Add(name);
  }
  for (const char* name :
       {"outcome", "exit_code", "wall_ms", "cpu_ms", "throughput", "unit",
        "gc_minor", "gc_major", "gc_pause_ms", "gc_max_pause_ms", "gc_share",
        "peak_rss", "peak_total", "error"}) {
    line.Add(name);
  }
  return line.Take();
}

std::string LineOf(const Record& record, size_t number) {
  const Run& run = record.run;
  Line line;
  line.AddNumber(number);
  line.Add(record.is_search ? "search" : "matrix");
  line.AddNumber(record.repeat);
  line.Add(record.given.variant.allocator);
  line.Add(record.given.variant.gc_policy);
  for (const std::optional<uint64_t>& limit : record.given.limits) {
    line.AddNumber(limit);
  }
  line.Add(run.outcome);
  line.AddNumber(run.exit_code);
  line.AddNumber(run.wall_ms);
  line.AddNumber(run.cpu_ms);
  line.AddNumber(run.throughput);
  line.Add(run.unit);
  line.AddNumber(run.minor_collections);
  line.AddNumber(run.major_collections);
  line.AddNumber(run.pause_ms);
  line.AddNumber(run.max_pause_ms);
  line.AddNumber(run.GcShare());
  line.AddNumber(run.peak_rss);
  line.AddNumber(run.peak_total);
  line.Add(run.error);
  return line.Take();
}

}  // namespace

std::string FormatCsv(const Results& results) {
  std::string text = Header();
  for (size_t i = 0; i < results.records.size(); ++i) {
    text += LineOf(results.records[i], i + 1);
  }
  return text;
}

}  // namespace jshost::lab
