#include "allocator/reclaimer/reclaimer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/pages/decay.h"
#include "allocator/registry.h"

namespace jsheap {
namespace {

using std::chrono::milliseconds;
using Mode = ReclaimerOptions::Mode;

constexpr size_t kBlock = size_t{1} << 20;

std::unique_ptr<Allocator> MakeSlab() {
  std::string error;
  auto heap = MakeAllocator("slab:reserve=1GiB", &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

// Makes `count` MiB resident and frees them.
void UseAndFree(Allocator& heap, size_t count) {
  std::vector<void*> blocks;
  for (size_t i = 0; i < count; ++i) {
    blocks.push_back(heap.Allocate(kBlock));
    std::memset(blocks.back(), 0xAB, kBlock);
  }
  for (void* block : blocks) heap.Free(block, kBlock);
}

uint64_t Resident(const Allocator& heap) {
  return *heap.Stats(true).resident_bytes;
}

// Waits for what happens on another thread; how long doesn't matter.
bool Eventually(auto condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(100));
  }
  return false;
}

TEST(DecayTest, KeepsWhatIsNewAndNothingThatIsOld) {
  Decay decay;
  uint64_t may_stay = decay.Tick(1000);
  EXPECT_GT(may_stay, 900u);
  EXPECT_LE(may_stay, 1000u);
  for (size_t tick = 1; tick < Decay::kTicks; ++tick) {
    const uint64_t next = decay.Tick(may_stay);
    EXPECT_LE(next, may_stay);
    may_stay = next;
  }
  EXPECT_EQ(may_stay, 0u);
  EXPECT_FALSE(decay.IsIdle());
  decay.Tick(0);
  EXPECT_TRUE(decay.IsIdle());
}

TEST(DecayTest, MemoryInUseAgainIsNotOld) {
  Decay decay;
  for (int i = 0; i < 50; ++i) {
    EXPECT_GT(decay.Tick(1000), 900u);  // freed in this tick
    decay.Tick(0);                      // and taken again
  }
}

TEST(ReclaimerTest, ThreadGivesFreeMemoryBackAndFallsSilent) {
  auto heap = MakeSlab();
  Reclaimer reclaimer({heap->reclaimable()}, {Mode::kThread});
  UseAndFree(*heap, 64);
  EXPECT_TRUE(Eventually([&] { return Resident(*heap) <= 2 * kBlock; }));
  // Nothing is left to age: the thread stops waking up.
  uint64_t wakeups = 0;
  EXPECT_TRUE(Eventually([&] {
    const uint64_t before = wakeups;
    wakeups = reclaimer.wakeups();
    std::this_thread::sleep_for(milliseconds(500));
    return wakeups == before && wakeups == reclaimer.wakeups();
  }));
  const uint64_t silent = reclaimer.wakeups();
  std::this_thread::sleep_for(milliseconds(600));
  EXPECT_EQ(reclaimer.wakeups(), silent);
  // And comes back for the next work.
  UseAndFree(*heap, 64);
  EXPECT_TRUE(Eventually([&] { return Resident(*heap) <= 2 * kBlock; }));
  EXPECT_GT(reclaimer.wakeups(), silent);
}

TEST(ReclaimerTest, PurgedMemoryReadsAsZero) {
  auto heap = MakeSlab();
  UseAndFree(*heap, 32);
  EXPECT_GE(heap->reclaimable()->Trim(), 32 * kBlock);
  EXPECT_LE(Resident(*heap), kBlock);
  const AllocatorStats stats = heap->Stats();
  EXPECT_EQ(*stats.zeroed_bytes + 0, *stats.cached_bytes);
  for (int i = 0; i < 32; ++i) {
    const char* block = static_cast<char*>(heap->AllocateZeroed(kBlock));
    for (size_t at = 0; at < kBlock; ++at) ASSERT_EQ(block[at], 0);
  }
}

TEST(ReclaimerTest, InlineTicksByAllocations) {
  auto heap = MakeSlab();
  Reclaimer reclaimer({heap->reclaimable()}, {Mode::kInline, 100});
  UseAndFree(*heap, 64);
  // Enough for every tick that anything may stay.
  for (int i = 0; i < 5000; ++i) heap->Free(heap->Allocate(70000), 70000);
  EXPECT_LE(Resident(*heap), 4 * kBlock);
}

TEST(ReclaimerTest, OffKeepsEverything) {
  auto heap = MakeSlab();
  Reclaimer reclaimer({heap->reclaimable()}, {Mode::kOff});
  UseAndFree(*heap, 16);
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_GE(Resident(*heap), 16 * kBlock);
  EXPECT_EQ(reclaimer.wakeups(), 0u);
}

TEST(ReclaimerTest, PurgesWhileOthersAllocate) {
  auto heap = MakeSlab();
  Reclaimer reclaimer({heap->reclaimable()}, {Mode::kThread});
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        const size_t bytes = kBlock * static_cast<size_t>(t + 1) / 2;
        char* block = static_cast<char*>(heap->AllocateZeroed(bytes));
        ASSERT_NE(block, nullptr);
        for (size_t at = 0; at < bytes; at += 512) ASSERT_EQ(block[at], 0);
        std::memset(block, 0xCD, bytes);
        heap->Free(block, bytes);
        if (i % 8 == 0) (void)heap->reclaimable()->Trim();
        if (i % 20 == 0) std::this_thread::sleep_for(milliseconds(50));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ReclaimerTest, IdleThreadKeepsNothing) {
  auto heap = MakeSlab();
  for (size_t bytes = 16; bytes < 30000; bytes += bytes / 8 + 1) {
    heap->Free(heap->Allocate(bytes), bytes);
  }
  EXPECT_GT(heap->Stats().spans->in_use, 20u);
  heap->IdleThread();
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
}

TEST(ParseReclaimerTest, ReadsEveryForm) {
  ReclaimerOptions options;
  std::string error;
  EXPECT_TRUE(ParseReclaimer("inline=17", &options, &error));
  EXPECT_EQ(options.mode, Mode::kInline);
  EXPECT_EQ(options.every, 17u);
  EXPECT_TRUE(ParseReclaimer("off", &options, &error));
  EXPECT_EQ(options.mode, Mode::kOff);
  EXPECT_TRUE(ParseReclaimer("thread", &options, &error));
  EXPECT_EQ(options.mode, Mode::kThread);
  EXPECT_FALSE(ParseReclaimer("inline=0", &options, &error));
  EXPECT_EQ(error,
            "'0' is not a number of allocations; write e.g. inline=65536");
  EXPECT_FALSE(ParseReclaimer("daemon", &options, &error));
  EXPECT_EQ(error,
            "unknown reclaimer 'daemon'; known are thread, inline, inline=N, "
            "off");
}

}  // namespace
}  // namespace jsheap
