// xmalloc-test: one thread only allocates, another only frees.
//
// After C. Lever and D. Boreham, "Malloc() performance in a multithreaded Linux
// environment", USENIX 2000, as extended for SuperMalloc (B. Kuszmaul, ISMM
// 2015): half of the threads allocate blocks of 64 bytes in batches of 4096,
// the other half takes batches and frees them. Allocators that keep what a
// thread freed for that thread's next allocation get nothing back.
//
// Operation: one block allocated and freed.

#include <cstdint>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/freeing_thread.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBytes = 64;
constexpr size_t kBatch = 4096;
constexpr size_t kMostWaiting = 8;  // batches
constexpr uint64_t kBatches = 1500;

void XmallocTest(Run& run) {
  const uint64_t batches = run.Scaled(kBatches);
  run.Time(batches * kBatch, [&] {
    FreeingThread freer(run.heap(), kMostWaiting);
    FreeingThread::Batch batch;
    for (uint64_t i = 0; i < batches; ++i) {
      for (size_t j = 0; j < kBatch; ++j) {
        batch.push_back(Take(run.heap(), kBytes));
      }
      freer.Hand(batch);
    }
  });
}

}  // namespace

void AddXmallocTest(Suite& suite) { suite.Add("xmalloc-test", XmallocTest); }

}  // namespace jsheap::bench
