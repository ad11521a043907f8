#include "allocator/arena/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "allocator/arena/arena_heap.h"
#include "allocator/registry.h"

namespace jsheap {
namespace {

class ArenaTest : public testing::Test {
 protected:
  bool AllZero(const void* block, size_t bytes) {
    const char* at = static_cast<const char*>(block);
    return std::all_of(at, at + bytes, [](char c) { return c == 0; });
  }

  void FreeCounted(void* block, size_t bytes) {
    Arena::Free(pages_.map().HeadOf(block), bytes);
  }

  uint64_t PagesInUse() { return pages_.ReadStats().spans.in_use; }

  PageHeap pages_{size_t{256} << 20, false};
};

TEST_F(ArenaTest, BlocksAreAlignedApartAndUsable) {
  Arena arena(pages_, {});
  std::mt19937 random(5);
  struct Block {
    char* at;
    size_t bytes;
    char mark;
  };
  std::vector<Block> blocks;
  for (int i = 0; i < 2000; ++i) {
    const size_t bytes = random() % (i % 50 == 0 ? 400000 : 3000);
    const size_t alignment = size_t{1} << (random() % 13);
    char* at = static_cast<char*>(arena.Allocate(bytes, alignment));
    ASSERT_NE(at, nullptr);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(at) % alignment, 0u);
    const char mark = static_cast<char>(random());
    std::memset(at, mark, bytes);
    blocks.push_back({at, bytes, mark});
  }
  for (const Block& block : blocks) {
    ASSERT_TRUE(std::all_of(block.at, block.at + block.bytes,
                            [&](char c) { return c == block.mark; }));
  }
  EXPECT_EQ(arena.Stats().allocations, 2000u);
}

TEST_F(ArenaTest, ResetTakesNothingNewFromThePageHeap) {
  Arena arena(pages_, {});
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 1000; ++i) ASSERT_NE(arena.Allocate(1000), nullptr);
    const uint64_t chunks = arena.Stats().chunks;
    arena.Reset();
    EXPECT_EQ(arena.Stats().chunks, chunks);
    EXPECT_EQ(chunks, 4u);
    EXPECT_EQ(arena.Stats().used_bytes, 0u);
  }
  EXPECT_EQ(arena.Stats().resets, 10u);
  EXPECT_GE(arena.Stats().peak_bytes, 1000000u);
}

TEST_F(ArenaTest, LifetimesKeepWhatTheirPolicySays) {
  for (Lifetime lifetime :
       {Lifetime::kTransient, Lifetime::kIntermediate, Lifetime::kPersistent}) {
    Arena arena(pages_, {.lifetime = lifetime});
    for (int i = 0; i < 400; ++i) {
      ASSERT_NE(arena.Allocate(100000), nullptr);
    }
    arena.Reset();
    EXPECT_LE(arena.Stats().chunk_bytes, PolicyOf(lifetime).kept_bytes);
    EXPECT_GE(arena.Stats().chunk_bytes * 2, PolicyOf(lifetime).kept_bytes);
  }
  EXPECT_EQ(PagesInUse(), 0u);
}

TEST_F(ArenaTest, ZeroedBlocksAreZeroAfterEveryByteWasDirtied) {
  Arena arena(pages_, {.chunk_bytes = kPageBytes});
  std::mt19937 random(9);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 200; ++i) {
      const size_t bytes = random() % 5000;
      void* block = random() % 2 == 0 ? arena.AllocateZeroed(bytes)
                                      : arena.Allocate(bytes);
      ASSERT_NE(block, nullptr);
      if (random() % 2 == 0) {
        void* zeroed = arena.AllocateZeroed(bytes);
        ASSERT_TRUE(AllZero(zeroed, bytes));
        std::memset(zeroed, 0xFF, bytes);
      }
      std::memset(block, 0xFF, bytes);
    }
    arena.Reset();
  }
}

