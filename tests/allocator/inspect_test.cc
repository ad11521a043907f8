// What a heap shows of itself.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/backends/slab/size_classes.h"
#include "allocator/inspectable.h"
#include "allocator/registry.h"

namespace jsheap {
namespace {

using Kind = SpanInfo::Kind;

std::unique_ptr<Allocator> MakeSlab() {
  std::string error;
  auto heap = MakeAllocator("slab:reserve=1GiB", &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

size_t Count(const HeapMap& map, Kind kind) {
  return static_cast<size_t>(
      std::count_if(map.spans.begin(), map.spans.end(),
                    [&](const SpanInfo& s) { return s.kind == kind; }));
}

// Spans lie side by side from the range's start, and describe themselves.
void ExpectWhole(const HeapMap& map) {
  uint64_t next = 0;
  for (const SpanInfo& span : map.spans) {
    ASSERT_EQ(span.start, next);
    ASSERT_GT(span.pages, 0u);
    next += span.pages * map.page_bytes;
    if (span.kind == Kind::kSlab) {
      ASSERT_LE(*span.live, *span.capacity);
      ASSERT_LE(*span.capacity * *span.size_class, span.pages * map.page_bytes);
    }
    uint64_t end = 0;
    for (const BlockInfo& block : span.blocks) {
      ASSERT_GE(block.offset, end);
      end = block.offset + block.size;
    }
    ASSERT_LE(end, span.pages * map.page_bytes);
  }
}

TEST(InspectTest, MapShowsWhatWasAllocated) {
  auto heap = MakeSlab();
  std::vector<void*> small;
  for (int i = 0; i < 1000; ++i) small.push_back(heap->Allocate(200));
  void* large = heap->Allocate(300000);
  const HeapMap map = heap->inspectable()->Map(/*blocks=*/true);
  ExpectWhole(map);
  EXPECT_EQ(map.page_bytes, 65536u);
  EXPECT_EQ(Count(map, Kind::kSlab), 4u);  // 315 blocks of 208 bytes each
  EXPECT_EQ(Count(map, Kind::kLarge), 1u);
  size_t used = 0;
  for (const SpanInfo& span : map.spans) {
    if (span.kind == Kind::kLarge) {
      ASSERT_EQ(span.blocks.size(), 1u);
      EXPECT_EQ(span.blocks[0].size, 300000u);
      EXPECT_EQ(span.pages, 5u);
    }
    if (span.kind != Kind::kSlab) continue;
    EXPECT_EQ(*span.size_class, 208u);
    EXPECT_EQ(span.blocks.size(), *span.capacity);
    used += static_cast<size_t>(
        std::count_if(span.blocks.begin(), span.blocks.end(),
                      [](const BlockInfo& b) { return b.used; }));
  }
  // Blocks in the thread's cache count as used.
  EXPECT_GE(used, 1000u);
  EXPECT_LE(used, 1000u + 128u);

  for (void* block : small) heap->Free(block, 200);
  heap->Free(large, 300000);
  heap->IdleThread();
  const HeapMap empty = heap->inspectable()->Map(false);
  ExpectWhole(empty);
  ASSERT_EQ(empty.spans.size(), 1u);
  EXPECT_EQ(empty.spans[0].kind, Kind::kFree);
  (void)heap->reclaimable()->Trim();
  const HeapMap trimmed = heap->inspectable()->Map(false);
  ASSERT_EQ(trimmed.spans.size(), 1u);
  EXPECT_EQ(trimmed.spans[0].kind, Kind::kReleased);
  EXPECT_TRUE(*trimmed.spans[0].zero);
}

TEST(InspectTest, MapIsWholeWhileOthersAllocate) {
  auto heap = MakeSlab();
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      std::vector<std::pair<void*, size_t>> blocks;
      while (!done) {
        const size_t bytes = random() % 100000 + 1;
        blocks.emplace_back(heap->Allocate(bytes), bytes);
        if (blocks.size() > 300) {
          for (auto [block, size] : blocks) heap->Free(block, size);
          blocks.clear();
        }
      }
      for (auto [block, size] : blocks) heap->Free(block, size);
    });
  }
  for (int i = 0; i < 200; ++i) {
    ExpectWhole(heap->inspectable()->Map(i % 2 == 0));
    EXPECT_EQ(heap->inspectable()->Verify(), "");
    heap->Stats(true);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

TEST(InspectTest, DetailedStatisticsAddUp) {
  auto heap = MakeSlab();
  std::vector<std::pair<void*, size_t>> blocks;
  uint64_t rounded = 0;
  for (size_t bytes = 1; bytes < 1000000; bytes += bytes / 3 + 1) {
    blocks.emplace_back(heap->Allocate(bytes), bytes);
    rounded += bytes <= slab::kMaxSlabBytes
                   ? heap->UsableSize(blocks.back().first)
                   : (bytes + 65535) / 65536 * 65536;
  }
  const AllocatorStats stats = heap->Stats(true);
  EXPECT_EQ(*stats.allocated_bytes, rounded);
  EXPECT_GE(*stats.committed_bytes, rounded);
  uint64_t live = 0;
  for (const SizeClassStats& c : stats.size_classes) {
    EXPECT_GE(c.slabs, 1u);
    live += c.live;
  }
  size_t small = 0;
  for (auto [block, bytes] : blocks) small += bytes <= slab::kMaxSlabBytes;
  EXPECT_EQ(live, small);
}

}  // namespace
}  // namespace jsheap
