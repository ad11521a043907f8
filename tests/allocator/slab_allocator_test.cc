#include "allocator/backends/slab/slab_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "allocator/backends/slab/size_classes.h"
#include "tests/allocator/slower.h"

namespace jsheap::slab {
namespace {

std::unique_ptr<SlabAllocator> MakeHeap(size_t reserve = size_t{1} << 30,
                                        bool track_zero = true) {
  std::string error;
  auto heap = SlabAllocator::Make({reserve, track_zero}, &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

bool AllZero(const void* block, size_t bytes) {
  const char* at = static_cast<const char*>(block);
  return std::all_of(at, at + bytes, [](char c) { return c == 0; });
}

// One below, at and above every size class, and some large ones.
std::vector<size_t> InterestingSizes() {
  std::vector<size_t> sizes = {0};
  for (const SizeClass& c : kSizeClasses) {
    sizes.insert(sizes.end(), {c.size - 1, c.size, c.size + 1});
  }
  for (size_t bytes : {kPageBytes, 3 * kPageBytes, size_t{512} << 10,
                       size_t{1} << 20, size_t{5} << 20}) {
    sizes.insert(sizes.end(), {bytes - 1, bytes, bytes + 1});
  }
  return sizes;
}

void OnAnotherThread(auto fn) { std::thread(fn).join(); }

TEST(SizeClassTest, EveryClassKeepsItsPromises) {
  size_t previous = 0;
  for (const SizeClass& c : kSizeClasses) {
    EXPECT_GT(c.size, previous);
    EXPECT_EQ(c.size % kMinAlignment, 0u);
    EXPECT_TRUE(c.size - previous <= 16 || (c.size - previous) * 8 <= previous)
        << c.size;
    EXPECT_GE(c.capacity, 8);
    EXPECT_LE(c.pages, 9);
    for (uint32_t i = 0; i < c.capacity; ++i) {
      const uint64_t offset = uint64_t{i} * c.size;
      ASSERT_EQ(offset * c.reciprocal >> 32, i) << c.size;
    }
    previous = c.size;
  }
  for (size_t bytes = 0; bytes <= kMaxSlabBytes; ++bytes) {
    const size_t c = static_cast<size_t>(ClassOf(bytes));
    ASSERT_GE(kSizeClasses[c].size, bytes);
    if (c > 0) {
      ASSERT_LT(kSizeClasses[c - 1].size, std::max<size_t>(bytes, 1));
    }
  }
}

TEST(SlabAllocatorTest, BlocksAreAlignedApartAndUsableInFull) {
  auto heap = MakeHeap();
  struct Block {
    char* at;
    size_t bytes;
    char mark;
  };
  std::vector<Block> blocks;
  char mark = 1;
  for (size_t bytes : InterestingSizes()) {
    for (int i = 0; i < 3; ++i) {
      char* at = static_cast<char*>(heap->Allocate(bytes));
      ASSERT_NE(at, nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % kMinAlignment, 0u);
      EXPECT_GE(heap->UsableSize(at), bytes);
      std::memset(at, mark, bytes);
      blocks.push_back({at, bytes, mark});
      mark = static_cast<char>(mark % 100 + 1);
    }
  }
  for (const Block& block : blocks) {
    EXPECT_TRUE(std::all_of(block.at, block.at + block.bytes, [&](char c) {
      return c == block.mark;
    })) << block.bytes;
    heap->Free(block.at, block.bytes);
  }
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Verify(), "");
}

// Every byte of every block is dirtied, the blocks are freed on this or on
// another thread, and must read as zero when they come again.
class ZeroingTest : public testing::TestWithParam<bool> {};

TEST_P(ZeroingTest, EveryByteIsZeroAfterEveryByteWasDirtied) {
  const bool free_elsewhere = GetParam();
  auto heap = MakeHeap();
  for (size_t bytes : InterestingSizes()) {
    const size_t count = bytes > kMaxSlabBytes ? 3 : 200 / kSlower;
    for (int round = 0; round < 3; ++round) {
      std::vector<void*> blocks;
      for (size_t i = 0; i < count; ++i) {
        void* block = heap->AllocateZeroed(bytes);
        ASSERT_NE(block, nullptr);
        ASSERT_TRUE(AllZero(block, bytes)) << bytes << " in round " << round;
        std::memset(block, 0xA5, heap->UsableSize(block));
        blocks.push_back(block);
      }
      const auto free_all = [&] {
        for (void* block : blocks) heap->Free(block, bytes);
        heap->FlushThread();
      };
      if (free_elsewhere) {
        OnAnotherThread(free_all);
      } else {
        free_all();
      }
    }
  }
  EXPECT_EQ(heap->Verify(), "");
}

INSTANTIATE_TEST_SUITE_P(Frees, ZeroingTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "OnAnotherThread"
                                             : "OnThisThread";
                         });

TEST(SlabAllocatorTest, ZeroedAfterAnotherSizeDirtiedThePages) {
  auto heap = MakeHeap(size_t{64} << 20);
  std::mt19937 random(3);
  for (int round = 0; round < 30 / kSlower; ++round) {
    const size_t bytes = size_t{1} << (4 + random() % 17);
    std::vector<void*> blocks;
    while (blocks.size() * bytes < (size_t{8} << 20)) {
      void* block = heap->AllocateZeroed(bytes);
      ASSERT_NE(block, nullptr);
      ASSERT_TRUE(AllZero(block, bytes)) << bytes;
      std::memset(block, 0xFF, bytes);
      blocks.push_back(block);
    }
    const bool elsewhere = random() % 2 == 0;
    const auto free_all = [&] {
      for (void* block : blocks) heap->Free(block, bytes);
    };
    elsewhere ? OnAnotherThread(free_all) : free_all();
  }
}

TEST(SlabAllocatorTest, CachesOfThreadsThatEndedServeAgainAfterATrim) {
  auto heap = MakeHeap();
  for (int round = 0; round < 5; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        std::vector<std::pair<void*, size_t>> blocks;
        for (size_t bytes = 1; bytes < 40000; bytes += bytes / 50 + 1) {
          blocks.emplace_back(heap->AllocateZeroed(bytes), bytes);
          std::memset(blocks.back().first, 1, bytes);
        }
        for (auto [block, bytes] : blocks) heap->Free(block, bytes);
      });
    }
    for (std::thread& thread : threads) thread.join();
    heap->reclaimable()->Trim();
    EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
    EXPECT_EQ(heap->Verify(), "");
  }
}