TEST_F(ArenaTest, LimitHoldsAndIsGivenBack) {
  Budget isolate(size_t{8} << 20);
  {
    Arena arena(pages_, {.limit = size_t{1} << 20, .parent = &isolate});
    size_t blocks = 0;
    while (arena.Allocate(100000) != nullptr) ++blocks;
    EXPECT_GE(blocks, 8u);
    EXPECT_LE(arena.Stats().chunk_bytes, size_t{1} << 20);
    EXPECT_EQ(arena.Allocate(SIZE_MAX - 5), nullptr);
    EXPECT_EQ(arena.AllocateCounted(SIZE_MAX - 5, true), nullptr);
    arena.Reset();
    EXPECT_NE(arena.Allocate(100000), nullptr);
    EXPECT_EQ(isolate.used(), arena.Stats().chunk_bytes);
  }
  EXPECT_EQ(isolate.used(), 0u);
}

TEST_F(ArenaTest, CountedBlocksSurviveResetAndArena) {
  Budget isolate;
  std::vector<char*> blocks;
  {
    Arena arena(pages_, {.parent = &isolate});
    for (int i = 0; i < 1000; ++i) {
      char* block = static_cast<char*>(arena.AllocateCounted(1000, true));
      ASSERT_TRUE(AllZero(block, 1000));
      std::memset(block, i % 100 + 1, 1000);
      blocks.push_back(block);
      ASSERT_NE(arena.Allocate(500), nullptr);
      if (i % 100 == 0) arena.Reset();
    }
    EXPECT_GT(arena.Stats().retired_chunks, 2u);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(blocks[static_cast<size_t>(i)][999], i % 100 + 1);
  }
  std::thread([&] {
    for (char* block : blocks) FreeCounted(block, 1000);
  }).join();
  EXPECT_EQ(PagesInUse(), 0u);
  EXPECT_EQ(isolate.used(), 0u);
}

TEST_F(ArenaTest, RetiredChunkComesBackWithItsLastBlock) {
  constexpr size_t kHalf = kPageBytes / 2 - 16;
  constexpr size_t kQuarter = kPageBytes / 4;
  Arena arena(pages_, {.chunk_bytes = kPageBytes});
  void* first = arena.AllocateCounted(kHalf, false);
  void* second = arena.AllocateCounted(kQuarter, false);
  void* third = arena.AllocateCounted(kHalf, false);
  EXPECT_EQ(arena.Stats().retired_chunks, 1u);
  FreeCounted(second, kQuarter);
  EXPECT_EQ(arena.Stats().chunks, 2u);
  FreeCounted(first, kHalf);
  EXPECT_EQ(arena.Stats().chunks, 1u);
  EXPECT_EQ(arena.Stats().retired_chunks, 0u);
  FreeCounted(third, kHalf);
  EXPECT_EQ(arena.Stats().chunks, 1u);
}

TEST_F(ArenaTest, FullChunkWithoutLiveCountedBlocksIsFilledAgain) {
  Arena arena(pages_, {.chunk_bytes = kPageBytes});
  void* first = arena.AllocateCounted(1000, true);
  for (int i = 0; i < 1000; ++i) {
    void* block = arena.AllocateCounted(1000, true);
    ASSERT_TRUE(AllZero(block, 1000));
    std::memset(block, 0xFF, 1000);
    FreeCounted(block, 1000);
    if (i == 500) FreeCounted(first, 1000);
  }
  EXPECT_EQ(arena.Stats().chunks, 1u);
}

TEST_F(ArenaTest, LargeCountedBlockHasAChunkOfItsOwn) {
  Arena arena(pages_, {.chunk_bytes = kPageBytes});
  void* small = arena.AllocateCounted(100, false);
  void* large = arena.AllocateCounted(5 * kPageBytes, true);
  ASSERT_TRUE(AllZero(large, 5 * kPageBytes));
  void* next = arena.AllocateCounted(100, false);
  EXPECT_EQ(pages_.map().HeadOf(next), pages_.map().HeadOf(small));
  EXPECT_EQ(arena.Stats().retired_chunks, 1u);
  FreeCounted(large, 5 * kPageBytes);
  EXPECT_EQ(arena.Stats().chunks, 1u);
  FreeCounted(small, 100);
  FreeCounted(next, 100);
}

