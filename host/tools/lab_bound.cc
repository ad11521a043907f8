#include "host/tools/lab_bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "allocator/size_text.h"
#include "host/tools/lab_axis.h"

namespace jshost::lab {
namespace {

using Figure = Bound::Figure;

enum class Unit { kSize, kShare, kDuration, kCount };

struct FigureKind {
  std::string_view name;
  Figure figure;
  Unit unit;
};

constexpr std::array<FigureKind, 8> kFigures{{
    {"peak", Figure::kPeak, Unit::kSize},
    {"total", Figure::kTotal, Unit::kSize},
    {"gc", Figure::kGc, Unit::kShare},
    {"pause", Figure::kPause, Unit::kDuration},
    {"wall", Figure::kWall, Unit::kDuration},
    {"cpu", Figure::kCpu, Unit::kDuration},
    {"failed", Figure::kFailed, Unit::kCount},
    {"minimum", Figure::kMinimum, Unit::kSize},
}};

std::string FigureNames() {
  std::string names;
  for (const FigureKind& kind : kFigures) {
    names += names.empty() ? "" : ", ";
    names += kind.name;
  }
  return names;
}

const char* Example(Unit unit) {
  switch (unit) {
    case Unit::kSize:
      return "a size such as 64MiB";
    case Unit::kShare:
      return "a percentage such as 20%";
    case Unit::kDuration:
      return "a time such as 500ms, 10s or 2m";
    case Unit::kCount:
      return "a number of runs such as 0";
  }
  return "";
}

std::optional<double> ParseFigure(Unit unit, std::string_view text) {
  switch (unit) {
    case Unit::kShare:
      return ParsePercent(text);
    case Unit::kDuration:
      return ParseDuration(text);
    case Unit::kSize:
    case Unit::kCount: {
      const std::optional<uint64_t> number = jsheap::ParseSize(text);
      if (!number) return std::nullopt;
      return static_cast<double>(*number);
    }
  }
  return std::nullopt;
}

std::string ShowFigure(Unit unit, double value) {
  switch (unit) {
    case Unit::kSize:
      return jsheap::FormatSize(static_cast<uint64_t>(value));
    case Unit::kShare:
      return fmt::format("{:.1f} %", value * 100);
    case Unit::kDuration:
      return fmt::format("{:.1f} ms", value);
    case Unit::kCount:
      return fmt::format("{:.0f}", value);
  }
  return "";
}

template <typename T>
std::optional<double> AsDouble(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

std::optional<double> FigureOf(const Run& run, Figure figure) {
  switch (figure) {
    case Figure::kPeak:
      return AsDouble(run.peak_rss);
    case Figure::kTotal:
      return AsDouble(run.peak_total);
    case Figure::kGc:
      return run.GcShare();
    case Figure::kPause:
      return run.max_pause_ms;
    case Figure::kWall:
      return run.wall_ms;
    case Figure::kCpu:
      return run.cpu_ms;
    case Figure::kFailed:
    case Figure::kMinimum:
      break;
  }
  return std::nullopt;
}

// How far the worst of several is beyond a bound.
class Worst {
 public:
  explicit Worst(const Bound& bound) : bound_(bound) {}

  void See(std::optional<double> value, const std::string& where) {
    if (!value) return;
    ++seen_;
    if (*value <= bound_.most) return;
    if (broken_++ == 0 || *value > value_) {
      value_ = *value;
      where_ = where;
    }
  }

  std::optional<std::string> Tell(Unit unit) const {
    if (broken_ == 0) return std::nullopt;
    std::string line = fmt::format("bound {} broken: {} in {}", bound_.text,
                                   ShowFigure(unit, value_), where_);
    if (broken_ > 1) {
      line += fmt::format(", the worst of {} that break it ({} in all)",
                          broken_, seen_);
    }
    return line;
  }

 private:
  const Bound& bound_;
  int seen_ = 0;
  int broken_ = 0;
  double value_ = 0;
  std::string where_;
};

std::string Place(const Record& record, size_t number) {
  return fmt::format("run {} ({}; repeat {}; {})", number,
                     Describe(record.given), record.repeat, record.run.Label());
}

std::optional<std::string> TooManyFailed(const Bound& bound,
                                         const Results& results) {
  double failed = 0;
  std::string first;
  for (size_t i = 0; i < results.records.size(); ++i) {
    const Record& record = results.records[i];
    if (record.is_search || record.run.completed()) continue;
    if (failed++ == 0) first = Place(record, i + 1);
  }
  if (failed <= bound.most) return std::nullopt;
  return fmt::format("bound {} broken: {:.0f} failed, first {}", bound.text,
                     failed, first);
}

std::optional<std::string> BrokenBound(const Bound& bound,
                                       const Results& results) {
  if (bound.figure == Figure::kFailed) return TooManyFailed(bound, results);
  Worst worst(bound);
  if (bound.figure == Figure::kMinimum) {
    for (const Minimum& minimum : results.minima) {
      worst.See(
          AsDouble(minimum.works),
          fmt::format("the smallest {} of {}", kLimits[minimum.limit].name,
                      Describe(minimum.setting)));
    }
    return worst.Tell(Unit::kSize);
  }
  for (size_t i = 0; i < results.records.size(); ++i) {
    const Record& record = results.records[i];
    if (record.is_search) continue;
    worst.See(FigureOf(record.run, bound.figure), Place(record, i + 1));
  }
  const auto kind = std::find_if(
      kFigures.begin(), kFigures.end(),
      [&](const FigureKind& k) { return k.figure == bound.figure; });
  return worst.Tell(kind->unit);
}

}  // namespace

bool ParseBounds(std::string_view text, std::vector<Bound>* bounds,
                 std::string* error) {
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string_view item = text.substr(at, end - at);
    at = end + 1;
    const size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    const auto kind =
        std::find_if(kFigures.begin(), kFigures.end(),
                     [&](const FigureKind& k) { return k.name == name; });
    if (equals == std::string_view::npos || kind == kFigures.end()) {
      *error = fmt::format(
          "--fail-over: '{}' is no bound; write e.g. peak=64MiB or gc=20%, "
          "with one of {}",
          item, FigureNames());
      return false;
    }
    const std::string_view value = item.substr(equals + 1);
    const std::optional<double> most = ParseFigure(kind->unit, value);
    if (!most) {
      *error = fmt::format("--fail-over: {}: '{}' is not {}", name, value,
                           Example(kind->unit));
      return false;
    }
    bounds->push_back(
        {.figure = kind->figure, .most = *most, .text = std::string(item)});
  }
  return true;
}

std::vector<std::string> BrokenBounds(const std::vector<Bound>& bounds,
                                      const Results& results) {
  std::vector<std::string> lines;
  for (const Bound& bound : bounds) {
    if (std::optional<std::string> line = BrokenBound(bound, results)) {
      lines.push_back(std::move(*line));
    }
  }
  return lines;
}

std::optional<double> ParseDuration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"ms", 1}, {"s", 1e3}, {"m", 6e4}}};
  for (const auto& [unit, factor] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const std::optional<double> number =
        ParsePositive(text.substr(0, text.size() - unit.size()));
    if (number) return *number * factor;
  }
  return std::nullopt;
}

std::optional<double> ParsePercent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  if (text == "0") return 0;
  const std::optional<double> number = ParsePositive(text);
  if (!number) return std::nullopt;
  return *number / 100;
}

}  // namespace jshost::lab