TEST(SlabAllocatorTest, UntouchedLargeBlocksStayOutOfMemory) {
  auto heap = MakeHeap();
  constexpr size_t kBytes = size_t{64} << 20;
  for (int round = 0; round < 20; ++round) {
    char* block = static_cast<char*>(heap->AllocateZeroed(kBytes));
    ASSERT_NE(block, nullptr);
    ASSERT_EQ(block[kBytes / 2], 0);
    block[0] = block[kBytes - 1] = 1;
    heap->Free(block, kBytes);
  }
  // Had a block been cleared by writing all of it, it would be in RAM now.
  EXPECT_LE(*heap->Stats(true).resident_bytes, kBytes / 16);
}

TEST(SlabAllocatorTest, HugeBlocksComeAndGoWithTheirMemory) {
  auto heap = MakeHeap();
  const uint64_t before = *heap->Stats().committed_bytes;
  char* block = static_cast<char*>(heap->AllocateZeroed(kHugeBlockBytes + 1));
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block[kHugeBlockBytes], 0);
  block[kHugeBlockBytes] = 1;
  EXPECT_GE(heap->UsableSize(block), kHugeBlockBytes + 1);
  EXPECT_GE(*heap->Stats().committed_bytes, before + kHugeBlockBytes);
  heap->Free(block, kHugeBlockBytes + 1);
  EXPECT_EQ(*heap->Stats().committed_bytes, before);
  EXPECT_GE(*heap->Stats().peak_committed_bytes, before + kHugeBlockBytes);
}

