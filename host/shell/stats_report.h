// The memory and GC summary of a program that has ended.

#ifndef HOST_SHELL_STATS_REPORT_H_
#define HOST_SHELL_STATS_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "allocator/allocator.h"
#include "host/v8_memory/isolate_memory.h"

namespace jshost {

class Platform;
class Runtime;

// Bytes and milliseconds.
struct Stats {
  std::string allocator;
  uint64_t live_bytes = 0;
  uint64_t live_blocks = 0;
  uint64_t peak_live_bytes = 0;
  uint64_t allocations = 0;
  uint64_t frees = 0;
  uint64_t failures = 0;
  std::optional<uint64_t> buffer_limit;
  IsolateMemory memory;  // at the end
  jsheap::AllocatorStats heap;
  uint64_t page_buffer_bytes = 0;  // resizable buffers and wasm memories
  uint64_t peak_total = 0;         // the highest that memory.total was seen at
  uint64_t peak_rss = 0;
  double wall_ms = 0;
  double cpu_ms = 0;
  int exit_status = 0;
};

// Reads everything at this moment.
Stats CollectStats(Runtime& runtime, Platform* platform, double wall_ms,
                   int exit_status);

// A table for people.
std::string FormatStats(const Stats& stats);

// An object with the names that heap.stats() and isolate.memory() use; what
// isn't known is null.
std::string StatsToJson(const Stats& stats);

}  // namespace jshost

#endif  // HOST_SHELL_STATS_REPORT_H_
