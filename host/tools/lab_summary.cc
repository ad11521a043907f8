#include "host/tools/lab_summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace jshost::lab {
namespace {

using RunsOf = std::vector<const Run*>;

// The median of what `figure(run)` gives, as an optional.
template <typename Figure>
std::optional<double> MedianOf(const RunsOf& runs, Figure figure) {
  std::vector<double> values;
  for (const Run* run : runs) {
    if (const auto value = figure(*run)) {
      values.push_back(static_cast<double>(*value));
    }
  }
  return Median(std::move(values));
}

void SetMedians(const RunsOf& runs, Summary* summary) {
  const auto median = [&runs](auto member) {
    return MedianOf(runs, [member](const Run& run) { return run.*member; });
  };
  summary->wall_ms =
      MedianOf(runs, [](const Run& run) { return std::optional(run.wall_ms); });
  summary->cpu_ms =
      MedianOf(runs, [](const Run& run) { return std::optional(run.cpu_ms); });
  summary->gc_share =
      MedianOf(runs, [](const Run& run) { return run.GcShare(); });
  summary->throughput = median(&Run::throughput);
  summary->minor_collections = median(&Run::minor_collections);
  summary->major_collections = median(&Run::major_collections);
  summary->peak_rss = median(&Run::peak_rss);
  summary->peak_total = median(&Run::peak_total);
  for (const Run* run : runs) {
    if (summary->unit.empty()) summary->unit = run->unit;
  }
}

Summary SummaryOf(const Setting& setting, const RunsOf& runs) {
  Summary summary;
  summary.setting = setting;
  summary.runs = static_cast<int>(runs.size());
  RunsOf completed;
  for (const Run* run : runs) {
    ++summary.outcomes[run->Label()];
    if (run->completed()) {
      completed.push_back(run);
    } else if (summary.error.empty()) {
      summary.error = run->error;
    }
  }
  summary.completed = static_cast<int>(completed.size());
  SetMedians(completed.empty() ? runs : completed, &summary);
  return summary;
}

}  // namespace

std::string Summary::Outcome() const {
  if (outcomes.empty()) return "not run";
  if (outcomes.size() == 1) return outcomes.begin()->first;
  std::string text;
  for (const auto& [label, count] : outcomes) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, label);
  }
  return text;
}

std::vector<Summary> Summarize(const Results& results) {
  std::vector<RunsOf> runs(results.settings.size());
  for (const Record& record : results.records) {
    if (!record.is_search) runs[record.setting].push_back(&record.run);
  }
  std::vector<Summary> summaries;
  for (size_t i = 0; i < results.settings.size(); ++i) {
    summaries.push_back(SummaryOf(results.settings[i], runs[i]));
  }
  return summaries;
}

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace jshost::lab
