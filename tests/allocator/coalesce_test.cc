// Coalescing, as the heap's users reach it: through Reclaimable.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/pages/page_heap.h"
#include "allocator/registry.h"

namespace jsheap {
namespace {

std::unique_ptr<Allocator> Make(const std::string& spec) {
  std::string error;
  auto heap = MakeAllocator(spec, &error);
  EXPECT_NE(heap, nullptr) << error;
  return heap;
}

std::vector<void*> AllocateMany(Allocator& heap, size_t count, size_t bytes) {
  std::vector<void*> blocks;
  for (size_t i = 0; i < count; ++i) blocks.push_back(heap.Allocate(bytes));
  return blocks;
}

void FreeAll(Allocator& heap, const std::vector<void*>& blocks, size_t bytes) {
  for (void* block : blocks) heap.Free(block, bytes);
}

void ExpectNothingToGain(Reclaimable& heap) {
  const CoalesceGain gain = heap.Coalesce();
  EXPECT_EQ(gain.merged, 0u);
  EXPECT_EQ(gain.largest_free_before, gain.largest_free_after);
}

TEST(CoalesceTest, SlabGivesBackWhatTheCallingThreadHolds) {
  auto heap = Make("slab:reserve=1GiB");
  std::vector<std::vector<void*>> blocks;
  const size_t sizes[] = {16, 1024, 32768};
  for (size_t bytes : sizes) blocks.push_back({heap->Allocate(bytes)});
  for (size_t i = 0; i < 3; ++i) FreeAll(*heap, blocks[i], sizes[i]);
  EXPECT_EQ(heap->Stats().spans->in_use, 3u);
  const CoalesceGain gain = heap->reclaimable()->Coalesce();
  EXPECT_EQ(gain.merged, 3u);
  EXPECT_GT(gain.largest_free_after, gain.largest_free_before);
  // All that is committed is free, and in one piece.
  EXPECT_EQ(gain.largest_free_after, *heap->Stats().committed_bytes);
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
  ExpectNothingToGain(*heap->reclaimable());
}

TEST(CoalesceTest, SlabGivesBackWhatTheCallingThreadOwesToOthers) {
  auto heap = Make("slab:reserve=1GiB");
  std::vector<void*> blocks;
  std::thread([&] { blocks = AllocateMany(*heap, 64, 1024); }).join();
  FreeAll(*heap, blocks, 1024);
  EXPECT_EQ(heap->reclaimable()->Coalesce().merged, 1u);
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
}

TEST(CoalesceTest, SlabKeepsWhatIsInUse) {
  auto heap = Make("slab:reserve=1GiB");
  void* block = heap->Allocate(100);
  ExpectNothingToGain(*heap->reclaimable());
  EXPECT_EQ(heap->Stats().spans->in_use, 1u);
  heap->Free(block, 100);
  EXPECT_EQ(heap->reclaimable()->Coalesce().merged, 1u);
}

TEST(CoalesceTest, FreelistMergesNeighbours) {
  for (const char* fit : {"best", "first"}) {
    auto heap = Make(std::string("freelist:reserve=1GiB,fit=") + fit);
    const std::vector<void*> blocks = AllocateMany(*heap, 1000, 56);
    void* wall = heap->Allocate(56);
    const uint64_t top = heap->reclaimable()->Coalesce().largest_free_after;
    FreeAll(*heap, blocks, 56);
    const CoalesceGain gain = heap->reclaimable()->Coalesce();
    EXPECT_EQ(gain.merged, 999u);
    EXPECT_EQ(gain.largest_free_before, top);
    EXPECT_EQ(gain.largest_free_after, top);  // the wall is still in between
    heap->Free(wall, 56);
    const CoalesceGain rest = heap->reclaimable()->Coalesce();
    EXPECT_EQ(rest.merged, 2u);
    // The extent went back to the page heap.
    EXPECT_EQ(rest.largest_free_after, *heap->Stats().committed_bytes);
    ExpectNothingToGain(*heap->reclaimable());
    EXPECT_EQ(heap->inspectable()->Verify(), "");
  }
}

TEST(CoalesceTest, PageHeapMergesAtOnce) {
  PageHeap heap(size_t{64} << 20, false);
  EXPECT_EQ(heap.Coalesce().largest_free_before, 0u);  // nothing committed yet
  Span* first = heap.Allocate(3, false).span;
  Span* wall = heap.Allocate(1, false).span;
  Span* rest = heap.Allocate(28, false).span;
  EXPECT_EQ(heap.Coalesce().largest_free_before, 0u);
  heap.Free(first, 0);
  EXPECT_EQ(heap.Coalesce().largest_free_before, 3 * kPageBytes);
  heap.Free(rest, 0);
  EXPECT_EQ(heap.Coalesce().largest_free_before, 28 * kPageBytes);
  (void)heap.Trim();
  EXPECT_EQ(heap.Coalesce().largest_free_before, 28 * kPageBytes);
  heap.Free(wall, 0);
  const CoalesceGain gain = heap.Coalesce();
  EXPECT_EQ(gain.largest_free_before, 32 * kPageBytes);
  ExpectNothingToGain(heap);
}

TEST(CoalesceTest, OthersHaveNothingToCoalesce) {
  EXPECT_EQ(Make("malloc")->reclaimable(), nullptr);
}

}  // namespace
}  // namespace jsheap
