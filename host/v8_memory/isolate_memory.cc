#include "host/v8_memory/isolate_memory.h"

#include <fcntl.h>
#include <unistd.h>
#include <v8-isolate.h>
#include <v8-statistics.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

namespace jshost {

uint64_t ResidentBytes() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 128> text{};
  const ssize_t size = read(file, text.data(), text.size() - 1);
  close(file);
  unsigned long all = 0;
  unsigned long resident = 0;
  if (size <= 0 || std::sscanf(text.data(), "%lu %lu", &all, &resident) != 2) {
    return 0;
  }
  return uint64_t{resident} * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

uint64_t PeakResidentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    unsigned long kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lu kB", &kib) == 1) {
      return uint64_t{kib} << 10;
    }
  }
  return 0;
}

IsolateMemory MeasureIsolate(v8::Isolate* isolate, const IsolateBudget& budget,
                             uint64_t native_bytes, uint64_t record_bytes) {
  IsolateMemory memory;
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  memory.js_heap_used = heap.used_heap_size();
  memory.js_heap_committed = heap.total_heap_size();
  memory.js_heap_limit = heap.heap_size_limit();
  memory.external = heap.external_memory();
  for (size_t i = 0; i < isolate->NumberOfHeapSpaces(); ++i) {
    v8::HeapSpaceStatistics space;
    if (!isolate->GetHeapSpaceStatistics(&space, i)) continue;
    memory.spaces.push_back({.name = space.space_name(),
                             .used = space.space_used_size(),
                             .committed = space.space_size(),
                             .available = space.space_available_size()});
  }
  const uint64_t buffers = budget.buffers().used();
  memory.wasm = std::min(budget.page_bytes(), buffers);
  memory.native = std::min(native_bytes, buffers - memory.wasm);
  memory.array_buffers = buffers - memory.wasm - memory.native;
  memory.native += record_bytes;
  memory.total = memory.js_heap_committed + buffers + record_bytes;
  memory.total_limit = budget.total().lowest_limit();
  memory.process_rss = ResidentBytes();
  return memory;
}

}  // namespace jshost
