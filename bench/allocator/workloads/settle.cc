// settle: what stays in RAM when a program has freed everything.
//
// Our own. Buffers of 64 bytes to 1 MiB by Pareto's law, 256 MiB together, are
// allocated and written all over, then freed by another thread, in random
// order. Timed is that; then the program is idle for two seconds, and then
// asks for all free memory to be given back, where the backend can be asked.
//
// Operation: one KiB allocated, written and freed. Two more counters, in bytes
// like peak_rss: settled_rss after the two seconds, trimmed_rss at the end.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

#include "allocator/reclaimable.h"
#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/freeing_thread.h"
#include "bench/allocator/harness/random.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kSizes = 256 << 10;
constexpr size_t kAllBytes = size_t{256} << 20;

FreeingThread::Batch AllocateAndWrite(Allocator& heap, size_t all_bytes) {
  const auto sizes = ParetoSizes(kSizes, 64, 1 << 20, /*seed=*/1);
  FreeingThread::Batch blocks;
  size_t sum = 0;
  for (size_t i = 0; sum < all_bytes; sum += blocks.back().bytes, ++i) {
    blocks.push_back(TakeZeroed(heap, sizes[i % kSizes]));
    std::memset(blocks.back().at, 1, blocks.back().bytes);
  }
  return blocks;
}

void Settle(Run& run) {
  const size_t all_bytes = run.Scaled(kAllBytes);
  Random random(/*seed=*/1);
  run.Time(all_bytes >> 10, [&] {
    FreeingThread freer(run.heap(), /*most_waiting=*/1);
    FreeingThread::Batch blocks = AllocateAndWrite(run.heap(), all_bytes);
    Shuffle(blocks, random);
    freer.Hand(blocks);
  });
  run.heap().IdleThread();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  run.ReportRss("settled_rss");
  if (Reclaimable* heap = run.heap().reclaimable()) heap->Trim();
  run.ReportRss("trimmed_rss");
}

}  // namespace

void AddSettle(Suite& suite) { suite.Add("settle", Settle); }

}  // namespace jsheap::bench
