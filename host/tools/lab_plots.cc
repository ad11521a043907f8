#include "host/tools/lab_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "allocator/size_text.h"
#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

std::string NameOf(const Variant& variant) {
  return variant.gc_policy.empty()
             ? variant.allocator
             : fmt::format("{}, {}", variant.allocator, variant.gc_policy);
}

bool IsLooser(const std::optional<uint64_t>& a,
              const std::optional<uint64_t>& b) {
  return b && (!a || *a > *b);
}

using Points = std::vector<const Summary*>;

// What is plotted up the page, and how it is told.
struct Figure {
  const char* title;
  std::string y_title;
  PlotUnit unit;
  std::function<std::optional<double>(const Summary&)> value;
  std::function<std::string(double)> show;
};

std::vector<Figure> Figures(const Results& results,
                            const std::vector<Summary>& summaries) {
  std::string unit;
  for (const Summary& summary : summaries) {
    if (summary.throughput && unit.empty()) unit = summary.unit;
  }
  const auto percent = [](double share) {
    return fmt::format("{:.1f} %", share * 100);
  };
  const bool has_rss = results.isolation == "process";
  return {
      {"Throughput", unit.empty() ? "throughput" : unit, PlotUnit::kNumber,
       [](const Summary& s) { return s.throughput; },
       [unit](double value) { return fmt::format("{:.4g} {}", value, unit); }},
      {"Share of garbage collection", "pauses, of the wall time",
       PlotUnit::kShare, [](const Summary& s) { return s.gc_share; }, percent},
      {"Peak memory",
       has_rss ? "peak resident memory" : "peak of V8's heap and buffers",
       PlotUnit::kBytes,
       [has_rss](const Summary& s) {
         return has_rss ? s.peak_rss : s.peak_total;
       },
       [](double bytes) {
         return jsheap::FormatSize(static_cast<uint64_t>(bytes));
       }},
      {"Outcome", "runs that completed", PlotUnit::kShare,
       [](const Summary& s) {
         return s.runs == 0
                    ? std::nullopt
                    : std::optional(static_cast<double>(s.completed) / s.runs);
       },
       percent},
  };
}

class Builder {
 public:
  Builder(const Results& results, const std::vector<Summary>& summaries)
      : results_(results),
        summaries_(summaries),
        figures_(Figures(results, summaries)) {}

  LimitPlots Build(size_t limit) const {
    LimitPlots plots{.limit = limit, .others = {}, .names = {}, .plots = {}};
    std::vector<Points> lines;
    for (const Summary& summary : summaries_) {
      const std::string name = NameOf(summary.setting.variant);
      const auto& names = plots.names;
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      plots.names.push_back(name);
      lines.push_back(Line(limit, name, &plots.others));
    }
    for (const Figure& figure : figures_) {
      plots.plots.push_back(
          {.title = figure.title,
           .x_title = std::string(kLimits[limit].title) + " limit",
           .y_title = figure.y_title,
           .x_unit = PlotUnit::kBytes,
           .y_unit = figure.unit,
           .x_values = LimitsOf(limit, lines),
           .lines = {}});
      for (size_t i = 0; i < lines.size(); ++i) {
        plots.plots.back().lines.push_back(
            Draw(limit, plots.names[i], lines[i], figure));
      }
    }
    return plots;
  }

 private:
  // The settings of a variant that differ in `limit` only.
  Points Line(size_t limit, const std::string& name,
              std::string* others) const {
    Points points;
    for (const Summary& summary : summaries_) {
      if (NameOf(summary.setting.variant) == name) points.push_back(&summary);
    }
    others->clear();
    for (const size_t other : results_.axes) {
      if (other == limit) continue;
      const auto value = [other](const Summary* s) {
        return s->setting.limits[other];
      };
      const auto loosest =
          value(*std::max_element(points.begin(), points.end(),
                                  [&](const Summary* a, const Summary* b) {
                                    return IsLooser(value(b), value(a));
                                  }));
      std::erase_if(points,
                    [&](const Summary* s) { return value(s) != loosest; });
      *others += fmt::format("{}{} {}", others->empty() ? "" : ", ",
                             kLimits[other].name, DescribeLimit(loosest));
    }
    return points;
  }

  // All that are tried, so that all plots show the same.
  static std::vector<double> LimitsOf(size_t limit,
                                      const std::vector<Points>& lines) {
    std::vector<double> values;
    for (const Points& points : lines) {
      for (const Summary* summary : points) {
        const std::optional<uint64_t>& value = summary->setting.limits[limit];
        if (value) values.push_back(static_cast<double>(*value));
      }
    }
    return values;
  }

  static PlotLine Draw(size_t limit, const std::string& name,
                       const Points& points, const Figure& figure) {
    PlotLine line{.name = name, .points = {}, .level = {}};
    for (const Summary* summary : points) {
      const std::optional<double> y = figure.value(*summary);
      if (!y) continue;
      const std::optional<uint64_t>& x = summary->setting.limits[limit];
      const PlotPoint point{
          .x = static_cast<double>(x.value_or(0)),
          .y = *y,
          .tip = fmt::format("{}, {} {}: {} ({})", name, kLimits[limit].name,
                             DescribeLimit(x), figure.show(*y),
                             summary->Outcome()),
          .is_hollow = summary->completed < summary->runs};
      if (x) {
        line.points.push_back(point);
      } else {
        line.level = point;
      }
    }
    return line;
  }

  const Results& results_;
  const std::vector<Summary>& summaries_;
  const std::vector<Figure> figures_;
};

}  // namespace

std::vector<LimitPlots> PlotLimits(const Results& results,
                                   const std::vector<Summary>& summaries) {
  std::vector<LimitPlots> all;
  const Builder builder(results, summaries);
  for (const size_t limit : results.axes) {
    std::set<std::optional<uint64_t>> values;
    for (const Summary& summary : summaries) {
      values.insert(summary.setting.limits[limit]);
    }
    if (values.size() > 1) all.push_back(builder.Build(limit));
  }
  return all;
}

}  // namespace jshost::lab
