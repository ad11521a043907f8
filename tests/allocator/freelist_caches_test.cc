// The caches of the freelist allocator, one by one, and its coalescer.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "allocator/backends/freelist/block_manager.h"
#include "allocator/backends/freelist/block_viewer.h"
#include "allocator/backends/freelist/coalescer.h"
#include "allocator/backends/freelist/direct_blocks.h"
#include "allocator/backends/freelist/fast_cache.h"
#include "allocator/backends/freelist/sorted_cache.h"
#include "allocator/backends/freelist/top_block.h"
#include "allocator/backends/freelist/unsorted_cache.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::freelist {
namespace {

// All parts of the allocator, not yet put together.
struct Parts {
  explicit Parts(Fit fit = Fit::kBest) : sorted(fit) {}

  // A new extent as top.
  void Start() { top.Start(manager.AddExtent(100)); }

  // Cuts the top into loose blocks of `size` bytes.
  std::vector<Block*> Cut(size_t count, size_t size) {
    std::vector<Block*> blocks;
    for (size_t i = 0; i < count; ++i) blocks.push_back(top.Take(size).block);
    return blocks;
  }

  void Verify() {
    BlockCounts counts;
    EXPECT_EQ(BlockViewer(manager).Verify(top.block(), &counts), nullptr);
    EXPECT_EQ(sorted.Verify(), nullptr);
    EXPECT_EQ(counts.sorted, sorted.held());
  }

