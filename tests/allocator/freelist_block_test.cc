// Blocks, extents, split and merge, and the walk over them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/block_manager.h"
#include "allocator/backends/freelist/block_viewer.h"
#include "allocator/pages/page_heap.h"

namespace jsheap::freelist {
namespace {

constexpr size_t kReserve = size_t{64} << 20;

struct Heap {
  PageHeap pages{kReserve, false};
  BlockManager manager{pages};

  const char* Verify(BlockCounts* counts) const {
    return BlockViewer(manager).Verify(nullptr, counts);
  }
};

TEST(BlockTest, SizesHoldThePayloadAndKeepTheAlignment) {
  EXPECT_EQ(Block::SizeFor(0), 32u);
  EXPECT_EQ(Block::SizeFor(24), 32u);
  EXPECT_EQ(Block::SizeFor(25), 48u);
  for (size_t bytes = 0; bytes < 5000; ++bytes) {
    const size_t size = Block::SizeFor(bytes);
    ASSERT_EQ(size % Block::kUnit, 0u);
    ASSERT_GE(size - Block::kHeaderBytes, bytes);
    ASSERT_TRUE(size == Block::kLeastBytes ||
                size - Block::kHeaderBytes < bytes + Block::kUnit);
  }
}

TEST(BlockTest, FlagsAndSizeDoNotDisturbEachOther) {
  Block block{0};
  block.set_size(4096);
  block.set_flag(Block::kInUse, true);
  block.set_flag(Block::kCached, true);
  EXPECT_EQ(block.size(), 4096u);
  EXPECT_TRUE(block.in_use());
  EXPECT_TRUE(block.cached());
  EXPECT_FALSE(block.previous_in_use());
  block.set_size(64);
  block.set_flag(Block::kInUse, false);
  EXPECT_EQ(block.size(), 64u);
  EXPECT_FALSE(block.in_use());
  EXPECT_TRUE(block.cached());
}

TEST(BlockManagerTest, AnExtentIsOneBlockAtFirst) {
  Heap heap;
  const BlockManager::Extent extent = heap.manager.AddExtent(100);
  ASSERT_NE(extent.block, nullptr);
  EXPECT_TRUE(extent.is_zero);
  EXPECT_TRUE(extent.block->in_use());
  EXPECT_GE(extent.block->size(), BlockManager::kExtentBytes - 64);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(extent.block->Payload()) % 16, 0u);
  EXPECT_TRUE(extent.block->Next()->is_fence());
  EXPECT_TRUE(heap.manager.IsWholeExtent(extent.block));
  EXPECT_EQ(heap.pages.ReadStats().spans.in_use, 1u);
  heap.manager.RemoveExtent(extent.block);
  EXPECT_EQ(heap.pages.ReadStats().spans.in_use, 0u);
  EXPECT_EQ(heap.pages.Verify(), nullptr);
}

TEST(BlockManagerTest, ExtentsGrowWithTheirBlock) {
  Heap heap;
  const size_t size = 2 * BlockManager::kExtentBytes;
  Block* block = heap.manager.AddExtent(size).block;
  ASSERT_NE(block, nullptr);
  EXPECT_GE(block->size(), size);
  EXPECT_TRUE(heap.manager.IsWholeExtent(block));
  EXPECT_EQ(heap.manager.AddExtent(kReserve).block, nullptr);
  EXPECT_EQ(heap.manager.AddExtent(size_t{1} << 60).block, nullptr);
}

TEST(BlockManagerTest, AReusedExtentIsNotZero) {
  Heap heap;
  Block* block = heap.manager.AddExtent(100).block;
  std::memset(block->Payload(), 0xFF, block->size() - Block::kHeaderBytes);
  heap.manager.RemoveExtent(block);
  EXPECT_FALSE(heap.manager.AddExtent(100).is_zero);
}

TEST(BlockManagerTest, SplitKeepsWhatIsTooShortForABlock) {
  Heap heap;
  Block* block = heap.manager.AddExtent(100).block;
  Block* rest = BlockManager::Split(block, 128);
  ASSERT_NE(rest, nullptr);
  EXPECT_EQ(block->Next(), rest);
  EXPECT_EQ(block->size(), 128u);
  EXPECT_EQ(BlockManager::Split(block, 112), nullptr);
  EXPECT_EQ(block->size(), 128u);
  Block* second = BlockManager::Split(block, 96);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->size(), 32u);
  EXPECT_EQ(second->Next(), rest);
  BlockCounts counts;
  EXPECT_EQ(heap.Verify(&counts), nullptr);
  EXPECT_EQ(counts.used.blocks, 3u);
}

