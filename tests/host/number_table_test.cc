#include "host/globals/native/number_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace jshost {
namespace {

using IntTable = NumberTable<Int32Keys, int32_t>;
using DoubleTable = NumberTable<DoubleKeys, double>;

TEST(NumberTableTest, HashesAreBijections) {
  for (const double key : {0.0, 1.0, -1.0, 2147483647.0, -2147483648.0, 77.0}) {
    Int32Keys::Hash hash;
    if (Int32Keys::Encode(key, &hash)) {
      EXPECT_EQ(Int32Keys::Decode(hash), key);
    }
    DoubleKeys::Hash wide;
    EXPECT_TRUE(DoubleKeys::Encode(key + 0.25, &wide));
    EXPECT_EQ(DoubleKeys::Decode(wide), key + 0.25);
  }
}

TEST(NumberTableTest, OneIntegerIsNoIntegerKey) {
  const double key = Int32Keys::Decode(Int32Keys::kEmpty);
  Int32Keys::Hash hash;
  EXPECT_FALSE(Int32Keys::Encode(key, &hash));
  DoubleKeys::Hash wide;
  EXPECT_TRUE(DoubleKeys::Encode(key, &wide));
  EXPECT_NE(wide, DoubleKeys::kEmpty);
}

TEST(NumberTableTest, ZeroesAndNaNsAreOneKeyEach) {
  DoubleKeys::Hash a;
  DoubleKeys::Hash b;
  DoubleKeys::Encode(0.0, &a);
  DoubleKeys::Encode(-0.0, &b);
  EXPECT_EQ(a, b);
  DoubleKeys::Encode(std::bit_cast<double>(DoubleKeys::kNoKey), &a);
  DoubleKeys::Encode(std::numeric_limits<double>::quiet_NaN(), &b);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, DoubleKeys::kEmpty);
}

TEST(NumberTableTest, SaysWhatItHolds) {
  EXPECT_TRUE(IntTable::Holds(1, 2));
  EXPECT_TRUE(IntTable::Holds(-0.0, 2));
  EXPECT_FALSE(IntTable::Holds(1.5, 2));
  EXPECT_FALSE(IntTable::Holds(1, -0.0));
  EXPECT_FALSE(IntTable::Holds(1, 2147483648.0));
  EXPECT_FALSE(IntTable::Holds(1, std::nan("")));
  EXPECT_TRUE(DoubleTable::Holds(std::nan(""), -0.0));
}

TEST(NumberTableTest, WithoutSlotsIsEmptyAndFull) {
  IntTable table;
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.Find(1), nullptr);
  EXPECT_FALSE(table.Erase(1));
  EXPECT_EQ(table.Put(1, 1), IntTable::Outcome::kFull);
}

// A table in memory of its own.
template <typename Table>
struct Placed {
  explicit Placed(NumberTableShape shape)
      : memory(shape.slots()), table(memory.data(), shape) {
    table.Clear();
  }
  std::vector<typename Table::Slot> memory;
  Table table;
};

TEST(NumberTableTest, StaysInOrderWithEveryEntryReachable) {
  std::mt19937 random(1);
  Placed<IntTable> placed({.capacity = 300, .tail = 16});
  IntTable& table = placed.table;
  std::map<int32_t, int32_t> model;
  for (int step = 0; step < 20000; ++step) {
    const auto key = static_cast<int32_t>(random() % 1000) - 500;
    if (random() % 2 == 0) {
      const auto value = static_cast<int32_t>(random());
      if (table.Put(key, value) == IntTable::Outcome::kDone) {
        model[key] = value;
      } else {
        EXPECT_GE(table.size(), table.most_entries());
      }
    } else {
      EXPECT_EQ(table.Erase(key), model.erase(key) == 1);
    }
    ASSERT_EQ(table.size(), model.size());
  }
  for (const auto& [key, value] : model) {
    ASSERT_NE(table.Find(key), nullptr);
    EXPECT_EQ(table.Find(key)->value, value);
  }
  int64_t last = std::numeric_limits<int64_t>::min();
  uint64_t count = 0;
  table.ForEach([&](const IntTable::Slot& slot) {
    EXPECT_LT(last, slot.hash);
    last = slot.hash;
    ++count;
    return true;
  });
  EXPECT_EQ(count, model.size());
}

TEST(NumberTableTest, AShortTailIsToldAndALongerOneHelps) {
  Placed<IntTable> placed({.capacity = 64, .tail = 8});
  std::vector<double> keys;
  for (int32_t i = 1; i <= 12; ++i) {
    keys.push_back(Int32Keys::Decode(Int32Keys::kEmpty - i));
  }
  auto outcome = IntTable::Outcome::kDone;
  size_t held = 0;
  while (outcome == IntTable::Outcome::kDone) {
    outcome = placed.table.Put(keys[held++], 1);
  }
  EXPECT_EQ(outcome, IntTable::Outcome::kTailFull);
  EXPECT_EQ(placed.table.size(), held - 1);

  Placed<IntTable> shorter({.capacity = 64, .tail = 4});
  EXPECT_FALSE(shorter.table.CopyFrom(placed.table));
  Placed<IntTable> longer(placed.table.shape().WithLongerTail());
  EXPECT_TRUE(longer.table.CopyFrom(placed.table));
  for (const double key : keys) {
    EXPECT_EQ(longer.table.Put(key, 2), IntTable::Outcome::kDone);
  }
  EXPECT_EQ(longer.table.size(), keys.size());
}

TEST(NumberTableTest, CopiesIntoAnyKind) {
  Placed<IntTable> from({.capacity = 1000, .tail = 16});
  for (int i = 0; i < 500; ++i) from.table.Put(i * 3, -i);
  Placed<NumberTable<Int32Keys, double>> mixed({.capacity = 700, .tail = 64});
  ASSERT_TRUE(mixed.table.CopyFrom(from.table));
  Placed<DoubleTable> doubles({.capacity = 700, .tail = 64});
  ASSERT_TRUE(doubles.table.CopyFrom(mixed.table));
  for (int i = 0; i < 500; ++i) {
    ASSERT_NE(doubles.table.Find(i * 3), nullptr);
    EXPECT_EQ(doubles.table.Find(i * 3)->value, -i);
    EXPECT_EQ(doubles.table.Find(i * 3 + 1), nullptr);
  }
  EXPECT_EQ(doubles.table.size(), 500u);
}

}  // namespace
}  // namespace jshost
