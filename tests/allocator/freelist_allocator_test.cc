#include "allocator/backends/freelist/freelist_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocator/reclaimer/reclaimer.h"

namespace jsheap::freelist {
namespace {

// Sanitizers make everything several times slower.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
constexpr int kSlower = 8;
#else
constexpr int kSlower = 1;
#endif
#endif

std::unique_ptr<FreelistAllocator> MakeHeap(FreelistOptions options = {}) {
  if (options.reserve == 0) options.reserve = size_t{1} << 30;
  std::string error;
  auto heap = FreelistAllocator::Make(options, &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

bool AllZero(const void* block, size_t bytes) {
  const char* at = static_cast<const char*>(block);
  return std::all_of(at, at + bytes, [](char c) { return c == 0; });
}

// Around every limit of the design.
std::vector<size_t> InterestingSizes(const FreelistOptions& options) {
  std::vector<size_t> sizes = {0, 1, 8, 23, 24, 25, 39, 40, 41};
  for (size_t bytes :
       {options.fast, size_t{256}, size_t{1000}, size_t{1024}, size_t{4096},
        size_t{65536}, options.direct, 3 * options.direct}) {
    sizes.insert(sizes.end(), {bytes - 1, bytes, bytes + 1});
  }
  std::erase_if(sizes, [](size_t bytes) { return bytes > (64u << 20); });
  return sizes;
}

std::map<std::string, Tally> Caches(const FreelistAllocator& heap) {
  std::map<std::string, Tally> caches;
  for (const CacheStats& cache : heap.Stats(true).caches) {
    caches[cache.name] = {cache.blocks, cache.bytes};
  }
  return caches;
}

struct NamedOptions {
  std::string name;
  FreelistOptions options;
};

class FreelistTest : public testing::TestWithParam<NamedOptions> {
 protected:
  const FreelistOptions& options() const { return GetParam().options; }
};

INSTANTIATE_TEST_SUITE_P(
    Options, FreelistTest,
    testing::Values(NamedOptions{"Default", {}},
                    NamedOptions{"FirstFit", {.fit = Fit::kFirst}},
                    NamedOptions{"NoFastCache", {.fast = 0}},
                    NamedOptions{"LargeFastCache", {.fast = 1024}},
                    NamedOptions{"AsTheSeed", {.direct = 4096}},
                    NamedOptions{"NothingDirect", {.direct = size_t{1} << 40}}),
    [](const auto& info) { return info.param.name; });

TEST_P(FreelistTest, BlocksAreAlignedApartAndUsableInFull) {
  auto heap = MakeHeap(options());
  struct Live {
    char* at;
    size_t bytes;
    char mark;
  };
  std::vector<Live> blocks;
  char mark = 1;
  for (size_t bytes : InterestingSizes(options())) {
    for (int i = 0; i < 3; ++i) {
      char* at = static_cast<char*>(heap->Allocate(bytes));
      ASSERT_NE(at, nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % kMinAlignment, 0u);
      EXPECT_GE(heap->UsableSize(at), bytes);
      std::memset(at, mark, heap->UsableSize(at));
      blocks.push_back({at, bytes, mark});
      mark = static_cast<char>(mark % 100 + 1);
    }
  }
  EXPECT_EQ(heap->Verify(), "");
  for (const Live& block : blocks) {
    EXPECT_TRUE(std::all_of(block.at, block.at + block.bytes, [&](char c) {
      return c == block.mark;
    })) << block.bytes;
    heap->Free(block.at, block.bytes);
  }
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Verify(), "");
}

TEST_P(FreelistTest, EveryByteIsZeroAfterEveryByteWasDirtied) {
  auto heap = MakeHeap(options());
  for (size_t bytes : InterestingSizes(options())) {
    const size_t count = bytes > 20000 ? 2 : 100 / kSlower;
    for (int round = 0; round < 2; ++round) {
      std::vector<void*> blocks;
      for (size_t i = 0; i < count; ++i) {
        void* block = heap->AllocateZeroed(bytes);
        ASSERT_NE(block, nullptr);
        ASSERT_TRUE(AllZero(block, bytes)) << bytes << " in round " << round;
        std::memset(block, 0xA5, heap->UsableSize(block));
        blocks.push_back(block);
      }
      for (void* block : blocks) heap->Free(block, bytes);
    }
  }
  EXPECT_EQ(heap->Verify(), "");
}

// Random operations against a model: who owns which bytes, and what they hold.
TEST_P(FreelistTest, RandomOperationsKeepEveryByte) {
  auto heap = MakeHeap(options());
  std::mt19937 random(17);
  struct Live {
    unsigned char* at;
    size_t bytes;
    unsigned char mark;
  };
  std::vector<Live> blocks;
  std::map<uintptr_t, size_t> owned;
  const auto ends_hold = [](const Live& block) {
    const size_t ends = std::min<size_t>(block.bytes, 300);
    return std::all_of(block.at, block.at + ends,
                       [&](unsigned char c) { return c == block.mark; }) &&
           std::all_of(block.at + block.bytes - ends, block.at + block.bytes,
                       [&](unsigned char c) { return c == block.mark; });
  };
  for (int step = 0; step < 20000 / kSlower; ++step) {
    // Fills up, and empties again, many times.
    const bool more = step / 2000 % 2 == 0;
    if (blocks.empty() || random() % 10 < (more ? 7u : 3u)) {
      const unsigned dice = random() % 100;
      const size_t bytes = dice == 0   ? random() % 2000000 + 1
                           : dice < 20 ? random() % 20000 + 1
                           : dice < 50 ? random() % 1000 + 1
                                       : random() % 80;
      const bool zeroed = random() % 2 == 0;
      Live block{nullptr, bytes, static_cast<unsigned char>(random())};
      block.at = static_cast<unsigned char*>(
          zeroed ? heap->AllocateZeroed(bytes) : heap->Allocate(bytes));
      ASSERT_NE(block.at, nullptr);
      if (zeroed) ASSERT_TRUE(AllZero(block.at, bytes));
      const uintptr_t address = reinterpret_cast<uintptr_t>(block.at);
      const auto next = owned.lower_bound(address);
      const size_t usable = heap->UsableSize(block.at);
      ASSERT_TRUE(next == owned.end() || address + usable <= next->first);
      ASSERT_TRUE(next == owned.begin() ||
                  std::prev(next)->first + std::prev(next)->second <= address);
      owned[address] = usable;
      std::memset(block.at, block.mark, bytes);
      blocks.push_back(block);
    } else {
      const size_t i = random() % blocks.size();
      ASSERT_TRUE(ends_hold(blocks[i]));
      owned.erase(reinterpret_cast<uintptr_t>(blocks[i].at));
      heap->Free(blocks[i].at, blocks[i].bytes);
      blocks[i] = blocks.back();
      blocks.pop_back();
    }
    if (random() % 3000 == 0) heap->Coalesce();
    if (step % 256 == 0) {
      ASSERT_EQ(heap->Verify(), "");
    }
  }
  for (const Live& block : blocks) {
    ASSERT_TRUE(ends_hold(block));
    heap->Free(block.at, block.bytes);
  }
  heap->Coalesce();
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Verify(), "");
}

TEST_P(FreelistTest, ExhaustionFailsCleanlyAndHeals) {
  FreelistOptions tight = options();
  tight.reserve = size_t{16} << 20;
  for (size_t bytes : {size_t{48}, size_t{3000}, size_t{20000}}) {
    if (bytes >= tight.direct) continue;
    auto heap = MakeHeap(tight);
    std::vector<void*> blocks;
    while (void* block = heap->Allocate(bytes)) blocks.push_back(block);
    EXPECT_GT(blocks.size() * Block::SizeFor(bytes), size_t{15} << 20);
    EXPECT_EQ(heap->AllocateZeroed(bytes), nullptr);
    EXPECT_EQ(heap->Verify(), "");
    std::shuffle(blocks.begin(), blocks.end(), std::mt19937(1));
    for (void* block : blocks) heap->Free(block, bytes);
    EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
    // What one size leaves behind serves every other.
    const size_t large = std::min(tight.direct - 1, size_t{15} << 20);
    void* block = heap->AllocateZeroed(large);
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(AllZero(block, large));
    EXPECT_EQ(heap->Verify(), "");
  }
}

TEST(FreelistAllocatorTest, ImpossibleSizesFail) {
  for (size_t direct : {size_t{1} << 20, size_t{1} << 62}) {
    auto heap = MakeHeap({.direct = direct});
    EXPECT_EQ(heap->Allocate(SIZE_MAX), nullptr);
    EXPECT_EQ(heap->AllocateZeroed(SIZE_MAX - 100), nullptr);
    EXPECT_EQ(heap->Allocate(size_t{1} << 50), nullptr);
    EXPECT_NE(heap->Allocate(100), nullptr);
  }
}

TEST(FreelistAllocatorTest, TooLargeAReserveIsAnError) {
  std::string error;
  EXPECT_EQ(FreelistAllocator::Make({.reserve = size_t{1} << 50}, &error),
            nullptr);
  EXPECT_EQ(error,
            "the system has no 1024TiB of address space; give a smaller "
            "reserve=SIZE or raise 'ulimit -v'");
}

TEST(FreelistAllocatorTest, ABlockWaitsWhereItsSizeBelongs) {
  auto heap = MakeHeap();
  void* tiny = heap->Allocate(64);
  void* small = heap->Allocate(73);
  void* medium = heap->Allocate(100000);
  void* huge = heap->Allocate(size_t{2} << 20);
  std::map<std::string, Tally> caches = Caches(*heap);
  EXPECT_EQ(caches.size(), 5u);
  EXPECT_EQ(caches["fast"], Tally{});
  EXPECT_EQ(caches["unsorted"], Tally{});
  EXPECT_EQ(caches["sorted"], Tally{});
  EXPECT_EQ(caches["top"].blocks, 1u);
  EXPECT_EQ(caches["direct"], (Tally{1, size_t{2} << 20}));

  heap->Free(tiny, 64);
  heap->Free(small, 73);
  heap->Free(medium, 100000);
  caches = Caches(*heap);
  EXPECT_EQ(caches["fast"], (Tally{1, 80}));
  EXPECT_EQ(caches["unsorted"], (Tally{2, 96 + 100016}));
  EXPECT_EQ(heap->Allocate(64), tiny);
  EXPECT_EQ(heap->Allocate(73), small);

  heap->Coalesce();
  heap->Free(huge, size_t{2} << 20);
  caches = Caches(*heap);
  EXPECT_EQ(caches["unsorted"], Tally{});
  EXPECT_EQ(caches["direct"], Tally{});
  EXPECT_EQ(caches["top"].blocks, 1u);
  EXPECT_EQ(heap->Verify(), "");
}

TEST(FreelistAllocatorTest, StatisticsAddUp) {
  auto heap = MakeHeap();
  const size_t direct = size_t{3} << 20;
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(heap->Allocate(1000));
  void* large = heap->AllocateZeroed(direct);
  AllocatorStats stats = heap->Stats();
  EXPECT_EQ(*stats.allocated_bytes, 1000 * Block::SizeFor(1000) + direct);
  EXPECT_EQ(*stats.reserved_bytes, (size_t{1} << 30) + direct);
  EXPECT_GE(*stats.committed_bytes, *stats.allocated_bytes);
  EXPECT_TRUE(stats.caches.empty());
  EXPECT_FALSE(stats.resident_bytes.has_value());
  // All but extents' ends and the headers is either live or free.
  EXPECT_NEAR(static_cast<double>(*stats.allocated_bytes + *stats.cached_bytes),
              static_cast<double>(*stats.committed_bytes), 64);
  EXPECT_GT(*stats.zeroed_bytes, size_t{1} << 20);
  heap->Free(large, direct);
  for (void* block : blocks) heap->Free(block, 1000);
  stats = heap->Stats(true);
  EXPECT_EQ(*stats.allocated_bytes, 0u);
  EXPECT_GE(*stats.peak_committed_bytes, *stats.committed_bytes + direct);
  EXPECT_LE(*stats.resident_bytes, *stats.committed_bytes);
}

TEST(FreelistAllocatorTest, ShowsItsBlocks) {
  auto heap = MakeHeap();
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(heap->Allocate(500));
  for (int i = 0; i < 100; i += 2) {
    heap->Free(blocks[static_cast<size_t>(i)], 500);
  }
  const HeapMap map = heap->inspectable()->Map(/*blocks=*/true);
  uint64_t pages = 0;
  for (const SpanInfo& span : map.spans) {
    EXPECT_EQ(span.start, pages * map.page_bytes);
    pages += span.pages;
  }
  EXPECT_EQ(pages * map.page_bytes, *heap->Stats().committed_bytes);
  const SpanInfo& extent = map.spans.front();
  EXPECT_EQ(extent.kind, SpanInfo::Kind::kLarge);
  EXPECT_EQ(extent.live, 50u);
  EXPECT_EQ(extent.capacity, 101u);  // with the top
  ASSERT_EQ(extent.blocks.size(), 101u);
  uint64_t end = 8;
  for (size_t i = 0; i < 101; ++i) {
    EXPECT_EQ(extent.blocks[i].offset, end);
    EXPECT_EQ(extent.blocks[i].used, i % 2 == 1);
    end += extent.blocks[i].size;
  }
  EXPECT_EQ(end, extent.pages * map.page_bytes - 8);
  EXPECT_TRUE(heap->inspectable()->Map(false).spans.front().blocks.empty());
}

TEST(FreelistAllocatorTest, CoalescingMakesRoomForLargerBlocks) {
  for (Fit fit : {Fit::kBest, Fit::kFirst}) {
    auto heap = MakeHeap({.fit = fit});
    std::vector<void*> blocks;
    for (int i = 0; i < 3000; ++i) blocks.push_back(heap->Allocate(56));
    void* wall = heap->Allocate(56);
    // Makes the top short, so that it isn't the largest.
    std::vector<void*> rest;
    while (Caches(*heap)["top"].bytes > 100000) {
      rest.push_back(heap->Allocate(90000));
    }
    for (void* block : blocks) heap->Free(block, 56);
    EXPECT_EQ(Caches(*heap)["fast"], (Tally{3000, 3000 * 64}));
    const CoalesceGain gain = heap->Coalesce();
    EXPECT_EQ(gain.merged, 2999u);
    EXPECT_LE(gain.largest_free_before, 100000u);
    EXPECT_EQ(gain.largest_free_after, 3000u * 64);
    EXPECT_EQ(heap->Allocate(3000 * 64 - 8), blocks.front());
    heap->Free(wall, 56);
    EXPECT_EQ(heap->Verify(), "");
  }
}

TEST(FreelistAllocatorTest, TheFastCacheIsBounded) {
  auto heap = MakeHeap();
  std::vector<void*> blocks;
  for (int i = 0; i < 100000; ++i) blocks.push_back(heap->Allocate(40));
  for (void* block : blocks) {
    heap->Free(block, 40);
  }
  EXPECT_LE(Caches(*heap)["fast"].bytes, FastCache::kMostBytes);
}

TEST(FreelistAllocatorTest, BestAndFirstFitDiffer) {
  // Free blocks of 8000, 4000 and 2000 bytes, in this order.
  const auto third_of_four = [](Fit fit) {
    auto heap = MakeHeap({.fit = fit});
    std::vector<void*> free;
    for (size_t bytes : {8000u, 4000u, 2000u}) {
      free.push_back(heap->Allocate(bytes));
      EXPECT_NE(heap->Allocate(8), nullptr);
    }
    heap->Free(free[0], 8000);
    heap->Free(free[1], 4000);
    heap->Free(free[2], 2000);
    heap->Coalesce();
    void* block = heap->Allocate(1500);
    return std::find(free.begin(), free.end(), block) - free.begin();
  };
  EXPECT_EQ(third_of_four(Fit::kBest), 2);
  EXPECT_EQ(third_of_four(Fit::kFirst), 0);
}

TEST(FreelistAllocatorTest, DirectBlocksComeAndGoWithTheirMemory) {
  auto heap = MakeHeap();
  constexpr size_t kBytes = (size_t{64} << 20) + 1;
  const uint64_t before = *heap->Stats().committed_bytes;
  char* block = static_cast<char*>(heap->AllocateZeroed(kBytes));
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block[kBytes - 1], 0);
  block[kBytes - 1] = 1;
  EXPECT_GE(*heap->Stats().committed_bytes, before + kBytes);
  EXPECT_LT(*heap->Stats(true).resident_bytes, size_t{1} << 20);
  heap->Free(block, kBytes);
  EXPECT_EQ(*heap->Stats().committed_bytes, before);
  EXPECT_GE(*heap->Stats().peak_committed_bytes, before + kBytes);
}

TEST(FreelistAllocatorTest, ALargeHeapIsNoBurden) {
  for (Fit fit : {Fit::kBest, Fit::kFirst}) {
    const size_t count = (fit == Fit::kBest ? 1000000 : 300000) / kSlower;
    auto heap = MakeHeap({.fit = fit, .reserve = size_t{4} << 30});
    std::mt19937 random(2);
    std::vector<std::pair<void*, size_t>> blocks;
    for (size_t i = 0; i < count; ++i) {
      const size_t bytes = random() % 400;
      blocks.emplace_back(heap->Allocate(bytes), bytes);
      ASSERT_NE(blocks.back().first, nullptr);
    }
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (const auto& [block, bytes] : blocks) heap->Free(block, bytes);
    heap->Coalesce();
    EXPECT_EQ(heap->Stats().spans->in_use, 0u);
  }
}

TEST(FreelistAllocatorTest, TheReclaimerGivesFreeMemoryBack) {
  auto heap = MakeHeap();
  const uint64_t before = *heap->Stats(true).resident_bytes;
  Reclaimer reclaimer({heap->reclaimable()}, {});
  std::vector<void*> blocks;
  for (int i = 0; i < 3000; ++i) {
    blocks.push_back(heap->Allocate(10000));
    std::memset(blocks.back(), 1, 10000);
  }
  for (void* block : blocks) heap->Free(block, 10000);
  const auto resident = [&] { return *heap->Stats(true).resident_bytes; };
  for (int i = 0; i < 600 && resident() > before + (4u << 20); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LE(resident(), before + (4u << 20));
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
  heap->reclaimable()->Trim();
  EXPECT_LE(resident(), before);
}

// Trim gives back even what live blocks keep from the page heap.
TEST(FreelistAllocatorTest, TrimReachesIntoExtents) {
  for (Fit fit : {Fit::kBest, Fit::kFirst}) {
    auto heap = MakeHeap({.fit = fit});
    std::vector<char*> blocks;
    for (int i = 0; i < 200; ++i) {
      blocks.push_back(static_cast<char*>(heap->Allocate(100000)));
      std::memset(blocks.back(), 1, 100000);
    }
    for (size_t i = 0; i < 200; i += 2) heap->Free(blocks[i], 100000);
    EXPECT_GT(heap->reclaimable()->Trim(), uint64_t{8} << 20);
    EXPECT_LT(*heap->Stats(true).resident_bytes, size_t{12} << 20);
    EXPECT_EQ(heap->Verify(), "");
    EXPECT_LT(heap->reclaimable()->Trim(), uint64_t{1} << 20);
    for (size_t i = 0; i < 200; ++i) {
      if (i % 2 == 0) {
        blocks[i] = static_cast<char*>(heap->AllocateZeroed(100000));
        ASSERT_TRUE(AllZero(blocks[i], 100000));
      } else {
        ASSERT_TRUE(std::all_of(blocks[i], blocks[i] + 100000,
                                [](char c) { return c == 1; }));
      }
    }
    EXPECT_EQ(heap->Verify(), "");
  }
}

// Allocation on some threads, frees on others, every block's ends checked.
TEST_P(FreelistTest, ThreadsExchangeBlocks) {
  auto heap = MakeHeap(options());
  struct Live {
    unsigned char* at = nullptr;
    size_t bytes = 0;
    unsigned char mark = 0;
  };
  std::mutex mutex;
  std::vector<Live> exchange;  // guarded by mutex
  std::atomic<bool> ok{true};
  const auto check_and_free = [&](const Live& block) {
    if (block.at[0] != block.mark || block.at[block.bytes - 1] != block.mark) {
      ok = false;
    }
    heap->Free(block.at, block.bytes);
  };
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 8000 / kSlower && ok; ++i) {
      const unsigned dice = random() % 64;
      const size_t bytes = dice == 0   ? random() % 300000 + 1
                           : dice < 16 ? random() % 9000 + 1
                                       : random() % 200 + 1;
      Live block{nullptr, bytes, static_cast<unsigned char>(random())};
      block.at = static_cast<unsigned char*>(heap->AllocateZeroed(bytes));
      if (block.at == nullptr || !AllZero(block.at, bytes)) {
        ok = false;
        return;
      }
      std::memset(block.at, block.mark, bytes);
      Live out;
      {
        std::lock_guard lock(mutex);
        exchange.push_back(block);
        if (exchange.size() > 200) {
          std::swap(exchange[random() % exchange.size()], exchange.back());
          out = exchange.back();
          exchange.pop_back();
        }
      }
      if (out.at != nullptr) check_and_free(out);
      if (random() % 1000 == 0) heap->Coalesce();
      if (random() % 2000 == 0 && !heap->Verify().empty()) ok = false;
      if (random() % 2000 == 0) heap->Stats();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 3; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(ok);
  for (const Live& block : exchange) check_and_free(block);
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Verify(), "");
}

#ifdef JSHEAP_DEBUG_CHECKS
TEST(FreelistDeathTest, DoubleFree) {
  auto heap = MakeHeap();
  for (size_t bytes : {size_t{40}, size_t{1000}, size_t{2} << 20}) {
    void* block = heap->Allocate(bytes);
    heap->Free(block, bytes);
    EXPECT_DEATH(heap->Free(block, bytes), "double free") << bytes;
  }
}

TEST(FreelistDeathTest, DoubleFreeOfAMergedBlock) {
  auto heap = MakeHeap();
  void* first = heap->Allocate(1000);
  void* second = heap->Allocate(1000);
  void* wall = heap->Allocate(1000);
  heap->Free(first, 1000);
  heap->Free(second, 1000);
  heap->Coalesce();
  EXPECT_DEATH(heap->Free(first, 1000), "double free");
  EXPECT_DEATH(heap->Free(second, 1000), "double free");
  heap->Free(wall, 1000);
  heap->Coalesce();
  EXPECT_DEATH(heap->Free(second, 1000), "double free");
}

TEST(FreelistDeathTest, WrongSize) {
  auto heap = MakeHeap();
  void* block = heap->Allocate(100);
  EXPECT_DEATH(heap->Free(block, 1000), "wrong size.*size 1000");
  EXPECT_DEATH(heap->Free(block, 10), "wrong size");
  EXPECT_DEATH(heap->Free(block, size_t{1} << 40), "wrong size");
  void* direct = heap->Allocate(size_t{2} << 20);
  EXPECT_DEATH(heap->Free(direct, size_t{1} << 20), "wrong size");
}

TEST(FreelistDeathTest, PointerIntoABlock) {
  auto heap = MakeHeap();
  char* block = static_cast<char*>(heap->AllocateZeroed(1000));
  EXPECT_DEATH(heap->Free(block + 8, 1000), "into a block");
  EXPECT_DEATH(heap->Free(block + 32, 1000), "into a block");
}

TEST(FreelistDeathTest, ForeignPointer) {
  auto heap = MakeHeap();
  int mine = 0;
  EXPECT_DEATH(heap->Free(&mine, sizeof mine), "foreign pointer");
}

TEST(FreelistDeathTest, OverflowIntoTheNextHeader) {
  auto heap = MakeHeap();
  char* first = static_cast<char*>(heap->Allocate(1000));
  void* second = heap->Allocate(1000);
  EXPECT_DEATH(
      {
        std::memset(first, 0, 1016);
        heap->Free(second, 1000);
      },
      "damaged header");
  EXPECT_DEATH(
      {
        std::memset(first, 0, 1016);
        heap->Free(first, 1000);
      },
      "damaged boundary tag behind a block");
}

TEST(FreelistDeathTest, WriteToAFreedBlock) {
  auto heap = MakeHeap();
  char* freed = static_cast<char*>(heap->Allocate(1000));
  void* behind = heap->Allocate(1000);
  void* wall = heap->Allocate(1000);
  heap->Free(freed, 1000);
  heap->Coalesce();
  EXPECT_DEATH(
      {
        std::memset(freed + 900, 0xFF, 100);
        heap->Free(behind, 1000);
        heap->Coalesce();
      },
      "damaged boundary tag before a block");
  EXPECT_DEATH(
      {
        std::memset(freed + 900, 0xFF, 100);
        heap->Allocate(1000);
      },
      "damaged boundary tag at the end of a free block");
  heap->Free(wall, 1000);
}
#endif

TEST(FreelistAllocatorTest, VerifyNamesTheDamage) {
  auto heap = MakeHeap();
  char* freed = static_cast<char*>(heap->Allocate(1000));
  EXPECT_NE(heap->Allocate(1000), nullptr);
  heap->Free(freed, 1000);
  heap->Coalesce();
  ASSERT_EQ(heap->Verify(), "");
  freed[992] ^= 1;
  EXPECT_EQ(heap->Verify(), "a free block's tail tag is wrong");
  freed[992] ^= 1;
  EXPECT_EQ(heap->Verify(), "");
}

}  // namespace
}  // namespace jsheap::freelist
