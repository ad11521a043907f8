// live, live-random: does an operation cost more when more blocks are live?
//
// Our own. So many blocks of 64 bytes are live; then a thousand are freed in a
// row, as a collector does, and as many allocated, again and again. In live the
// oldest are freed first, as in a sweep; in live-random any. Blocks aren't
// touched meanwhile: what is measured is the allocator's own work and its own
// misses of the cache, not the program's.
//
// Operation: one block freed and one allocated.

#include <cstdint>
#include <string>
#include <vector>

#include "bench/allocator/harness/random.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBytes = 64;
constexpr size_t kBurst = 1000;
constexpr uint64_t kReplacements = 3'000'000;

void ReplaceBurst(Allocator& heap, void** blocks) {
  for (size_t i = 0; i < kBurst; ++i) heap.Free(blocks[i], kBytes);
  for (size_t i = 0; i < kBurst; ++i) blocks[i] = heap.Allocate(kBytes);
}

void Live(Run& run, size_t live, bool in_order) {
  std::vector<void*> blocks(live);
  run.ExcludeFromRss(live * sizeof(void*));
  for (void*& block : blocks) {
    block = run.heap().Allocate(kBytes);
    *static_cast<volatile char*>(block) = 1;
  }
  Random random(/*seed=*/1);
  if (!in_order) Shuffle(blocks, random);
  const uint64_t bursts = run.Scaled(kReplacements / kBurst);
  run.Time(bursts * kBurst, [&] {
    for (uint64_t i = 0; i < bursts; ++i) {
      ReplaceBurst(run.heap(), &blocks[i * kBurst % live]);
    }
  });
  for (void* block : blocks) run.heap().Free(block, kBytes);
}

}  // namespace

void AddLive(Suite& suite) {
  for (size_t live = 1000; live <= 10'000'000; live *= 10) {
    suite.Add("live/" + std::to_string(live),
              [=](Run& run) { Live(run, live, /*in_order=*/true); });
  }
  for (size_t live : {1000, 100'000, 1'000'000}) {
    suite.Add("live-random/" + std::to_string(live),
              [=](Run& run) { Live(run, live, /*in_order=*/false); });
  }
}

}  // namespace jsheap::bench