TEST_F(ArenaTest, CountedChunksGrow) {
  auto* account = new ChunkAccount(Budget::kUnlimited, nullptr);
  std::vector<void*> held;
  {
    CountedBlocks blocks(pages_, account, Lifetime::kTransient, 4 * kPageBytes,
                         kPageBytes);
    for (int i = 0; i < 150; ++i) held.push_back(blocks.Allocate(5000, true));
  }
  // 64, 128 and 256 KiB, thrice the last.
  EXPECT_EQ(account->chunks.load(), 5u);
  EXPECT_EQ(account->budget.used(), 15 * kPageBytes);
  for (void* block : held) FreeCounted(block, 5000);
  EXPECT_EQ(account->budget.used(), 0u);
  account->DropReference();
}

TEST_F(ArenaTest, AccountsNest) {
  auto* outer = new ChunkAccount(Budget::kUnlimited, nullptr);
  auto* inner = new ChunkAccount(outer, 5000);
  void* block;
  {
    CountedBlocks blocks(pages_, inner, Lifetime::kTransient, kPageBytes);
    block = blocks.Allocate(4000, true);
    EXPECT_EQ(blocks.Allocate(1001, true), nullptr);
    FreeCounted(blocks.Allocate(1000, true), 1000);
  }
  inner->DropReference();
  EXPECT_EQ(outer->live_bytes.load(), 4000u);
  EXPECT_EQ(outer->budget.used(), kPageBytes);
  FreeCounted(block, 4000);
  EXPECT_EQ(outer->live_bytes.load(), 0u);
  EXPECT_EQ(outer->budget.used(), 0u);
  outer->DropReference();
}

TEST_F(ArenaTest, CountedBlocksAreFreedOnOtherThreadsMeanwhile) {
  Arena arena(pages_, {});
  std::vector<std::thread> threads;
  for (int round = 0; round < 20; ++round) {
    std::vector<void*> blocks;
    for (int i = 0; i < 500; ++i) {
      blocks.push_back(arena.AllocateCounted(700, true));
      ASSERT_NE(blocks.back(), nullptr);
    }
    threads.emplace_back([this, blocks] {
      for (void* block : blocks) FreeCounted(block, 700);
    });
    arena.Reset();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(PagesInUse(), 1u);
  EXPECT_EQ(pages_.Verify(), nullptr);
}

TEST(ArenaHeapTest, IsTheAllocatorsOwnWhereItHasOne) {
  std::string error;
  const auto slab = ArenaHeap::For(MakeAllocator("slab", &error));
  EXPECT_FALSE(slab->is_apart());
  const auto first = ArenaHeap::For(MakeAllocator("malloc", &error));
  const auto second = ArenaHeap::For(MakeAllocator("freelist", &error));
  EXPECT_TRUE(first->is_apart());
  EXPECT_EQ(first, second);
}

TEST(ArenaHeapTest, KnowsChunksFromBlocksOfTheAllocator) {
  std::string error;
  const std::shared_ptr<Allocator> allocator = MakeAllocator("slab", &error);
  const auto heap = ArenaHeap::For(allocator);
  void* small = allocator->Allocate(100);
  void* large = allocator->Allocate(1000000);
  Arena arena(heap->pages(), {.lifetime = Lifetime::kPersistent});
  char* plain = static_cast<char*>(arena.Allocate(300000));
  void* counted = arena.AllocateCounted(1000, true);
  EXPECT_FALSE(heap->Owns(small));
  EXPECT_FALSE(heap->Owns(large));
  EXPECT_FALSE(heap->Owns(&error));
  EXPECT_TRUE(heap->OwnsPlain(plain));
  EXPECT_TRUE(heap->OwnsPlain(plain + 299999));
  EXPECT_TRUE(heap->Owns(counted));
  EXPECT_FALSE(heap->OwnsPlain(counted));
  const HeapMap map = heap->Map();
  EXPECT_EQ(std::count_if(map.spans.begin(), map.spans.end(),
                          [](const SpanInfo& span) {
                            return span.lifetime == Lifetime::kPersistent;
                          }),
            2);
  heap->FreeCounted(counted, 1000);
  allocator->Free(small, 100);
  allocator->Free(large, 1000000);
}

}  // namespace
}  // namespace jsheap
