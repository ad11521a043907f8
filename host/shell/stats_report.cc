#include "host/shell/stats_report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "allocator/size_text.h"
#include "host/runtime/platform.h"
#include "host/runtime/runtime.h"

namespace jshost {
namespace {

using jsheap::FormatSize;

double Milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_usec) / 1e3;
}

std::string SizeOr(const std::optional<uint64_t>& size, const char* none) {
  return size ? FormatSize(*size) : none;
}

nlohmann::ordered_json OrNull(const std::optional<uint64_t>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

std::optional<uint64_t> LimitOf(uint64_t limit) {
  if (limit == jsheap::Budget::kUnlimited) return std::nullopt;
  return limit;
}

nlohmann::ordered_json Spaces(const IsolateMemory& memory) {
  nlohmann::ordered_json spaces = nlohmann::ordered_json::array();
  for (const IsolateMemory::Space& space : memory.spaces) {
    spaces.push_back({{"name", space.name},
                      {"used", space.used},
                      {"committed", space.committed},
                      {"available", space.available}});
  }
  return spaces;
}

}  // namespace

Stats CollectStats(Runtime& runtime, Platform* platform, double wall_ms,
                   int exit_status) {
  const ArrayBufferAllocator& buffers = runtime.buffers();
  Stats stats;
  stats.allocator = buffers.heap().name();
  stats.live_bytes = buffers.account().live_bytes();
  stats.live_blocks = buffers.account().live_blocks();
  stats.peak_live_bytes = buffers.account().peak_live_bytes();
  stats.allocations = buffers.account().allocations();
  stats.frees = buffers.account().frees();
  stats.failures = buffers.failures();
  if (buffers.budget().limit() != jsheap::Budget::kUnlimited) {
    stats.buffer_limit = buffers.budget().limit();
  }
  stats.heap = buffers.heap().Stats();
  stats.page_buffer_bytes = platform->pages().buffer_bytes();

  stats.memory = runtime.memory();

  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  stats.peak_rss = static_cast<uint64_t>(usage.ru_maxrss) << 10;
  stats.cpu_ms = Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime);
  stats.wall_ms = wall_ms;
  stats.exit_status = exit_status;
  return stats;
}

std::string FormatStats(const Stats& stats) {
  std::string text;
  const auto row = [&text](std::string_view name, const std::string& value) {
    fmt::format_to(std::back_inserter(text), "  {:<22}{}\n", name, value);
  };
  text += fmt::format("buffers ({})\n", stats.allocator);
  row("live", fmt::format("{} in {} blocks", FormatSize(stats.live_bytes),
                          stats.live_blocks));
  row("peak", FormatSize(stats.peak_live_bytes));
  row("allocations", fmt::format("{}, freed {}, refused {}", stats.allocations,
                                 stats.frees, stats.failures));
  row("committed",
      fmt::format("{}, peak {}", SizeOr(stats.heap.committed_bytes, "unknown"),
                  SizeOr(stats.heap.peak_committed_bytes, "unknown")));
  row("resizable and wasm", FormatSize(stats.page_buffer_bytes));
  row("limit", SizeOr(stats.buffer_limit, "none"));
  text += "JavaScript heap\n";
  row("used", FormatSize(stats.memory.js_heap_used));
  row("committed", FormatSize(stats.memory.js_heap_committed));
  row("limit", FormatSize(stats.memory.js_heap_limit));
  text += "all together\n";
  row("in use", fmt::format("{}: JavaScript heap {}, buffers {}, resizable "
                            "and wasm {}, native objects {}",
                            FormatSize(stats.memory.total),
                            FormatSize(stats.memory.js_heap_committed),
                            FormatSize(stats.memory.array_buffers),
                            FormatSize(stats.memory.wasm),
                            FormatSize(stats.memory.native)));
  row("limit", SizeOr(LimitOf(stats.memory.total_limit), "none"));
  text += "garbage collections\n";
  row("minor, major",
      fmt::format("{}, {}", stats.memory.gc.minor, stats.memory.gc.major));
  row("pauses",
      fmt::format("{:.1f} ms, longest {:.1f} ms", stats.memory.gc.pause_ms,
                  stats.memory.gc.max_pause_ms));
  text += "process\n";
  row("peak resident", FormatSize(stats.peak_rss));
  row("time",
      fmt::format("{:.1f} ms, CPU {:.1f} ms", stats.wall_ms, stats.cpu_ms));
  return text;
}

std::string StatsToJson(const Stats& stats) {
  nlohmann::ordered_json spans;
  if (stats.heap.spans) {
    spans = {{"inUse", stats.heap.spans->in_use},
             {"freeZero", stats.heap.spans->free_zero},
             {"freeDirty", stats.heap.spans->free_dirty},
             {"released", stats.heap.spans->released}};
  }
  const nlohmann::ordered_json json = {
      {"allocator", stats.allocator},
      {"buffers",
       {{"liveBytes", stats.live_bytes},
        {"liveBlocks", stats.live_blocks},
        {"allocatedBytes", OrNull(stats.heap.allocated_bytes)},
        {"committedBytes", OrNull(stats.heap.committed_bytes)},
        {"reservedBytes", OrNull(stats.heap.reserved_bytes)},
        {"zeroedBytes", OrNull(stats.heap.zeroed_bytes)},
        {"cachedBytes", OrNull(stats.heap.cached_bytes)},
        {"peakLiveBytes", stats.peak_live_bytes},
        {"peakCommittedBytes", OrNull(stats.heap.peak_committed_bytes)},
        {"allocations", stats.allocations},
        {"frees", stats.frees},
        {"failures", stats.failures},
        {"limit", OrNull(stats.buffer_limit)},
        {"resizableAndWasm", stats.page_buffer_bytes},
        {"spans", spans}}},
      {"jsHeap",
       {{"used", stats.memory.js_heap_used},
        {"committed", stats.memory.js_heap_committed},
        {"limit", stats.memory.js_heap_limit},
        {"external", stats.memory.external}}},
      {"memory",
       {{"arrayBuffers", stats.memory.array_buffers},
        {"wasm", stats.memory.wasm},
        {"native", stats.memory.native},
        {"total", stats.memory.total},
        {"peakTotal", stats.peak_total},
        {"totalLimit", OrNull(LimitOf(stats.memory.total_limit))},
        {"processRss", stats.memory.process_rss},
        {"spaces", Spaces(stats.memory)}}},
      {"gc",
       {{"minor", stats.memory.gc.minor},
        {"major", stats.memory.gc.major},
        {"pauseMs", stats.memory.gc.pause_ms},
        {"maxPauseMs", stats.memory.gc.max_pause_ms}}},
      {"process",
       {{"peakRss", stats.peak_rss},
        {"wallMs", stats.wall_ms},
        {"cpuMs", stats.cpu_ms}}},
      {"exitStatus", stats.exit_status}};
  return json.dump(2) + "\n";
}

}  // namespace jshost
