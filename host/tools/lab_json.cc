#include "host/tools/lab_json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json GcPolicyOf(const Variant& variant) {
  return variant.gc_policy.empty() ? Json() : Json(variant.gc_policy);
}

Json LimitsOf(const Setting& setting) {
  Json limits = Json::object();
  for (size_t i = 0; i < kLimits.size(); ++i) {
    limits[std::string(kLimits[i].field)] = OrNull(setting.limits[i]);
  }
  return limits;
}

// Where `number` is the run's place in the order, from 1.
Json RunOf(const Record& record, size_t number) {
  const Run& run = record.run;
  return {{"run", number},
          {"repeat", record.repeat},
          {"outcome", run.outcome},
          {"exitCode", run.exit_code},
          {"error", run.error},
          {"wallMs", run.wall_ms},
          {"cpuMs", run.cpu_ms},
          {"throughput", OrNull(run.throughput)},
          {"unit", run.unit},
          {"gc",
           {{"minor", OrNull(run.minor_collections)},
            {"major", OrNull(run.major_collections)},
            {"pauseMs", OrNull(run.pause_ms)},
            {"maxPauseMs", OrNull(run.max_pause_ms)},
            {"share", OrNull(run.GcShare())}}},
          {"peakRss", OrNull(run.peak_rss)},
          {"peakTotal", OrNull(run.peak_total)}};
}

Json SettingOf(const Summary& summary) {
  return {{"allocator", summary.setting.variant.allocator},
          {"gcPolicy", GcPolicyOf(summary.setting.variant)},
          {"limits", LimitsOf(summary.setting)},
          {"outcomes", summary.outcomes},
          {"median",
           {{"wallMs", OrNull(summary.wall_ms)},
            {"cpuMs", OrNull(summary.cpu_ms)},
            {"throughput", OrNull(summary.throughput)},
            {"unit", summary.unit},
            {"gcShare", OrNull(summary.gc_share)},
            {"peakRss", OrNull(summary.peak_rss)},
            {"peakTotal", OrNull(summary.peak_total)}}},
          {"runs", Json::array()}};
}

Json MinimumOf(const Minimum& minimum) {
  return {{"allocator", minimum.setting.variant.allocator},
          {"gcPolicy", GcPolicyOf(minimum.setting.variant)},
          {"limits", LimitsOf(minimum.setting)},
          {"limit", kLimits[minimum.limit].field},
          {"smallestThatWorks", OrNull(minimum.works)},
          {"largestThatFails", OrNull(minimum.failed)},
          {"runs", minimum.runs},
          {"problem", minimum.problem}};
}

}  // namespace

std::string FormatJson(const Results& results,
                       const std::vector<Summary>& summaries) {
  Json json = {{"script", results.script},
               {"scriptArgs", results.script_args},
               {"isolation", results.isolation},
               {"seed", results.seed},
               {"repeat", results.repeat},
               {"interrupted", results.was_interrupted},
               {"settings", Json::array()},
               {"minima", Json::array()},
               {"search", Json::array()}};
  for (const Summary& summary : summaries) {
    json["settings"].push_back(SettingOf(summary));
  }
  for (size_t i = 0; i < results.records.size(); ++i) {
    const Record& record = results.records[i];
    Json run = RunOf(record, i + 1);
    if (record.is_search) {
      run["allocator"] = record.given.variant.allocator;
      run["gcPolicy"] = GcPolicyOf(record.given.variant);
      run["limits"] = LimitsOf(record.given);
      json["search"].push_back(std::move(run));
    } else {
      json["settings"][record.setting]["runs"].push_back(std::move(run));
    }
  }
  for (const Minimum& minimum : results.minima) {
    json["minima"].push_back(MinimumOf(minimum));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jshost::lab
