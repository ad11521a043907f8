#include "host/v8_memory/nursery_size.h"

#include <gtest/gtest.h>

namespace jshost {
namespace {

void Fill(NurserySize* size, int times, double share, bool may_rest = true) {
  for (int i = 0; i < times; ++i) size->OnFilled(share, may_rest);
}

TEST(NurserySizeTest, DearCollectionsComeLessOften) {
  NurserySize size;
  EXPECT_EQ(size.bytes(), NurserySize::kSmallest);
  Fill(&size, 20, 0.4, /*may_rest=*/false);
  EXPECT_EQ(size.bytes(), NurserySize::kLargest);
  EXPECT_FALSE(size.is_resting());
}

TEST(NurserySizeTest, CheapOnesComeMoreOften) {
  NurserySize size;
  Fill(&size, 20, 0.4, /*may_rest=*/false);
  Fill(&size, 50, 0.01, /*may_rest=*/false);
  EXPECT_EQ(size.bytes(), NurserySize::kSmallest);
}

TEST(NurserySizeTest, OneOddCollectionChangesNothing) {
  NurserySize size;
  Fill(&size, 1, 0.4);
  EXPECT_EQ(size.bytes(), NurserySize::kSmallest);
}

TEST(NurserySizeTest, ItRestsWhereTheLargestIsDearAndTriesAgain) {
  NurserySize size;
  Fill(&size, 50, 0.6);
  ASSERT_TRUE(size.is_resting());
  EXPECT_EQ(size.bytes(), NurserySize::kShortestRest);
  size.OnRested();
  EXPECT_FALSE(size.is_resting());
  EXPECT_EQ(size.bytes(), NurserySize::kLargest);
  Fill(&size, 1, 0.6);  // still as dear
  ASSERT_TRUE(size.is_resting());
  EXPECT_EQ(size.bytes(), 2 * NurserySize::kShortestRest);
}

TEST(NurserySizeTest, RestsHaveAnEndAndAreForgotten) {
  NurserySize size;
  Fill(&size, 50, 0.6);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(size.is_resting());
    size.OnRested();
    Fill(&size, 1, 0.6);
  }
  EXPECT_EQ(size.bytes(), NurserySize::kLongestRest);
  size.OnRested();
  Fill(&size, 50, 0.01);
  EXPECT_EQ(size.bytes(), NurserySize::kSmallest);
  Fill(&size, 50, 0.6);
  EXPECT_EQ(size.bytes(), NurserySize::kShortestRest);
}

}  // namespace
}  // namespace jshost
