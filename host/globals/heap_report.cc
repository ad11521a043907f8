// heap.report(): gathers what report.js makes a page of.

#include <fmt/chrono.h>
#include <v8-initialization.h>
#include <v8-statistics.h>

#include <chrono>
#include <vector>

#include "host/globals/clock.h"
#include "host/globals/file_error.h"
#include "host/globals/files.h"
#include "host/globals/heap.h"
#include "host/globals/record.h"

namespace jshost::heap {
namespace {

v8::Local<v8::Array> ToArray(v8::Isolate* isolate,
                             std::vector<v8::Local<v8::Value>>& items) {
  return v8::Array::New(isolate, items.data(), items.size());
}

v8::Local<v8::Array> OptionsInEffect(Environment& env) {
  std::vector<v8::Local<v8::Value>> items;
  for (const auto& [name, value] : env.options_in_effect) {
    Record record(env.isolate);
    record.AddText("name", name);
    record.AddText("value", value);
    items.push_back(record.object());
  }
  return ToArray(env.isolate, items);
}

v8::Local<v8::Array> Spaces(v8::Isolate* isolate) {
  std::vector<v8::Local<v8::Value>> items;
  for (size_t i = 0; i < isolate->NumberOfHeapSpaces(); ++i) {
    v8::HeapSpaceStatistics space;
    if (!isolate->GetHeapSpaceStatistics(&space, i)) continue;
    Record record(isolate);
    record.AddText("name", space.space_name());
    record.Add("used", space.space_used_size());
    record.Add("committed", space.space_size());
    record.Add("available", space.space_available_size());
    items.push_back(record.object());
  }
  return ToArray(isolate, items);
}

v8::Local<v8::Object> V8Heap(v8::Isolate* isolate) {
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  Record record(isolate);
  record.AddText("version", v8::V8::GetVersion());
  record.Add("used", heap.used_heap_size());
  record.Add("committed", heap.total_heap_size());
  record.Add("limit", heap.heap_size_limit());
  record.Add("external", heap.external_memory());
  record.Add("native", heap.malloced_memory());
  record.Add("spaces", Spaces(isolate));
  return record.object();
}

v8::Local<v8::Object> Collections(Environment& env) {
  const GcCounts& counts = env.gc->counts();
  Record record(env.isolate);
  record.Add("minor", counts.minor);
  record.Add("major", counts.major);
  record.AddNumber("pauseMs", counts.pause_ms);
  record.AddNumber("maxPauseMs", counts.max_pause_ms);
  return record.object();
}

v8::MaybeLocal<v8::Object> Gather(Environment& env) {
  Record detail(env.isolate);
  detail.Add("detail", v8::True(env.isolate));
  v8::Local<v8::Object> stats;
  if (!Stats(env, detail.object()).ToLocal(&stats)) return {};
  v8::Local<v8::Value> map = v8::Null(env.isolate);
  if (env.buffers->heap().inspectable() != nullptr) {
    v8::Local<v8::Object> spans;
    if (!Map(env, {}).ToLocal(&spans)) return {};
    map = spans;
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
  Record data(env.isolate);
  data.AddText("time", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", now));
  data.AddNumber("sinceStartMs", MillisecondsSinceStart(env));
  data.Add("options", OptionsInEffect(env));
  data.Add("stats", stats);
  data.Add("map", map);
  data.Add("v8", V8Heap(env.isolate));
  data.Add("gc", Collections(env));
  return data.object();
}

}  // namespace

v8::MaybeLocal<v8::String> ReportPage(Environment& env) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  v8::Local<v8::Value> report;
  v8::Local<v8::Object> data;
  v8::Local<v8::Value> page;
  if (!env.host->RequireInternal("report").ToLocal(&report) ||
      !Gather(env).ToLocal(&data)) {
    return {};
  }
  v8::Local<v8::Value> argument = data;
  if (!report.As<v8::Function>()
           ->Call(env.isolate, context, v8::Undefined(env.isolate), 1,
                  &argument)
           .ToLocal(&page)) {
    return {};
  }
  return page.As<v8::String>();
}

void Report(Environment& env, const Path& path) {
  v8::Local<v8::String> page;
  if (!ReportPage(env).ToLocal(&page)) return;
  if (const int error = WriteFile(path, ToText(env.isolate, page),
                                  &env.host->interruption())) {
    ThrowFileError(env, "write", path, error);
  }
}

}  // namespace jshost::heap
