// What the kernel says of this process's memory.

#ifndef BENCH_ALLOCATOR_HARNESS_PROCESS_MEMORY_H_
#define BENCH_ALLOCATOR_HARNESS_PROCESS_MEMORY_H_

#include <cstdint>

namespace jsheap::bench {

// Bytes; exact to some hundred KiB, since the kernel counts by CPU.
struct ProcessMemory {
  uint64_t rss = 0;       // in RAM
  uint64_t peak_rss = 0;  // the most there ever was
};

ProcessMemory ReadProcessMemory();

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_PROCESS_MEMORY_H_
