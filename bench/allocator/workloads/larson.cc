// larson: a server whose blocks outlive the thread that allocated them.
//
// After P. Larson and M. Krishnan, "Memory allocation for long-running server
// applications", ISMM 1998, with the parameters of mimalloc-bench: every
// thread replaces blocks of 8 to 1000 bytes at random in a table of 5000, and
// after 100 times as many replacements ends and leaves the table to its
// successor, which frees what it didn't allocate ("bleeding").
//
// Operation: one block freed and one allocated.

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/allocator/harness/threads.h"
#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBlocks = 5000;
constexpr uint64_t kReplacements = 100 * kBlocks;  // of one thread's life
constexpr uint64_t kGenerations = 6;

std::vector<uint32_t> UniformSizes(uint64_t seed) {
  Random random(seed);
  std::vector<uint32_t> sizes(kSizes);
  for (uint32_t& size : sizes) size = random.Between(8, 1000);
  return sizes;
}

void Larson(Run& run) {
  const uint64_t replacements = run.Scaled(kReplacements);
  std::vector<std::unique_ptr<WorkingSet>> tables;
  for (uint64_t i = 0; i < kThreads; ++i) {
    tables.push_back(std::make_unique<WorkingSet>(
        run.heap(), kBlocks, UniformSizes(i), /*zeroed=*/false, /*seed=*/i));
  }
  run.Time(kThreads * kGenerations * replacements, [&] {
    RunThreads(kThreads, [&](size_t i) {
      for (uint64_t generation = 0; generation < kGenerations; ++generation) {
        RunThreads(1, [&](size_t) { tables[i]->Replace(replacements); });
      }
    });
  });
}

}  // namespace

void AddLarson(Suite& suite) { suite.Add("larson", Larson); }

}  // namespace jsheap::bench
