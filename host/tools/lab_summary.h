// What the runs of one setting come to.

#ifndef HOST_TOOLS_LAB_SUMMARY_H_
#define HOST_TOOLS_LAB_SUMMARY_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "host/tools/lab_results.h"

namespace jshost::lab {

// Medians of the runs that completed, or of all where none did; milliseconds
// and bytes. Empty is what no run could tell.
struct Summary {
  Setting setting;
  int runs = 0;
  int completed = 0;
  std::map<std::string, int> outcomes;  // by Run::Label
  std::optional<double> wall_ms;
  std::optional<double> cpu_ms;
  std::optional<double> throughput;
  std::string unit;
  std::optional<double> gc_share;  // 0..1
  std::optional<double> minor_collections;
  std::optional<double> major_collections;
  std::optional<double> peak_rss;
  std::optional<double> peak_total;
  std::string error;  // of a run that didn't complete

  // "completed", or "3 completed, 2 js-heap-limit".
  std::string Outcome() const;
};

// One for each of the settings.
std::vector<Summary> Summarize(const Results& results);

// The middle one, or the mean of the middle two; empty of none.
std::optional<double> Median(std::vector<double> values);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_SUMMARY_H_
