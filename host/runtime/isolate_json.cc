#include "host/runtime/isolate_json.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace jshost {

using nlohmann::json;

// For nlohmann/json, which looks for them beside the types.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(GcCounts, minor, major, pause_ms,
                                   max_pause_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IsolateMemory::Space, name, used, committed,
                                   available)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IsolateMemory, js_heap_used,
                                   js_heap_committed, js_heap_limit, external,
                                   array_buffers, wasm, native, total,
                                   total_limit, process_rss, spaces, gc)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DOMExceptionParts, message, name, stack)

namespace {

template <typename T>
json OrNull(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

template <typename T>
std::optional<T> ReadOptional(const json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

json LimitsToJson(const Limits& limits) {
  json all = json::array();
  for (const auto& limit :
       {limits.js_heap, limits.young, limits.initial, limits.code, limits.stack,
        limits.buffers, limits.total}) {
    all.push_back(OrNull(limit));
  }
  return all;
}

Limits ReadLimits(const json& all) {
  const auto limit = [&all](size_t number) {
    return ReadOptional<uint64_t>(all.at(number));
  };
  return {.js_heap = limit(0),
          .young = limit(1),
          .initial = limit(2),
          .code = limit(3),
          .stack = limit(4),
          .buffers = limit(5),
          .total = limit(6)};
}

}  // namespace

json OptionsToJson(const IsolateOptions& options) {
  return {{"script", options.script},
          {"isText", options.is_text},
          {"folder", options.folder},
          {"kind", static_cast<int>(options.kind)},
          {"limits", LimitsToJson(options.limits)},
          {"allocator", options.allocator},
          {"args", options.args},
          {"timeout", OrNull(options.timeout_ms)}};
}

void ReadOptions(const json& json, IsolateOptions* options) {
  json.at("script").get_to(options->script);
  json.at("isText").get_to(options->is_text);
  json.at("folder").get_to(options->folder);
  options->kind = static_cast<IsolateOptions::Kind>(json.at("kind").get<int>());
  options->limits = ReadLimits(json.at("limits"));
  json.at("allocator").get_to(options->allocator);
  json.at("args").get_to(options->args);
  options->timeout_ms = ReadOptional<double>(json.at("timeout"));
}

json ResultToJson(const IsolateResult& result) {
  return {{"outcome", static_cast<int>(result.outcome)},
          {"exitCode", result.exit_code},
          {"error", result.error},
          {"peak", result.peak},
          {"last", result.last},
          {"gc", result.gc}};
}

void ReadResult(const json& json, IsolateResult* result) {
  const int outcome = json.at("outcome").get<int>();
  result->outcome = outcome < 0 || outcome > static_cast<int>(Outcome::kCrashed)
                        ? Outcome::kCrashed
                        : static_cast<Outcome>(outcome);
  json.at("exitCode").get_to(result->exit_code);
  json.at("error").get_to(result->error);
  json.at("peak").get_to(result->peak);
  json.at("last").get_to(result->last);
  json.at("gc").get_to(result->gc);
}

json ExceptionsToJson(const std::vector<DOMExceptionParts>& all) {
  return json(all);
}

std::vector<DOMExceptionParts> ReadExceptions(const json& json) {
  return json.get<std::vector<DOMExceptionParts>>();
}

}  // namespace jshost
