#include "host/v8_memory/array_buffer_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "allocator/registry.h"

namespace jshost {
namespace {

std::shared_ptr<jsheap::Allocator> Slab() {
  std::string error;
  std::shared_ptr<jsheap::Allocator> heap =
      jsheap::MakeAllocator("slab", &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

std::shared_ptr<ArrayBufferAllocator> Make(
    uint64_t limit = jsheap::Budget::kUnlimited,
    std::shared_ptr<jsheap::Allocator> heap = Slab()) {
  return std::make_shared<ArrayBufferAllocator>(
      std::move(heap), std::make_shared<jsheap::Budget>(limit));
}

// A heap that has nothing to give.
class EmptyHeap final : public jsheap::Allocator {
 public:
  void* Allocate(size_t) override { return nullptr; }
  void* AllocateZeroed(size_t) override { return nullptr; }
  void Free(void*, size_t) override { FAIL() << "nothing of this heap's"; }
  size_t UsableSize(const void*) const override { return 0; }
  using Allocator::Stats;
  jsheap::AllocatorStats Stats(bool) const override { return {}; }
};

bool IsZero(const void* block, size_t bytes) {
  const auto* begin = static_cast<const char*>(block);
  return std::all_of(begin, begin + bytes, [](char c) { return c == 0; });
}

TEST(ArrayBufferAllocatorTest, CountsWhatLivesAndWhatLived) {
  const auto buffers = Make();
  void* a = buffers->Allocate(100);
  void* b = buffers->AllocateUninitialized(1000);
  EXPECT_TRUE(IsZero(a, 100));
  EXPECT_EQ(buffers->account().live_bytes(), 1100u);
  EXPECT_EQ(buffers->account().live_blocks(), 2u);
  EXPECT_EQ(buffers->budget().used(), 1100u);
  buffers->Free(a, 100);
  buffers->Free(b, 1000);
  buffers->Free(nullptr, 10);
  EXPECT_EQ(buffers->account().live_bytes(), 0u);
  EXPECT_EQ(buffers->account().allocations(), 2u);
  EXPECT_EQ(buffers->account().frees(), 2u);
  EXPECT_EQ(buffers->account().peak_live_bytes(), 1100u);
  EXPECT_EQ(buffers->budget().used(), 0u);
}

TEST(ArrayBufferAllocatorTest, TheBudgetIsExactAndComesBack) {
  const auto buffers = Make(1000);
  void* a = buffers->Allocate(600);
  EXPECT_EQ(buffers->Allocate(401), nullptr);
  EXPECT_EQ(buffers->failures(), 1u);
  EXPECT_EQ(buffers->budget().failures(), 1u);
  EXPECT_EQ(buffers->refusals().count(), 1u);
  EXPECT_EQ(buffers->refusals().last_bytes(), 401u);
  void* b = buffers->Allocate(400);
  EXPECT_NE(b, nullptr);
  buffers->Free(a, 600);
  void* c = buffers->Allocate(600);
  EXPECT_NE(c, nullptr);
  buffers->Free(b, 400);
  buffers->Free(c, 600);
}

TEST(ArrayBufferAllocatorTest, SixtyFourBytesAreNeverRefusedByTheBudget) {
  const auto buffers = Make(0);
  EXPECT_EQ(buffers->Allocate(65), nullptr);
  void* block = buffers->Allocate(64);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(buffers->budget().used(), 64u);
  buffers->Free(block, 64);
  EXPECT_EQ(buffers->budget().used(), 0u);
}

TEST(ArrayBufferAllocatorTest, SixtyFourBytesAreNeverRefusedByTheHeap) {
  const auto buffers =
      Make(jsheap::Budget::kUnlimited, std::make_shared<EmptyHeap>());
  EXPECT_EQ(buffers->Allocate(65), nullptr);
  EXPECT_EQ(buffers->budget().used(), 0u);
  EXPECT_EQ(buffers->account().peak_live_bytes(), 0u);
  std::vector<void*> blocks;
  for (size_t bytes = 0; bytes <= 64; ++bytes) {
    blocks.push_back(buffers->AllocateUninitialized(bytes));
    ASSERT_NE(blocks.back(), nullptr);
    EXPECT_TRUE(IsZero(blocks.back(), bytes));
  }
  for (size_t bytes = 0; bytes <= 64; ++bytes) {
    buffers->Free(blocks[bytes], bytes);
  }
  EXPECT_EQ(buffers->account().live_blocks(), 0u);
}

// A heap with one block, which comes back when it is asked to reclaim.
class SlowToReturnHeap final : public jsheap::Allocator,
                               private jsheap::Reclaimable {
 public:
  void* Allocate(size_t bytes) override { return AllocateZeroed(bytes); }
  void* AllocateZeroed(size_t bytes) override {
    return std::exchange(is_free_, false) ? std::calloc(1, bytes) : nullptr;
  }
  void Free(void* block, size_t) override { std::free(block); }
  size_t UsableSize(const void*) const override { return 0; }
  jsheap::Reclaimable* reclaimable() override { return this; }
  using Allocator::Stats;
  jsheap::AllocatorStats Stats(bool) const override { return {}; }

 private:
  bool Tick() override { return false; }
  jsheap::CoalesceGain Coalesce() override { return {}; }
  uint64_t Trim() override {
    is_free_ = true;
    return 0;
  }
  void SetListener(jsheap::ReclaimListener*, bool) override {}

  bool is_free_ = true;
};

TEST(ArrayBufferAllocatorTest, TheHeapReclaimsBeforeARefusal) {
  const auto buffers =
      Make(jsheap::Budget::kUnlimited, std::make_shared<SlowToReturnHeap>());
  void* block = buffers->Allocate(1000);
  buffers->Free(block, 1000);
  block = buffers->Allocate(1000);
  ASSERT_NE(block, nullptr);
  buffers->Free(block, 1000);
  EXPECT_EQ(buffers->failures(), 0u);
  EXPECT_EQ(buffers->refusals().count(), 0u);
}

// A sweeper that still runs has nothing to publish: each free counts at once.
TEST(ArrayBufferAllocatorTest, WhatAnotherThreadFreedFitsAgain) {
  constexpr size_t kBytes = 100'000;
  const auto buffers = Make(10 * kBytes);
  std::vector<void*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(buffers->Allocate(kBytes));
  EXPECT_EQ(buffers->Allocate(65), nullptr);
  std::binary_semaphore freed{0};
  std::binary_semaphore checked{0};
  std::thread sweeper([&] {
    for (void* block : blocks) buffers->Free(block, kBytes);
    freed.release();
    checked.acquire();
  });
  freed.acquire();
  for (void*& block : blocks) {
    block = buffers->Allocate(kBytes);
    EXPECT_NE(block, nullptr);
  }
  EXPECT_EQ(buffers->failures(), 1u);
  checked.release();
  sweeper.join();
  for (void* block : blocks) buffers->Free(block, kBytes);
  EXPECT_EQ(buffers->budget().used(), 0u);
}

TEST(ArrayBufferAllocatorTest, OtherThreadsFree) {
  constexpr int kRounds = 200;
  constexpr int kBlocks = 50;
  const auto buffers = Make();
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::pair<void*, size_t>> blocks;
    for (int i = 0; i < kBlocks; ++i) {
      const size_t bytes = 16 + static_cast<size_t>(i) * 97;
      blocks.emplace_back(buffers->Allocate(bytes), bytes);
      ASSERT_TRUE(IsZero(blocks.back().first, bytes));
      std::fill_n(static_cast<char*>(blocks.back().first), bytes, 'x');
    }
    std::thread sweeper([&] {
      for (const auto& [block, bytes] : blocks) buffers->Free(block, bytes);
    });
    void* meanwhile = buffers->Allocate(1000);
    buffers->Free(meanwhile, 1000);
    sweeper.join();
  }
  EXPECT_EQ(buffers->account().live_bytes(), 0u);
  EXPECT_EQ(buffers->budget().used(), 0u);
  EXPECT_EQ(buffers->account().allocations(), buffers->account().frees());
}

TEST(ArrayBufferAllocatorTest, V8MayNotAccountFor32GiBAtOnce) {
  EXPECT_EQ(Make(1000)->MaxAllocationSize(), (size_t{32} << 30) - 1);
}

TEST(RefusalsTest, OnePendingRefusalExplainsOneCallback) {
  Refusals refusals;
  EXPECT_FALSE(refusals.TakePending());
  refusals.OnRefused(1);  // V8 collects garbage and asks again.
  refusals.OnRefused(1);
  EXPECT_TRUE(refusals.TakePending());
  refusals.OnRefused(1);  // After the last collection: V8 gives up.
  EXPECT_FALSE(refusals.TakePending());
}

TEST(RefusalsTest, AServedRequestSettlesARefusal) {
  Refusals refusals;
  refusals.OnRefused(1);
  refusals.OnServed();
  EXPECT_FALSE(refusals.TakePending());
}

// Serves counted blocks of an arena, up to some bytes.
class ArenaSource final : public BlockSource {
 public:
  ArenaSource(ArrayBufferAllocator& buffers, size_t most)
      : blocks_(buffers.arena_heap()->pages(), account_,
                jsheap::Lifetime::kTransient, jsheap::kPageBytes),
        left_(most) {}
  ~ArenaSource() override { account_->DropReference(); }

  void* AllocateBlock(size_t bytes, bool zeroed) override {
    if (bytes > left_) return nullptr;
    left_ -= bytes;
    return blocks_.Allocate(bytes, zeroed);
  }

 private:
  jsheap::ChunkAccount* const account_ =
      new jsheap::ChunkAccount(jsheap::Budget::kUnlimited, nullptr);
  jsheap::CountedBlocks blocks_;
  size_t left_;
};

TEST(ArrayBufferAllocatorTest, SourceServesAndPays) {
  for (const char* heap : {"slab", "freelist", "malloc"}) {
    std::string error;
    const auto buffers = Make(10000, jsheap::MakeAllocator(heap, &error));
    void* usual = buffers->Allocate(1000);
    void* served;
    {
      ArenaSource source(*buffers, 60000);
      buffers->set_source(&source);
      served = buffers->Allocate(50000);
      EXPECT_TRUE(IsZero(served, 50000));
      EXPECT_TRUE(buffers->arena_heap()->Owns(served));
      EXPECT_EQ(buffers->budget().used(), 1000u);
      EXPECT_EQ(buffers->account().live_bytes(), 51000u);
      EXPECT_EQ(buffers->Allocate(20000), nullptr);
      EXPECT_TRUE(buffers->source_refused());
      EXPECT_EQ(buffers->failures(), 1u);
      buffers->set_source(nullptr);
    }
    EXPECT_FALSE(buffers->arena_heap()->Owns(usual));
    void* after = buffers->Allocate(1000);
    EXPECT_EQ(buffers->budget().used(), 2000u);
    EXPECT_TRUE(IsZero(served, 50000));
    std::thread([&] { buffers->Free(served, 50000); }).join();
    buffers->Free(usual, 1000);
    buffers->Free(after, 1000);
    EXPECT_EQ(buffers->account().live_bytes(), 0u);
    EXPECT_EQ(buffers->budget().used(), 0u);
  }
}

TEST(ArrayBufferAllocatorTest, SourceMayNotRefuseTheSmallest) {
  const auto buffers = Make();
  ArenaSource source(*buffers, 0);
  buffers->set_source(&source);
  void* block = buffers->Allocate(ArrayBufferAllocator::kNeverRefused);
  buffers->set_source(nullptr);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(buffers->failures(), 0u);
  buffers->Free(block, ArrayBufferAllocator::kNeverRefused);
}

TEST(ArrayBufferAllocatorTest, SpareMemoryGoesBeforeARequestIsRefused) {
  class Spare final : public SpareMemory {
   public:
    explicit Spare(jsheap::Budget* budget) : budget_(budget) {
      budget_->Charge(held_);
    }
    size_t DropSpare() override {
      budget_->Release(held_);
      return std::exchange(held_, 0);
    }

   private:
    jsheap::Budget* const budget_;
    size_t held_ = 800;
  };
  const auto buffers = Make(1000);
  Spare spare(buffers->shared_budget().get());
  buffers->set_spare(&spare);
  void* block = buffers->Allocate(900);
  EXPECT_NE(block, nullptr);
  EXPECT_EQ(buffers->Allocate(900), nullptr);
  buffers->Free(block, 900);
  EXPECT_EQ(buffers->budget().used(), 0u);
}

// Whose large blocks are hardly touched.
class SparseHeap final : public jsheap::Allocator {
 public:
  void* Allocate(size_t bytes) override { return std::malloc(bytes); }
  void* AllocateZeroed(size_t bytes) override { return std::calloc(1, bytes); }
  void Free(void* block, size_t) override { std::free(block); }
  bool ExpectsSparseUse(size_t bytes) const override { return bytes > kMiB; }
  size_t UsableSize(const void*) const override { return 0; }
  using Allocator::Stats;
  jsheap::AllocatorStats Stats(bool) const override { return {}; }

  static constexpr size_t kMiB = 1 << 20;
};

// How many blocks of `bytes` bytes are made before a quota of 16 MiB is used.
int BlocksInQuota(size_t bytes, bool resident) {
  class Quota final : public BufferQuota {
   public:
    void OnQuotaUsed() override { is_used = true; }
    bool is_used = false;
  } quota;
  const auto buffers =
      Make(jsheap::Budget::kUnlimited, std::make_shared<SparseHeap>());
  buffers->SetQuota(&quota, 16 * SparseHeap::kMiB, resident);
  int blocks = 0;
  while (!quota.is_used && blocks < 1000) {
    buffers->Free(buffers->AllocateUninitialized(bytes), bytes);
    ++blocks;
  }
  return blocks;
}

TEST(ArrayBufferAllocatorTest, AQuotaCountsBytes) {
  EXPECT_EQ(BlocksInQuota(SparseHeap::kMiB, false), 17);
  EXPECT_EQ(BlocksInQuota(2 * SparseHeap::kMiB, false), 9);
  EXPECT_EQ(BlocksInQuota(64, false), 1000);
}

TEST(ArrayBufferAllocatorTest, OrWhatOfThemMayBeTouched) {
  EXPECT_EQ(BlocksInQuota(SparseHeap::kMiB, true), 17);
  EXPECT_EQ(BlocksInQuota(2 * SparseHeap::kMiB, true), 33);
}

TEST(ArrayBufferAllocatorTest, PeakWindowsNest) {
  const auto buffers = Make();
  buffers->Free(buffers->Allocate(5000), 5000);
  {
    const ArrayBufferAllocator::PeakWindow outer(buffers.get());
    buffers->Free(buffers->Allocate(100), 100);
    {
      const ArrayBufferAllocator::PeakWindow inner(buffers.get());
      EXPECT_EQ(inner.peak_live_bytes(), 0u);
      buffers->Free(buffers->Allocate(300), 300);
      EXPECT_EQ(inner.peak_live_bytes(), 300u);
    }
    {
      const ArrayBufferAllocator::PeakWindow inner(buffers.get());
      buffers->Free(buffers->Allocate(200), 200);
      EXPECT_EQ(inner.peak_live_bytes(), 200u);
    }
    EXPECT_EQ(outer.peak_live_bytes(), 300u);
    EXPECT_EQ(buffers->account().peak_live_bytes(), 5000u);
  }
  EXPECT_EQ(buffers->account().peak_live_bytes(), 5000u);
}

}  // namespace
}  // namespace jshost
