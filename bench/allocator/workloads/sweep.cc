// sweep: what a JavaScript engine does with buffers.
//
// Our own. The thread that runs the script allocates zeroed buffers and touches
// both ends; when a young generation's worth has piled up (32 MiB or 10,000
// buffers), the collector's helper frees them all in a burst while the script
// goes on. A second collection waits until the helper is done with the first,
// as V8's does. By size, and for a mix of 64 bytes to 64 KiB by Pareto's law.
//
// Operation: one buffer allocated and freed.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/freeing_thread.h"
#include "bench/allocator/harness/random.h"
#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBurstBytes = size_t{32} << 20;
constexpr size_t kBurstBuffers = 10'000;

void Sweep(Run& run, const std::vector<uint32_t>& sizes, uint64_t buffers) {
  run.Time(buffers, [&] {
    FreeingThread sweeper(run.heap(), /*most_waiting=*/1);
    FreeingThread::Batch burst;
    size_t burst_bytes = 0;
    for (uint64_t i = 0; i < buffers; ++i) {
      const size_t bytes = sizes[i % sizes.size()];
      burst.push_back(TakeZeroed(run.heap(), bytes));
      burst_bytes += bytes;
      if (burst_bytes >= kBurstBytes || burst.size() == kBurstBuffers) {
        sweeper.Hand(burst);
        burst_bytes = 0;
      }
    }
    sweeper.Hand(burst);
  });
}

void AddSizes(Suite& suite, const char* name, std::vector<uint32_t> sizes,
              uint64_t buffers) {
  suite.Add(name, [sizes = std::move(sizes), buffers](Run& run) {
    Sweep(run, sizes, run.Scaled(buffers));
  });
}

}  // namespace

void AddSweep(Suite& suite) {
  AddSizes(suite, "sweep/64-64Ki", ParetoSizes(kSizes, 64, 64 << 10, 1),
           2'000'000);
  AddSizes(suite, "sweep/128", {128}, 4'000'000);
  AddSizes(suite, "sweep/4Ki", {4 << 10}, 400'000);
  AddSizes(suite, "sweep/64Ki", {64 << 10}, 50'000);
  AddSizes(suite, "sweep/1Mi", {1 << 20}, 3000);
}

}  // namespace jsheap::bench