  PageHeap pages{size_t{64} << 20, false};
  BlockManager manager{pages};
  FastCache fast{64};
  UnsortedCache unsorted;
  SortedCache sorted;
  TopBlock top;
  Coalescer coalescer{manager, fast, unsorted, sorted, top};
};

TEST(FastCacheTest, GivesBackTheSizeThatWasPutInLast) {
  Parts parts;
  parts.Start();
  EXPECT_TRUE(parts.fast.Serves(Block::SizeFor(64)));
  EXPECT_FALSE(parts.fast.Serves(Block::SizeFor(64) + 16));
  EXPECT_EQ(parts.fast.Take(32), nullptr);
  const std::vector<Block*> a = parts.Cut(2, 32);
  const std::vector<Block*> b = parts.Cut(1, 80);
  for (Block* block : {a[0], a[1], b[0]}) parts.fast.Put(block);
  EXPECT_TRUE(a[0]->cached());
  EXPECT_TRUE(a[0]->in_use());
  EXPECT_EQ(parts.fast.held(), (Tally{3, 144}));
  EXPECT_EQ(parts.fast.Largest(), 80u);
  EXPECT_EQ(parts.fast.Take(32), a[1]);
  EXPECT_FALSE(a[1]->cached());
  EXPECT_EQ(parts.fast.Take(32), a[0]);
  EXPECT_EQ(parts.fast.Take(32), nullptr);
  EXPECT_EQ(parts.fast.Take(80), b[0]);
  EXPECT_EQ(parts.fast.held(), Tally{});
  EXPECT_EQ(parts.fast.Largest(), 0u);
}

TEST(FastCacheTest, ZeroTurnsItOff) {
  EXPECT_FALSE(FastCache(0).Serves(Block::kLeastBytes));
}

TEST(UnsortedCacheTest, TheNewestThatFitsExactlyComesFirst) {
  Parts parts;
  parts.Start();
  std::vector<Block*> blocks = parts.Cut(3, 256);
  blocks.push_back(parts.Cut(1, 512).front());
  for (Block* block : blocks) EXPECT_EQ(parts.unsorted.Put(block), nullptr);
  EXPECT_EQ(parts.unsorted.Largest(), 512u);
  EXPECT_EQ(parts.unsorted.Take(272), nullptr);
  EXPECT_EQ(parts.unsorted.Take(224), nullptr);
  EXPECT_EQ(parts.unsorted.Take(256), blocks[2]);
  // Sixteen bytes couldn't be split off anyway.
  EXPECT_EQ(parts.unsorted.Take(240), blocks[1]);
  EXPECT_EQ(parts.unsorted.Take(512), blocks[3]);
  EXPECT_EQ(parts.unsorted.held(), (Tally{1, 256}));
}

TEST(UnsortedCacheTest, TheOldestMakesRoom) {
  Parts parts;
  parts.Start();
  const std::vector<Block*> blocks = parts.Cut(UnsortedCache::kSlots + 5, 256);
  for (size_t i = 0; i < blocks.size(); ++i) {
    Block* evicted = parts.unsorted.Put(blocks[i]);
    EXPECT_EQ(evicted, i < UnsortedCache::kSlots
                           ? nullptr
                           : blocks[i - UnsortedCache::kSlots]);
    if (evicted != nullptr) {
      EXPECT_FALSE(evicted->cached());
    }
  }
  // One block that goes and comes pushes no other out.
  for (int i = 0; i < 100; ++i) {
    Block* block = parts.unsorted.Take(256);
    ASSERT_EQ(block, blocks.back());
    ASSERT_EQ(parts.unsorted.Put(block), nullptr);
  }
  size_t drained = 0;
  parts.unsorted.Drain([&](Block*) { ++drained; });
  EXPECT_EQ(drained, UnsortedCache::kSlots);
  EXPECT_EQ(parts.unsorted.held(), Tally{});
}

TEST(SortedCacheTest, SplitsWhatIsTooLong) {
  for (Fit fit : {Fit::kBest, Fit::kFirst}) {
    Parts parts(fit);
    parts.Start();
    const std::vector<Block*> blocks = parts.Cut(3, 1024);
    parts.sorted.Put(blocks[1]);
    Block* taken = parts.sorted.Take(256);
    EXPECT_EQ(taken, blocks[1]);
    EXPECT_EQ(taken->size(), 256u);
    EXPECT_EQ(parts.sorted.held(), (Tally{1, 768}));
    EXPECT_EQ(parts.sorted.Take(1024), nullptr);
    // Here no block would be left: the whole is handed out.
    EXPECT_EQ(parts.sorted.Take(752)->size(), 768u);
    EXPECT_EQ(parts.sorted.held(), Tally{});
    parts.Verify();
  }
}

TEST(TopBlockTest, IsCutFromTheBottomAndKnowsWhatIsZero) {
  Parts parts;
  EXPECT_EQ(parts.top.Take(32).block, nullptr);
  EXPECT_EQ(parts.top.ZeroBytes(), 0u);
  parts.Start();
  const size_t all = parts.top.size();
  EXPECT_EQ(parts.top.ZeroBytes(), all - Block::kHeaderBytes);
  const Found first = parts.top.Take(256);
  const Found second = parts.top.Take(256);
  EXPECT_EQ(first.block->Next(), second.block);
  EXPECT_EQ(first.dirty_bytes, 0u);
  EXPECT_EQ(second.dirty_bytes, 0u);
  std::memset(second.block->Payload(), 0xFF, 248);
  parts.top.Absorb(second.block);
  EXPECT_EQ(parts.top.size(), all - 256);
  // All but the header that the top had beyond the second block.
  const Found third = parts.top.Take(512);
  EXPECT_EQ(third.block, second.block);
  EXPECT_EQ(third.dirty_bytes, 256u);
  const char* payload = static_cast<const char*>(third.block->Payload());
  EXPECT_TRUE(std::all_of(payload + third.dirty_bytes, payload + 504,
                          [](char c) { return c == 0; }));
  parts.Verify();
}

TEST(TopBlockTest, IsHandedOutWholeWhenNoBlockWouldBeLeft) {
  Parts parts;
  parts.Start();
  const size_t all = parts.top.size();
  EXPECT_EQ(parts.top.Take(all + 16).block, nullptr);
  EXPECT_EQ(parts.top.Take(all - 16).block->size(), all);
  EXPECT_EQ(parts.top.block(), nullptr);
  EXPECT_EQ(parts.top.Retire(), nullptr);
  parts.Verify();
}

// Five blocks in every order of freeing, with and without the top behind them:
// whatever lies between becomes one block.
TEST(CoalescerTest, NeighboursMergeInAnyOrder) {
  for (Fit fit : {Fit::kBest, Fit::kFirst}) {
    for (bool at_top : {false, true}) {
      std::vector<size_t> order = {0, 1, 2, 3, 4};
      do {
        Parts parts(fit);
        parts.Start();
        const size_t all = parts.top.size();
        std::vector<Block*> blocks;
        Block* wall = parts.Cut(1, 32).front();
        for (size_t size : {32u, 48u, 4096u, 112u, 1024u}) {
          blocks.push_back(parts.Cut(1, size).front());
        }
        Block* end = at_top ? nullptr : parts.Cut(1, 32).front();
        for (size_t i : order) {
          parts.coalescer.Add(blocks[i]);
          parts.Verify();
        }
        if (at_top) {
          EXPECT_EQ(parts.top.size(), all - 32);
          EXPECT_EQ(parts.sorted.held(), Tally{});
        } else {
          EXPECT_EQ(parts.sorted.held(), (Tally{1, 5312}));
          parts.coalescer.Add(end);
        }
        parts.coalescer.Add(wall);
        EXPECT_EQ(parts.top.size(), all);
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
}

TEST(CoalescerTest, WholeExtentsGoBackToThePageHeap) {
  Parts parts;
  parts.Start();
  const size_t all = parts.top.size();
  Block* first = parts.top.Take(all).block;
  Block* rest = BlockManager::Split(first, 4096);
  EXPECT_EQ(parts.pages.ReadStats().spans.in_use, 1u);
  parts.coalescer.Add(first);
  EXPECT_EQ(parts.pages.ReadStats().spans.in_use, 1u);
  EXPECT_EQ(parts.coalescer.Add(rest), all);
  EXPECT_EQ(parts.pages.ReadStats().spans.in_use, 0u);
  EXPECT_EQ(parts.sorted.held(), Tally{});
}

TEST(CoalescerTest, TellsWhatItGained) {
  Parts parts;
  parts.Start();
  const std::vector<Block*> blocks = parts.Cut(8, 64);
  (void)parts.Cut(1, parts.top.size());
  // Of eight neighbours six are in the fast cache, all but 0 and 4.
  for (size_t i : {1u, 2u, 3u, 5u, 6u, 7u}) parts.fast.Put(blocks[i]);
  CoalesceGain gain = parts.coalescer.Coalesce();
  EXPECT_EQ(gain.merged, 4u);
  EXPECT_EQ(gain.largest_free_before, 64u);
  EXPECT_EQ(gain.largest_free_after, 192u);
  EXPECT_EQ(parts.fast.held(), Tally{});
  EXPECT_EQ(parts.sorted.held(), (Tally{2, 384}));
  gain = parts.coalescer.Coalesce();
  EXPECT_EQ(gain.merged, 0u);
  EXPECT_EQ(gain.largest_free_before, 192u);
  EXPECT_EQ(gain.largest_free_after, 192u);
  parts.Verify();
}

TEST(DirectBlocksTest, AgreesWithTheModel) {
  std::mt19937 random(5);
  DirectBlocks blocks;
  std::map<void*, size_t> live;
  uint64_t mapped = 0;
  const auto mapped_for = [](size_t bytes) {
    return (bytes + 4095) / 4096 * 4096;
  };
  for (int step = 0; step < 6000; ++step) {
    // More and more blocks for a while, then fewer.
    if (random() % 100 < (step < 3000 ? 70u : 25u)) {
      const size_t bytes = random() % 20000 + 1;
      char* block = static_cast<char*>(blocks.Allocate(bytes));
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(block[0], 0);
      block[0] = block[bytes - 1] = 1;
      ASSERT_TRUE(live.emplace(block, bytes).second);
      mapped += mapped_for(bytes);
    } else if (!live.empty()) {
      auto at =
          live.lower_bound(reinterpret_cast<void*>(uintptr_t{random()} << 16));
      if (at == live.end()) at = live.begin();
      ASSERT_EQ(blocks.SizeOf(at->first), at->second);
      ASSERT_TRUE(blocks.Free(at->first));
      ASSERT_FALSE(blocks.Free(at->first));
      mapped -= mapped_for(at->second);
      live.erase(at);
    }
    ASSERT_EQ(blocks.live(), (Tally{live.size(), mapped}));
  }
  for (const auto& [block, bytes] : live) {
    EXPECT_EQ(blocks.SizeOf(block), bytes);
    void* inside = static_cast<char*>(block) + 16;
    EXPECT_EQ(blocks.SizeOf(inside), 0u);
    EXPECT_FALSE(blocks.Free(inside));
  }
  EXPECT_LE(blocks.ResidentBytes(), mapped);
}

}  // namespace
}  // namespace jsheap::freelist
