#include "allocator/backends/slab/density.h"

#include <gtest/gtest.h>

#include <bitset>
#include <cstddef>
#include <functional>

namespace jsheap::slab {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPages = 512;
constexpr size_t kBytes = kPages * kPage;

// One block that is freed and handed out again, as LargeBlocks treats it.
struct SimulatedBlock {
  std::bitset<kPages> resident;
  bool is_cold = true;
  bool was_purged = false;
  size_t written = 0;  // pages that were written with zeroes
  size_t purges = 0;

  void Use(Density& density,
           const std::function<void(SimulatedBlock&)>& touch) {
    bool is_sampled = false;
    if (!is_cold) {
      switch (density.OnAllocate(kBytes)) {
        case Density::Advice::kLook:
          if (density.ShouldPurge(kBytes, resident.count() * kPage)) {
            resident.reset();
            was_purged = true;
            ++purges;
          } else {
            written += resident.count();
          }
          break;
        case Density::Advice::kWriteAndSample:
          is_sampled = true;
          [[fallthrough]];
        case Density::Advice::kWrite:
          resident.set();
          written += kPages;
          break;
      }
    }
    if (is_sampled) {
      for (size_t i = 0; i < 4; ++i) resident.reset(100 * i + 50);
    }
    touch(*this);
    if (was_purged || (is_cold && density.ShouldLookOnFree(kBytes))) {
      density.Learn(kBytes, resident.count() * kPage);
    } else if (is_sampled) {
      size_t touched = 0;
      for (size_t i = 0; i < 4; ++i) touched += resident.test(100 * i + 50);
      density.Learn(kBytes, touched * kBytes / 4);
    }
    is_cold = was_purged = false;
  }

  void Use(Density& density, int times,
           const std::function<void(SimulatedBlock&)>& touch) {
    written = purges = 0;
    for (int i = 0; i < times; ++i) Use(density, touch);
  }
};

void TouchEnds(SimulatedBlock& block) {
  block.resident.set(0);
  block.resident.set(kPages - 1);
}
void TouchAll(SimulatedBlock& block) { block.resident.set(); }

TEST(DensityTest, OfSparseBlocksOnlyWhatWasTouchedIsWritten) {
  Density density;
  SimulatedBlock block;
  block.Use(density, 1000, TouchEnds);
  EXPECT_EQ(block.purges, 0u);
  EXPECT_EQ(block.written, 999 * 2u);
}

TEST(DensityTest, DenseBlocksAreWrittenAndNotLookedAt) {
  Density density;
  SimulatedBlock block;
  block.Use(density, 1000, TouchAll);
  EXPECT_EQ(block.purges, 0u);
  EXPECT_EQ(block.written, 999 * kPages);
  EXPECT_TRUE(density.IsDense(kBytes));
}

TEST(DensityTest, LearnsThatBlocksBecameSparse) {
  Density density;
  SimulatedBlock block;
  block.Use(density, 1000, TouchAll);
  block.Use(density, 10000, TouchEnds);
  block.Use(density, 1000, TouchEnds);
  EXPECT_EQ(block.purges, 0u);
  EXPECT_EQ(block.written, 1000 * 2u);
}

TEST(DensityTest, LearnsThatBlocksBecameDense) {
  Density density;
  SimulatedBlock block;
  block.Use(density, 1000, TouchEnds);
  block.Use(density, 100, TouchAll);
  EXPECT_LE(block.purges, 2u);
  EXPECT_TRUE(density.IsDense(kBytes));
}

TEST(DensityTest, WhatEarlierOwnersTouchedDoesNotPileUp) {
  Density density;
  SimulatedBlock block;
  size_t next = 0;
  block.Use(density, 10000, [&](SimulatedBlock& b) {
    b.resident.set(next = (next * 5 + 7) % kPages);
  });
  EXPECT_LE(block.written, 10000 * 30u);
  EXPECT_LE(block.purges, 10000 / 10u);
}

TEST(DensityTest, EachDoublingHasItsOwnRule) {
  Density density;
  density.Learn(kBytes, kBytes);
  EXPECT_TRUE(density.IsDense(kBytes + kBytes / 2));
  EXPECT_FALSE(density.IsDense(2 * kBytes));
}

}  // namespace
}  // namespace jsheap::slab
