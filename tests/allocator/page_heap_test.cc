#include "allocator/pages/page_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "tests/allocator/slower.h"

namespace jsheap {
namespace {

constexpr size_t kReserve = size_t{256} << 20;

Span* Take(PageHeap& heap, uint32_t pages) {
  return heap.Allocate(pages, false).span;
}

bool AllZero(const char* bytes, size_t count) {
  return std::all_of(bytes, bytes + count, [](char c) { return c == 0; });
}

TEST(PageHeapTest, SpansAreAlignedApartAndWritable) {
  PageHeap heap(kReserve, false);
  ASSERT_TRUE(heap.ok());
  Span* a = Take(heap, 3);
  Span* b = Take(heap, 1);
  ASSERT_NE(a, nullptr);
  ASSERT_NE(b, nullptr);
  char* from_a = heap.map().AddressOf(a);
  char* from_b = heap.map().AddressOf(b);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(from_a) % kPageBytes, 0u);
  EXPECT_TRUE(from_b >= from_a + 3 * kPageBytes ||
              from_a >= from_b + kPageBytes);
  std::memset(from_a, 1, 3 * kPageBytes);
  EXPECT_TRUE(AllZero(from_b, kPageBytes));
  EXPECT_EQ(heap.Verify(), nullptr);
}

TEST(PageHeapTest, NeighboursMergeInAnyOrder) {
  PageHeap heap(kReserve, false);
  std::vector<uint32_t> order = {0, 1, 2, 3, 4};
  do {
    std::vector<Span*> spans;
    for (uint32_t pages : {1u, 200u, 2u, 130u, 5u}) {
      spans.push_back(Take(heap, pages));
      ASSERT_NE(spans.back(), nullptr);
    }
    for (uint32_t i : order) {
      heap.Free(spans[i], 0);
      ASSERT_EQ(heap.Verify(), nullptr);
    }
    const PageHeap::Stats stats = heap.ReadStats();
    EXPECT_EQ(stats.free_bytes, stats.committed_bytes);
    EXPECT_EQ(stats.spans.in_use, 0u);
    EXPECT_EQ(stats.spans.free_dirty + stats.spans.free_zero, 1u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(PageHeapTest, TakesTheBestFit) {
  PageHeap heap(kReserve, false);
  // Free spans of 10, 150, 140 and 20 pages with walls between them.
  std::vector<Span*> spans;
  for (uint32_t pages : {10u, 1u, 150u, 1u, 140u, 1u, 20u, 1u}) {
    spans.push_back(Take(heap, pages));
  }
  for (size_t i = 0; i < spans.size(); i += 2) heap.Free(spans[i], 0);
  EXPECT_EQ(Take(heap, 135), spans[4]);
  EXPECT_EQ(Take(heap, 15), spans[6]);
  EXPECT_EQ(Take(heap, 9), spans[0]);
  EXPECT_EQ(Take(heap, 145), spans[2]);
  EXPECT_EQ(heap.Verify(), nullptr);
}

TEST(PageHeapTest, ZeroKnowledgeSurvivesMergingAndSplitting) {
  PageHeap heap(kReserve, false);
  Span* clean = Take(heap, 8);
  Span* dirty = Take(heap, 8);
  ASSERT_EQ(dirty, clean + 8);
  std::memset(heap.map().AddressOf(dirty), 0xFF, 8 * kPageBytes);
  heap.Free(dirty, 0);
  heap.Free(clean, 8);
  // One free span now, of which 8 pages are dirty.
  const PageHeap::Stats stats = heap.ReadStats();
  EXPECT_EQ(stats.free_bytes - stats.free_zero_bytes, 8 * kPageBytes);
  PageHeap::Allocation both = heap.Allocate(
      static_cast<uint32_t>(stats.free_bytes >> kPageShift), false);
  EXPECT_EQ(both.dirty_pages, 8u);
  heap.ZeroDirtyPages(both.span, stats.free_bytes);
  EXPECT_TRUE(AllZero(heap.map().AddressOf(both.span), stats.free_bytes));
}

TEST(PageHeapTest, ZeroesOnlyWhatWasAskedFor) {
  PageHeap heap(kReserve, false);
  Span* span = Take(heap, 2);
  char* bytes = heap.map().AddressOf(span);
  std::memset(bytes, 0xFF, 2 * kPageBytes);
  heap.Free(span, 0);
  PageHeap::Allocation again = heap.Allocate(2, false);
  ASSERT_EQ(again.span, span);
  heap.ZeroDirtyPages(span, kPageBytes + 100);
  EXPECT_TRUE(AllZero(bytes, kPageBytes + 100));
  EXPECT_EQ(bytes[kPageBytes + 100], '\xFF');
}

TEST(PageHeapTest, PrefersZeroPagesOfTheBestFit) {
  PageHeap heap(kReserve, false);
  Span* dirty = Take(heap, 4);
  Span* clean = Take(heap, 4);
  Take(heap, 1);
  heap.Free(dirty, 0);
  heap.Free(clean, 4);
  const PageHeap::Allocation zero = heap.Allocate(3, false, 1, true);
  EXPECT_EQ(zero.span, clean);
  EXPECT_EQ(zero.dirty_pages, 0u);
  // There is none left that long.
  EXPECT_EQ(heap.Allocate(3, false, 1, true).span, dirty);
  EXPECT_EQ(heap.Verify(), nullptr);
}

TEST(PageHeapTest, ZeroPagesFarIntoASpanAreNotPreferred) {
  PageHeap heap(kReserve, false);
  Span* dirty = Take(heap, 40);
  Span* clean = Take(heap, 40);
  heap.Free(dirty, 0);
  heap.Free(clean, 40);
  EXPECT_EQ(heap.Allocate(2, false, 1, true).span, dirty);
}

TEST(PageHeapTest, DirtyPagesBehindASpanCanBeMadeZero) {
  PageHeap heap(kReserve, false);
  Span* first = Take(heap, 2);
  Span* dirty = Take(heap, 6);
  Span* clean = Take(heap, 2);
  Take(heap, 1);
  heap.Free(dirty, 0);
  heap.Free(clean, 2);
  PageHeap::Run run = heap.TakeDirtyPagesAhead(first, 4);
  EXPECT_EQ(run.pages, 4u);
  // While it is out nobody gets it.
  EXPECT_NE(Take(heap, 6), dirty);
  const uint64_t zero_bytes = heap.ReadStats().free_zero_bytes;
  heap.PutBackAhead(run, 3, true);
  EXPECT_EQ(heap.ReadStats().free_zero_bytes, zero_bytes + 3 * kPageBytes);
  EXPECT_EQ(heap.TakeDirtyPagesAhead(first, 4).pages, 0u);
  EXPECT_EQ(heap.Verify(), nullptr);
  EXPECT_EQ(heap.Allocate(8, false).span, dirty);
}

TEST(PageHeapTest, NothingIsTakenAheadOfMemoryInUse) {
  PageHeap heap(kReserve, false);
  Span* first = Take(heap, 2);
  Span* second = Take(heap, 2);
  EXPECT_EQ(heap.TakeDirtyPagesAhead(first, 4).pages, 0u);
  heap.Free(second, 0);
  EXPECT_EQ(heap.TakeDirtyPagesAhead(first, 0).pages, 0u);
  const PageHeap::Run run = heap.TakeDirtyPagesAhead(first, 4);
  EXPECT_EQ(run.pages, 2u);
  heap.PutBackAhead(run, 2, true);
}

TEST(PageHeapTest, IdleMemoryIsZeroedByTicks) {
  PageHeap heap(kReserve, false);
  heap.set_zeroes_idle_memory(true);
  Span* wall = Take(heap, 1);
  Span* dense = Take(heap, 40);
  Take(heap, 1);
  Span* sparse = Take(heap, 300);
  Take(heap, 1);
  std::memset(heap.map().AddressOf(dense), 0xFF, 40 * kPageBytes);
  heap.map().AddressOf(sparse)[100 * kPageBytes] = 1;
  heap.Free(dense, 0);
  heap.Free(sparse, 0);
  EXPECT_TRUE(heap.Tick());
  const PageHeap::Stats stats = heap.ReadStats();
  EXPECT_EQ(stats.free_zero_bytes, stats.free_bytes);
  EXPECT_EQ(heap.Verify(), nullptr);
  // What nobody had touched is still not in RAM.
  EXPECT_LE(heap.ResidentBytes(), 50 * kPageBytes);
  const PageHeap::Allocation again = heap.Allocate(300, false);
  ASSERT_EQ(again.span, sparse);
  EXPECT_EQ(again.dirty_pages, 0u);
  EXPECT_TRUE(AllZero(heap.map().AddressOf(sparse), 300 * kPageBytes));
  heap.Free(wall, 0);
}

TEST(PageHeapTest, BusyMemoryIsNotZeroedByTicks) {
  PageHeap heap(kReserve, false);
  heap.set_zeroes_idle_memory(true);
  for (int i = 0; i < 100; ++i) heap.Free(Take(heap, 40), 0);
  EXPECT_TRUE(heap.Tick());
  const PageHeap::Stats stats = heap.ReadStats();
  // All but what the tick gave back.
  EXPECT_GE(stats.free_bytes - stats.free_zero_bytes, 20 * kPageBytes);
}

TEST(PageHeapTest, ExhaustionFailsCleanlyAndFreedPagesServeAgain) {
  PageHeap heap(kReserve, false);
  std::vector<Span*> spans;
  while (Span* span = Take(heap, 100)) spans.push_back(span);
  EXPECT_EQ(spans.size(), kReserve / kPageBytes / 100);
  EXPECT_EQ(Take(heap, 100), nullptr);
  EXPECT_EQ(heap.Verify(), nullptr);
  heap.Free(spans[7], 0);
  EXPECT_EQ(Take(heap, 100), spans[7]);
  for (Span* span : spans) heap.Free(span, 0);
  EXPECT_NE(Take(heap, kReserve / kPageBytes), nullptr);
}

TEST(PageHeapTest, ContentOfReserveOrLess) {
  // More than 47 bits of addresses: no system has that.
  PageHeap none(size_t{1} << 48, false);
  EXPECT_FALSE(none.ok());
  PageHeap less(size_t{1} << 48, true);
  EXPECT_TRUE(less.ok());
  EXPECT_LT(less.map().reserved_bytes(), size_t{1} << 48);
}

// Random operations against a model: who owns which bytes, and what they hold.
TEST(PageHeapTest, RandomOperationsKeepEveryByte) {
  PageHeap heap(kReserve, false);
  std::mt19937 random(7);
  struct Block {
    Span* span;
    uint32_t pages;
    char mark;
  };
  std::vector<Block> blocks;
  for (int step = 0; step < 4000 / kSlower; ++step) {
    if (blocks.size() < 60 && random() % 2 == 0) {
      const uint32_t pages =
          random() % 4 == 0 ? random() % 300 + 1 : random() % 8 + 1;
      PageHeap::Allocation a = heap.Allocate(pages, false);
      if (a.span == nullptr) continue;
      char* bytes = heap.map().AddressOf(a.span);
      heap.ZeroDirtyPages(a.span, pages * kPageBytes);
      for (uint32_t p = 0; p < pages; ++p) {
        ASSERT_EQ(bytes[p * kPageBytes], 0);
        ASSERT_EQ(bytes[(p + 1) * kPageBytes - 1], 0);
      }
      const char mark = static_cast<char>(random() % 255 + 1);
      for (uint32_t p = 0; p < pages; ++p) {
        bytes[p * kPageBytes] = bytes[(p + 1) * kPageBytes - 1] = mark;
      }
      blocks.push_back({a.span, pages, mark});
    } else if (!blocks.empty()) {
      const size_t i = random() % blocks.size();
      const Block block = blocks[i];
      blocks[i] = blocks.back();
      blocks.pop_back();
      char* bytes = heap.map().AddressOf(block.span);
      uint32_t zero_pages = 0;
      for (uint32_t p = 0; p < block.pages; ++p) {
        ASSERT_EQ(bytes[p * kPageBytes], block.mark);
        ASSERT_EQ(bytes[(p + 1) * kPageBytes - 1], block.mark);
      }
      if (random() % 2 == 0) {
        zero_pages = random() % (block.pages + 1);
        std::memset(bytes, 0, zero_pages * kPageBytes);
      }
      heap.Free(block.span, zero_pages);
    }
    if (step % 64 == 0) {
      ASSERT_EQ(heap.Verify(), nullptr);
    }
  }
}

}  // namespace
}  // namespace jsheap
