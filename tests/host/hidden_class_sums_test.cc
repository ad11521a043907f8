// The table that counts objects by hidden class.

#include "host/v8_memory/hidden_class_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace jshost {
namespace {

constexpr size_t kSlots = 64;

uint64_t Bytes(const std::vector<HiddenClassSum>& sums) {
  uint64_t bytes = 0;
  for (const HiddenClassSum& sum : sums) bytes += sum.sum.bytes;
  return bytes;
}

TEST(HiddenClassSumsTest, AddsUp) {
  HiddenClassSums sums(kSlots);
  sums.Add(8, 1000, {.bytes = 5, .count = 1});
  sums.Add(16, 2000, {.bytes = 1, .count = 1});
  sums.Add(8, 3000, {.bytes = 6, .count = 2});
  std::vector<HiddenClassSum> all = sums.TakeAll();
  ASSERT_EQ(all.size(), 2U);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.hidden_class < b.hidden_class;
  });
  EXPECT_EQ(all[0].hidden_class, 8U);
  EXPECT_EQ(all[0].example, 1000U);
  EXPECT_EQ(all[0].sum.bytes, 11U);
  EXPECT_EQ(all[0].sum.count, 3U);
  EXPECT_EQ(all[1].sum.bytes, 1U);
  EXPECT_TRUE(sums.TakeAll().empty());
}

TEST(HiddenClassSumsTest, TheLesserHalfIsGivenAway) {
  HiddenClassSums sums(kSlots);
  uintptr_t next = 0;
  while (!sums.IsFull()) {
    next += 8;
    sums.Add(next, next, {.bytes = next, .count = 1});
  }
  EXPECT_EQ(next / 8, kSlots / 4 * 3);
  const std::vector<HiddenClassSum> half = sums.TakeHalf();
  EXPECT_EQ(half.size(), kSlots / 8 * 3);
  for (const HiddenClassSum& sum : half) {
    EXPECT_LE(sum.hidden_class, next / 2);
  }
  EXPECT_FALSE(sums.IsFull());
  for (const HiddenClassSum& sum : sums.TakeAll()) {
    EXPECT_GT(sum.hidden_class, next / 2);
    EXPECT_EQ(sum.sum.bytes, sum.hidden_class);
  }
}

TEST(HiddenClassSumsTest, WhatHoldsMuchStaysAmongMany) {
  constexpr uintptr_t kLarge = 8;
  HiddenClassSums sums(kSlots);
  uint64_t away = 0;
  for (uintptr_t i = 2; i < 10000; ++i) {
    if (sums.IsFull()) away += Bytes(sums.TakeHalf());
    sums.Add(8 * i, 8 * i, {.bytes = 10, .count = 1});
    if (sums.IsFull()) away += Bytes(sums.TakeHalf());
    sums.Add(kLarge, kLarge, {.bytes = 10, .count = 1});
  }
  const std::vector<HiddenClassSum> all = sums.TakeAll();
  const auto large = std::find_if(
      all.begin(), all.end(),
      [](const HiddenClassSum& sum) { return sum.hidden_class == kLarge; });
  ASSERT_NE(large, all.end());
  EXPECT_EQ(large->sum.count, 9998U);
  EXPECT_EQ(away + Bytes(all), 2 * 9998 * 10U);
}

}  // namespace
}  // namespace jshost
