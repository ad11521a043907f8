// scale: do two threads that share nothing do twice the work of one?
//
// Our own. Each thread has a working set of 1024 zeroed blocks of 64 bytes to
// 4 KiB and replaces them at random; the work of a thread is the same whether
// there are one or two.
//
// Operation: one block freed and one allocated.

#include <cstdint>
#include <string>

#include "bench/allocator/harness/threads.h"
#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBlocks = 1024;
constexpr uint64_t kReplacements = 4'000'000;  // of each thread

void Scale(Run& run, size_t threads) {
  const uint64_t replacements = run.Scaled(kReplacements);
  run.Time(threads * replacements, [&] {
    RunThreads(threads, [&](size_t i) {
      WorkingSet set(run.heap(), kBlocks, ParetoSizes(kSizes, 64, 4 << 10, i),
                     /*zeroed=*/true, /*seed=*/i);
      set.Replace(replacements);
    });
  });
}

}  // namespace

void AddScale(Suite& suite) {
  for (size_t threads : {size_t{1}, kThreads}) {
    suite.Add("scale/" + std::to_string(threads),
              [=](Run& run) { Scale(run, threads); });
  }
}

}  // namespace jsheap::bench