TEST(SlabAllocatorTest, AlignedBlocksAreAligned) {
  auto heap = MakeHeap();
  for (size_t alignment = 1; alignment <= PageMap::kMostAlignment;
       alignment *= 2) {
    for (size_t bytes : InterestingSizes()) {
      void* a = heap->AllocateAligned(bytes, alignment);
      void* b = heap->AllocateAligned(bytes, alignment);
      ASSERT_NE(b, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(a) % alignment, 0u) << bytes;
      ASSERT_EQ(reinterpret_cast<uintptr_t>(b) % alignment, 0u) << bytes;
      ASSERT_GE(heap->UsableSize(b), bytes);
      heap->FreeUnsized(a);
      heap->FreeUnsized(b);
    }
  }
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
}

TEST(SlabAllocatorTest, OwnsItsBlocksAndNoOthers) {
  auto heap = MakeHeap();
  auto other = MakeHeap();
  int mine = 0;
  for (size_t bytes : {size_t{1}, kPageBytes, kHugeBlockBytes}) {
    void* block = heap->Allocate(bytes);
    EXPECT_TRUE(heap->Owns(block));
    EXPECT_FALSE(other->Owns(block));
    heap->FreeUnsized(block);
  }
  EXPECT_FALSE(heap->Owns(&mine));
  EXPECT_FALSE(heap->Owns(nullptr));
}

