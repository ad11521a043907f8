// rptest: blocks of many sizes, a part of them freed by the next thread.
//
// After the description of M. Jansson's rpmalloc-benchmark, with the parameters
// of mimalloc-bench: sizes of 8 to 16000 bytes, the larger the rarer in linear
// decline; every thread has 1000 blocks and replaces them in strides; in every
// second loop it also hands as many blocks to its neighbour as one round has.
//
// Operation: one block allocated and freed.

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/random.h"
#include "bench/allocator/harness/threads.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kBlocks = 1000;
constexpr uint64_t kRounds = 100;  // of a loop
constexpr uint64_t kLoops = 100;
constexpr uint64_t kHandEvery = 2;          // loops
constexpr size_t kReplaced = kBlocks / 10;  // of a round
constexpr uint32_t kLeastBytes = 8;
constexpr uint32_t kMostBytes = 16000;

// The smaller of two uniform numbers declines linearly.
Block TakeAny(Allocator& heap, Random& random) {
  return Take(heap, std::min(random.Between(kLeastBytes, kMostBytes),
                             random.Between(kLeastBytes, kMostBytes)));
}

// What was handed to a thread.
class Inbox {
 public:
  void Put(const std::vector<Block>& blocks) {
    std::lock_guard lock(mutex_);
    blocks_.insert(blocks_.end(), blocks.begin(), blocks.end());
  }
  void Empty(Allocator& heap) {
    std::vector<Block> blocks;
    {
      std::lock_guard lock(mutex_);
      blocks.swap(blocks_);
    }
    FreeAll(heap, blocks);
  }

 private:
  std::mutex mutex_;
  std::vector<Block> blocks_;  // guarded by mutex_
};

void Work(Allocator& heap, Inbox& own, Inbox& neighbours, uint64_t loops,
          uint64_t seed) {
  Random random(seed);
  std::vector<Block> blocks(kBlocks);
  std::vector<Block> handed(kReplaced);
  for (uint64_t loop = 0; loop < loops; ++loop) {
    for (uint64_t round = 0; round < kRounds; ++round) {
      const size_t start = random.Below(kBlocks);
      const size_t stride = random.Between(1, 8);
      for (size_t i = 0; i < kReplaced; ++i) {
        Block& block = blocks[(start + i * stride) % kBlocks];
        Free(heap, block);
        block = TakeAny(heap, random);
      }
    }
    own.Empty(heap);
    if (loop % kHandEvery == 0) {
      for (Block& block : handed) block = TakeAny(heap, random);
      neighbours.Put(handed);
    }
  }
  FreeAll(heap, blocks);
}

void Rptest(Run& run) {
  const uint64_t loops = run.Scaled(kLoops);
  const uint64_t blocks =
      loops * kRounds * kReplaced + loops / kHandEvery * kReplaced;
  std::array<Inbox, kThreads> inboxes;
  run.Time(kThreads * blocks, [&] {
    RunThreads(kThreads, [&](size_t i) {
      Work(run.heap(), inboxes[i], inboxes[(i + 1) % kThreads], loops, i);
    });
    for (Inbox& inbox : inboxes) inbox.Empty(run.heap());
  });
}

}  // namespace

void AddRptest(Suite& suite) { suite.Add("rptest", Rptest); }

}  // namespace jsheap::bench
