// glibc-thread: threads that have nothing to do with each other, each with a
// working set of small blocks.
//
// After the description of glibc's benchtests/bench-malloc-thread: every
// thread replaces blocks at random in a set of 1024; sizes of 4 bytes to 32 KiB
// follow an inverse square law.
//
// Operation: one block freed and one allocated.

#include <cstdint>

#include "bench/allocator/harness/threads.h"
#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBlocks = 1024;
constexpr uint64_t kReplacements = 3'000'000;  // of each thread

void GlibcThread(Run& run) {
  const uint64_t replacements = run.Scaled(kReplacements);
  run.Time(kThreads * replacements, [&] {
    RunThreads(kThreads, [&](size_t i) {
      WorkingSet set(run.heap(), kBlocks, ParetoSizes(kSizes, 4, 32 << 10, i),
                     /*zeroed=*/false, /*seed=*/i);
      set.Replace(replacements);
    });
  });
}

}  // namespace

void AddGlibcThread(Suite& suite) { suite.Add("glibc-thread", GlibcThread); }

}  // namespace jsheap::bench