TEST(SlabAllocatorTest, ImpossibleSizesFail) {
  auto heap = MakeHeap();
  EXPECT_EQ(heap->Allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(heap->AllocateZeroed(SIZE_MAX - 100), nullptr);
  EXPECT_EQ(heap->Allocate(size_t{1} << 50), nullptr);
}

TEST(SlabAllocatorTest, ExhaustionFailsCleanlyAndHeals) {
  for (size_t bytes : {size_t{48}, size_t{20000}, size_t{3} << 20}) {
    auto heap = MakeHeap(size_t{64} << 20);
    std::vector<void*> blocks;
    while (void* block = heap->Allocate(bytes)) blocks.push_back(block);
    EXPECT_GT(blocks.size() * bytes, size_t{54} << 20) << bytes;
    EXPECT_EQ(heap->AllocateZeroed(bytes), nullptr);
    OnAnotherThread([&] {
      for (void* block : blocks) heap->Free(block, bytes);
    });
    EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
    EXPECT_NE(heap->AllocateZeroed(bytes), nullptr);
    EXPECT_EQ(heap->Verify(), "");
  }
}

// What one size leaves behind must serve every other.
TEST(SlabAllocatorTest, EmptySlabsGoBackToThePageHeap) {
  auto heap = MakeHeap(size_t{64} << 20);
  for (size_t bytes : {size_t{16}, size_t{100}, size_t{1000}, size_t{9000},
                       size_t{30000}, size_t{1} << 20}) {
    std::vector<void*> blocks;
    while (blocks.size() * bytes < (size_t{40} << 20) / kSlower) {
      void* block = heap->Allocate(bytes);
      ASSERT_NE(block, nullptr) << bytes;
      blocks.push_back(block);
    }
    std::shuffle(blocks.begin(), blocks.end(), std::mt19937(1));
    OnAnotherThread([&] {
      for (void* block : blocks) heap->Free(block, bytes);
    });
  }
}

TEST(SlabAllocatorTest, EndedThreadsLeaveNothingBehind) {
  auto heap = MakeHeap(size_t{64} << 20);
  for (int i = 0; i < 300; ++i) {
    OnAnotherThread([&] {
      for (const SizeClass& c : kSizeClasses) {
        void* block = heap->Allocate(c.size);
        ASSERT_NE(block, nullptr);
        heap->Free(block, c.size);
      }
    });
  }
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
  EXPECT_EQ(heap->Verify(), "");
}

TEST(SlabAllocatorTest, ManyHeapsAtOnceAndOneAfterTheOther) {
  std::vector<std::unique_ptr<SlabAllocator>> heaps;
  std::string error;
  for (;;) {
    auto heap = SlabAllocator::Make({size_t{64} << 20, true}, &error);
    if (heap == nullptr) break;
    void* block = heap->AllocateZeroed(100);
    ASSERT_TRUE(AllZero(block, 100));
    std::memset(block, 1, 100);
    heaps.push_back(std::move(heap));
  }
  EXPECT_EQ(heaps.size(), kMaxHeaps);
  EXPECT_NE(error.find("heaps"), std::string::npos);
  heaps.clear();
  for (int i = 0; i < 200; ++i) {
    auto heap = MakeHeap(size_t{64} << 20);
    ASSERT_NE(heap->Allocate(100), nullptr);
  }
}

// A block is used by thread-local destructors that run after the heap's own.
struct FreesLate {
  SlabAllocator* heap = nullptr;
  void* block = nullptr;
  ~FreesLate() {
    if (heap == nullptr) return;
    heap->Free(block, 100);
    void* another = heap->Allocate(100);
    EXPECT_NE(another, nullptr);
    heap->Free(another, 100);
  }
};

TEST(SlabAllocatorTest, WorksInDestructorsOfAnEndingThread) {
  auto heap = MakeHeap();
  OnAnotherThread([&] {
    thread_local FreesLate late;
    late.heap = heap.get();
    late.block = heap->Allocate(100);
  });
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
}

TEST(SlabAllocatorTest, LocalFreeIsReusedBeforeNewMemory) {
  auto heap = MakeHeap();
  void* first = heap->Allocate(100);
  heap->Free(first, 100);
  EXPECT_EQ(heap->Allocate(100), first);
}

// Producers and consumers, random sizes, every block's contents checked.
void Stress(SlabAllocator& heap, int threads, int steps) {
  struct Block {
    unsigned char* at = nullptr;
    size_t bytes = 0;
    unsigned char mark = 0;
  };
  struct Exchange {
    std::mutex mutex;
    std::vector<Block> blocks;
  };
  std::vector<Exchange> exchanges(8);
  std::atomic<bool> ok{true};
  const auto check_and_free = [&](const Block& block) {
    for (size_t i = 0; i < block.bytes; ++i) {
      if (block.at[i] != block.mark) ok = false;
    }
    heap.Free(block.at, block.bytes);
  };
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Block> own;
    for (int i = 0; i < steps && ok; ++i) {
      const unsigned dice = random() % 16;
      const size_t bytes = dice == 0  ? random() % 300000 + 1
                           : dice < 4 ? random() % 40000 + 1
                                      : random() % 600 + 1;
      Block block{nullptr, bytes, static_cast<unsigned char>(random())};
      const bool zeroed = random() % 2 == 0;
      block.at = static_cast<unsigned char*>(zeroed ? heap.AllocateZeroed(bytes)
                                                    : heap.Allocate(bytes));
      if (block.at == nullptr) continue;
      if (zeroed && !AllZero(block.at, bytes)) ok = false;
      std::memset(block.at, block.mark, bytes);
      own.push_back(block);
      if (own.size() > 50) {
        const size_t at = random() % own.size();
        std::swap(own[at], own.back());
        const Block out = own.back();
        own.pop_back();
        if (random() % 2 == 0) {
          check_and_free(out);
        } else {
          Exchange& exchange = exchanges[random() % exchanges.size()];
          Block in;
          {
            std::lock_guard lock(exchange.mutex);
            exchange.blocks.push_back(out);
            if (exchange.blocks.size() > 60) {
              const size_t index = random() % exchange.blocks.size();
              std::swap(exchange.blocks[index], exchange.blocks.back());
              in = exchange.blocks.back();
              exchange.blocks.pop_back();
            }
          }
          if (in.at != nullptr) check_and_free(in);
        }
      }
      if (random() % 1000 == 0) heap.FlushThread();
      if (random() % 5000 == 0) heap.Stats();
    }
    for (const Block& block : own) check_and_free(block);
  };
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      // Threads come and go.
      for (unsigned life = 0; life < 3; ++life) {
        std::thread(work, static_cast<unsigned>(t) * 100 + life).join();
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (Exchange& exchange : exchanges) {
    for (const Block& block : exchange.blocks) check_and_free(block);
  }
  EXPECT_TRUE(ok);
  EXPECT_EQ(*heap.Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap.Verify(), "");
}

TEST(SlabAllocatorTest, ThreadsExchangeBlocks) {
  auto heap = MakeHeap(size_t{4} << 30);
  Stress(*heap, 4, 15000 / kSlower);
}

TEST(SlabAllocatorTest, ThreadsExchangeBlocksWithoutZeroTracking) {
  auto heap = MakeHeap(size_t{4} << 30, false);
  Stress(*heap, 4, 5000 / kSlower);
}

// Slabs of few blocks go through their states the fastest.
TEST(SlabAllocatorTest, OneAllocatesOthersFree) {
  auto heap = MakeHeap(size_t{4} << 30);
  for (size_t bytes : {size_t{24}, size_t{1000}, size_t{28000}}) {
    constexpr size_t kConsumers = 3;
    std::mutex mutex;
    std::vector<void*> queue;
    std::atomic<bool> done{false};
    std::vector<std::thread> consumers;
    for (size_t t = 0; t < kConsumers; ++t) {
      consumers.emplace_back([&] {
        for (;;) {
          const bool last = done;
          std::vector<void*> taken;
          {
            std::lock_guard lock(mutex);
            taken.swap(queue);
          }
          for (void* block : taken) heap->Free(block, bytes);
          if (taken.size() % 3 == 0) heap->FlushThread();
          if (last && taken.empty()) return;
        }
      });
    }
    const int count = (bytes > 10000 ? 20000 : 100000) / kSlower;
    for (int i = 0; i < count; ++i) {
      void* block = heap->AllocateZeroed(bytes);
      ASSERT_NE(block, nullptr);
      ASSERT_TRUE(AllZero(block, std::min<size_t>(bytes, 64)));
      std::memset(block, 0xEE, std::min<size_t>(bytes, 64));
      std::lock_guard lock(mutex);
      queue.push_back(block);
    }
    done = true;
    for (std::thread& consumer : consumers) consumer.join();
    EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  }
  EXPECT_EQ(heap->Verify(), "");
}

#ifdef JSHEAP_DEBUG_CHECKS
using SlabAllocatorDeathTest = testing::Test;

TEST(SlabAllocatorDeathTest, DoubleFree) {
  auto heap = MakeHeap();
  void* block = heap->Allocate(size_t{1} << 20);
  heap->Free(block, size_t{1} << 20);
  EXPECT_DEATH(heap->Free(block, size_t{1} << 20), "double free");
}

TEST(SlabAllocatorDeathTest, DoubleFreeOfASmallBlock) {
  auto heap = MakeHeap();
  for (size_t bytes : {1u, 64u, 1000u, 40000u}) {
    // In this thread's cache, back in its slab, and owed by another thread.
    void* block = heap->Allocate(bytes);
    heap->Free(block, bytes);
    EXPECT_DEATH(heap->Free(block, bytes), "double free: block 0x") << bytes;
    heap->IdleThread();
    EXPECT_DEATH(heap->Free(block, bytes), "double free") << bytes;
    block = heap->Allocate(bytes);
    void* neighbour = heap->Allocate(bytes);
    std::thread([&] {
      heap->Free(block, bytes);
      EXPECT_DEATH(heap->Free(block, bytes), "double free") << bytes;
    }).join();
    heap->Free(neighbour, bytes);
  }
}

TEST(SlabAllocatorDeathTest, WrongSize) {
  auto heap = MakeHeap();
  void* block = heap->Allocate(100);
  EXPECT_DEATH(heap->Free(block, 1000),
               "wrong size: block 0x.*, size 1000 .has 112.");
  void* large = heap->Allocate(100000);
  EXPECT_DEATH(heap->Free(large, 100001), "wrong size");
  void* huge = heap->Allocate(kHugeBlockBytes);
  EXPECT_DEATH(heap->Free(huge, kHugeBlockBytes - 1), "wrong size");
}

TEST(SlabAllocatorDeathTest, PointerIntoABlock) {
  auto heap = MakeHeap();
  char* block = static_cast<char*>(heap->Allocate(100));
  EXPECT_DEATH(heap->Free(block + 16, 100), "into a block");
}

TEST(SlabAllocatorDeathTest, ForeignPointer) {
  auto heap = MakeHeap();
  int mine = 0;
  EXPECT_DEATH(heap->Free(&mine, sizeof mine), "foreign pointer");
}
#endif

}  // namespace
}  // namespace jsheap::slab
