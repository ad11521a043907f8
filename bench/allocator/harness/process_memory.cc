#include "bench/allocator/harness/process_memory.h"

#include <fstream>
#include <limits>
#include <string>

namespace jsheap::bench {

ProcessMemory ReadProcessMemory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    uint64_t kib;
    if (key == "VmRSS:" && status >> kib) memory.rss = kib * 1024;
    if (key == "VmHWM:" && status >> kib) memory.peak_rss = kib * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return memory;
}

}  // namespace jsheap::bench
