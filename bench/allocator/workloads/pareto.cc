// pareto: zeroed blocks of all the sizes that typed arrays mostly have, on one
// thread.
//
// Our own; sizes follow Pareto's law, as in OLogN's alloc-test: from 64 bytes
// to 64 KiB, every doubling half as frequent. A set of 1024 live blocks, of
// which one after another, picked at random, is freed and replaced by a zeroed
// block of the next size, touched at both ends. Also for each decade of sizes
// alone, since the small blocks outnumber the large ones.
//
// Operation: one block freed and one allocated.

#include <cstdint>

#include "bench/allocator/harness/working_set.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBlocks = 1024;

void AddSizes(Suite& suite, const char* name, uint32_t least, uint32_t most,
              uint64_t replacements) {
  suite.Add(name, [=](Run& run) {
    const uint64_t count = run.Scaled(replacements);
    WorkingSet set(run.heap(), kBlocks,
                   ParetoSizes(kSizes, least, most, /*seed=*/1),
                   /*zeroed=*/true, /*seed=*/1);
    run.Time(count, [&] { set.Replace(count); });
  });
}

}  // namespace

void AddPareto(Suite& suite) {
  AddSizes(suite, "pareto/64-64Ki", 64, 64 << 10, 3'000'000);
  AddSizes(suite, "pareto/64-640", 64, 640, 5'000'000);
  AddSizes(suite, "pareto/640-6400", 640, 6400, 3'000'000);
  AddSizes(suite, "pareto/6400-64Ki", 6400, 64 << 10, 500'000);
}

}  // namespace jsheap::bench
