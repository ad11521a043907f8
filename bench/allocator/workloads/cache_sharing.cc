// cache-thrash and cache-scratch: do blocks of two threads share a cache line?
//
// After E. Berger and others, "Hoard: a scalable memory allocator for
// multithreaded applications", ASPLOS 2000. Every thread allocates a block of
// one byte, writes it many times, frees it, and again. In cache-scratch each
// thread first frees a block that the main thread allocated, all of them next
// to each other: an allocator that keeps it for that thread's next request
// lets the threads share a line ("passive false sharing"); one that cuts a line
// for several threads does so in cache-thrash too ("active").
//
// Operation: one write.

#include <cstdint>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/threads.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr uint64_t kBlocks = 100;        // of each thread
constexpr uint64_t kWrites = 1'000'000;  // to each block

void WriteBlocks(Allocator& heap, uint64_t writes) {
  for (uint64_t i = 0; i < kBlocks; ++i) {
    const Block block = Take(heap, 1);
    volatile char& byte = *static_cast<volatile char*>(block.at);
    for (uint64_t j = 0; j < writes; ++j) byte = static_cast<char>(byte + 1);
    Free(heap, block);
  }
}

void CacheThrash(Run& run) {
  const uint64_t writes = run.Scaled(kWrites);
  run.Time(kThreads * kBlocks * writes, [&] {
    RunThreads(kThreads, [&](size_t) { WriteBlocks(run.heap(), writes); });
  });
}

void CacheScratch(Run& run) {
  const uint64_t writes = run.Scaled(kWrites);
  std::vector<Block> handed;
  for (size_t i = 0; i < kThreads; ++i) handed.push_back(Take(run.heap(), 1));
  run.Time(kThreads * kBlocks * writes, [&] {
    RunThreads(kThreads, [&](size_t i) {
      Free(run.heap(), handed[i]);
      WriteBlocks(run.heap(), writes);
    });
  });
}

}  // namespace

void AddCacheSharing(Suite& suite) {
  suite.Add("cache-thrash", CacheThrash);
  suite.Add("cache-scratch", CacheScratch);
}

}  // namespace jsheap::bench
