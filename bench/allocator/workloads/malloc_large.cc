// malloc-large: twenty live buffers of 5 to 25 MiB, replaced at random.
//
// After the workload of that name in mimalloc-bench, whose buffers are arrays
// that C++ initializes with zeroes: here they come from the allocation that
// zeroes, and both ends are touched.
//
// Operation: one buffer freed and one allocated.

#include <cstdint>
#include <vector>

#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBuffers = 20;
constexpr uint32_t kLeastBytes = 5 << 20;
constexpr uint32_t kMostBytes = 25 << 20;
constexpr uint64_t kReplacements = 150;

std::vector<uint32_t> Sizes() {
  Random random(/*seed=*/1);
  std::vector<uint32_t> sizes(kSizes);
  for (uint32_t& size : sizes) size = random.Between(kLeastBytes, kMostBytes);
  return sizes;
}

void MallocLarge(Run& run) {
  const uint64_t replacements = run.Scaled(kReplacements);
  WorkingSet buffers(run.heap(), kBuffers, Sizes(), /*zeroed=*/true,
                     /*seed=*/1);
  run.Time(replacements, [&] { buffers.Replace(replacements); });
}

}  // namespace

void AddMallocLarge(Suite& suite) { suite.Add("malloc-large", MallocLarge); }

}  // namespace jsheap::bench