TEST(BlockManagerTest, FreeBlocksAreKnownToTheOneBehind) {
  Heap heap;
  Block* a = heap.manager.AddExtent(100).block;
  Block* b = BlockManager::Split(a, 48);
  EXPECT_TRUE(b->previous_in_use());
  BlockManager::MarkFree(a);
  EXPECT_FALSE(b->previous_in_use());
  EXPECT_EQ(b->Previous(), a);
  BlockCounts counts;
  EXPECT_EQ(heap.Verify(&counts), nullptr);
  EXPECT_EQ(counts.sorted, (Tally{1, 48}));
  BlockManager::MarkLoose(a);
  EXPECT_TRUE(b->previous_in_use());
  BlockManager::Merge(a, b);
  EXPECT_TRUE(heap.manager.IsWholeExtent(a));
}

TEST(BlockManagerTest, KnowsWhereABlockCouldBe) {
  Heap heap;
  Block* first = heap.manager.AddExtent(100).block;
  Block* second = BlockManager::Split(first, 48);
  const auto at = [&](ptrdiff_t bytes) {
    return Block::At(reinterpret_cast<char*>(first) + bytes);
  };
  EXPECT_TRUE(heap.manager.CouldBeBlock(first));
  EXPECT_TRUE(heap.manager.CouldBeBlock(second));
  EXPECT_FALSE(heap.manager.CouldBeBlock(at(8)));
  EXPECT_FALSE(heap.manager.CouldBeBlock(at(16)));
  EXPECT_FALSE(heap.manager.CouldBeBlock(second->Next()));
  EXPECT_FALSE(heap.manager.CouldBeBlock(at(ptrdiff_t{32} << 20)));
  Block elsewhere{64};
  EXPECT_FALSE(heap.manager.CouldBeBlock(&elsewhere));
  BlockManager::Merge(first, second);
  EXPECT_FALSE(heap.manager.CouldBeBlock(second));
  heap.manager.RemoveExtent(first);
  EXPECT_FALSE(heap.manager.CouldBeBlock(first));
}

TEST(BlockViewerTest, ShowsBlocksWithoutGaps) {
  Heap heap;
  Block* a = heap.manager.AddExtent(100).block;
  Block* b = BlockManager::Split(a, 64);
  Block* c = BlockManager::Split(b, 4096);
  BlockManager::MarkFree(b);
  std::vector<BlockInfo> views;
  heap.manager.ForEachExtent([&](const Span& extent) {
    BlockViewer(heap.manager).ForEachBlock(extent, [&](const BlockInfo& block) {
      views.push_back(block);
    });
  });
  ASSERT_EQ(views.size(), 3u);
  EXPECT_EQ(views[0].offset, 8u);
  EXPECT_EQ(views[0].size, 64u);
  EXPECT_TRUE(views[0].used);
  EXPECT_EQ(views[1].offset, 72u);
  EXPECT_EQ(views[1].size, 4096u);
  EXPECT_FALSE(views[1].used);
  EXPECT_EQ(views[2].offset, 72u + 4096u);
  EXPECT_EQ(views[2].offset + c->size(), BlockManager::kExtentBytes - 8);
}

// One kind of damage, one message.
TEST(BlockViewerTest, NamesTheDamage) {
  Heap heap;
  Block* a = heap.manager.AddExtent(100).block;
  Block* b = BlockManager::Split(a, 64);
  Block* c = BlockManager::Split(b, 64);
  BlockManager::MarkFree(b);
  BlockCounts counts;
  ASSERT_EQ(heap.Verify(&counts), nullptr);
  const auto damaged = [&](uint64_t& word, uint64_t value) {
    const uint64_t before = word;
    word = value;
    const char* problem = heap.Verify(&counts);
    word = before;
    EXPECT_EQ(heap.Verify(&counts), nullptr);
    return problem;
  };
  EXPECT_STREQ(damaged(b->TailTag(), 80), "a free block's tail tag is wrong");
  EXPECT_STREQ(damaged(b->header, 0), "a block's size is impossible");
  EXPECT_STREQ(damaged(b->header, uint64_t{1} << 30),
               "a block's size is impossible");
  EXPECT_STREQ(damaged(c->header, c->header | Block::kPreviousInUse),
               "a block is wrong about the one before it");
  EXPECT_STREQ(damaged(a->header, a->header & ~Block::kInUse),
               "a free block's tail tag is wrong");
  EXPECT_STREQ(damaged(c->Next()->header, 0), "an extent's fence is damaged");
  EXPECT_STREQ(damaged(c->Next()->header, Block::kInUse),
               "an extent's fence is wrong about the block before it");
}

}  // namespace
}  // namespace jsheap::freelist
