#include "allocator/backends/slab/density.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace jsheap::slab {
namespace {

constexpr size_t kBytes = size_t{1} << 20;

// Block after block of a program that touches all or little of them; how many
// were purged, on allocation or on free.
int Use(Density& density, int blocks, bool is_sparse) {
  int purges = 0;
  bool is_cold = false;
  for (int i = 0; i < blocks; ++i) {
    if (!is_cold && density.ShouldPurgeOnAllocate(kBytes)) {
      is_cold = true;
      ++purges;
    }
    if (is_cold && density.ShouldLookOnFree(kBytes)) {
      density.Learn(kBytes, is_sparse);
    }
    is_cold = density.ShouldPurgeOnFree(kBytes);
    if (is_cold) ++purges;
  }
  return purges;
}

TEST(DensityTest, SparseBlocksArePurgedEveryTime) {
  Density density;
  EXPECT_GE(Use(density, 1000, true), 980);
}

TEST(DensityTest, DenseBlocksAreHardlyEverPurged) {
  Density density;
  EXPECT_LE(Use(density, 100000, false), 40);
}

TEST(DensityTest, LearnsWhenTheProgramChanges) {
  Density density;
  Use(density, 10000, false);
  Use(density, 10000, true);
  EXPECT_TRUE(density.ShouldPurgeOnFree(kBytes));
  Use(density, 100, false);
  EXPECT_FALSE(density.ShouldPurgeOnFree(kBytes));
}

TEST(DensityTest, EachDoublingHasItsOwnRule) {
  Density density;
  Use(density, 100, true);
  EXPECT_TRUE(density.ShouldPurgeOnFree(kBytes + kBytes / 2));
  EXPECT_FALSE(density.ShouldPurgeOnFree(4 * kBytes));
}

}  // namespace
}  // namespace jsheap::slab
