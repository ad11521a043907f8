#include "allocator/backends/slab/large_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "allocator/os/residency.h"

namespace jsheap::slab {
namespace {

constexpr size_t kReserve = size_t{256} << 20;
constexpr size_t kBytes = size_t{256} << 10;

class LargeBlocksTest : public testing::Test {
 protected:
  void SetUp() override {
    os::Residency residency;
    if (!os::FindResident(nullptr, 0, &residency)) {
      GTEST_SKIP() << "this system doesn't tell what is resident";
    }
  }

  char* Take() { return static_cast<char*>(blocks_.Allocate(kBytes, true, 1)); }
  void Free(char* block) { blocks_.Free(pages_.map().HeadOf(block)); }

  // As a collector does: many at once.
  template <typename Touch>
  void FreeRun(size_t count, Touch touch) {
    std::vector<char*> run;
    for (size_t i = 0; i < count; ++i) run.push_back(Take());
    Take();  // A wall.
    std::for_each(run.begin(), run.end(), touch);
    for (char* block : run) Free(block);
  }

  uint64_t ZeroBytes() const { return pages_.ReadStats().free_zero_bytes; }

  PageHeap pages_{kReserve, false};
  LargeBlocks blocks_{pages_};
};

void TouchEnds(char* block) { block[0] = block[kBytes - 1] = 1; }
void TouchAll(char* block) { std::memset(block, 1, kBytes); }

bool IsZero(const char* block) {
  return std::all_of(block, block + kBytes, [](char c) { return c == 0; });
}

TEST_F(LargeBlocksTest, OneLookServesABlockAndThoseBehindIt) {
  FreeRun(16, TouchEnds);
  const uint64_t before = ZeroBytes();
  char* first = Take();
  EXPECT_EQ(ZeroBytes() - before, 8 * kBytes);
  EXPECT_TRUE(IsZero(first));
  for (int i = 1; i < 16; ++i) {
    char* next = Take();
    EXPECT_TRUE(IsZero(next));
    EXPECT_EQ(next, first + static_cast<size_t>(i) * kBytes);
  }
  EXPECT_EQ(pages_.Verify(), nullptr);
}

TEST_F(LargeBlocksTest, TellsWhereLittleIsTouched) {
  EXPECT_FALSE(blocks_.ExpectsSparseUse(kBytes));
  FreeRun(1, TouchEnds);
  EXPECT_TRUE(blocks_.ExpectsSparseUse(kBytes));
  EXPECT_FALSE(blocks_.ExpectsSparseUse(4 * kBytes));
}

TEST_F(LargeBlocksTest, AndWhereAllIs) {
  FreeRun(1, TouchAll);
  EXPECT_FALSE(blocks_.ExpectsSparseUse(kBytes));
}

TEST_F(LargeBlocksTest, WhatIsFullBehindABlockIsLeftAlone) {
  FreeRun(16, [i = 0](char* block) mutable {
    if (i++ == 0) return TouchEnds(block);
    TouchAll(block);
  });
  const uint64_t before = ZeroBytes();
  EXPECT_TRUE(IsZero(Take()));
  EXPECT_LE(ZeroBytes(), before + kBytes);
  for (int i = 0; i < 15; ++i) EXPECT_TRUE(IsZero(Take()));
}

}  // namespace
}  // namespace jsheap::slab
