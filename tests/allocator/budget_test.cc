#include "allocator/budget/budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace jsheap {
namespace {

TEST(BudgetTest, RefusesExactlyBeyondTheLimit) {
  Budget budget(100);
  EXPECT_TRUE(budget.TryCharge(60));
  EXPECT_FALSE(budget.TryCharge(41));
  EXPECT_TRUE(budget.TryCharge(40));
  EXPECT_FALSE(budget.TryCharge(1));
  EXPECT_EQ(budget.used(), 100u);
  EXPECT_EQ(budget.failures(), 2u);
  budget.Release(100);
  EXPECT_TRUE(budget.TryCharge(100));
}

TEST(BudgetTest, HugeChargeDoesNotWrapAround) {
  Budget budget(100);
  EXPECT_TRUE(budget.TryCharge(50));
  EXPECT_FALSE(budget.TryCharge(UINT64_MAX - 10));
  EXPECT_EQ(budget.used(), 50u);
}

TEST(BudgetTest, RefusalOfAnAncestorTakesNothing) {
  Budget process(100);
  Budget isolate(1000, &process);
  Budget arena(Budget::kUnlimited, &isolate);
  EXPECT_TRUE(arena.TryCharge(90));
  EXPECT_FALSE(arena.TryCharge(11));
  EXPECT_EQ(arena.used(), 90u);
  EXPECT_EQ(isolate.used(), 90u);
  EXPECT_EQ(process.used(), 90u);
  arena.Release(90);
  EXPECT_EQ(process.used(), 0u);
}

TEST(BudgetTest, ChargeGoesBeyondTheLimit) {
  Budget budget(10);
  budget.Charge(25);
  EXPECT_EQ(budget.used(), 25u);
  EXPECT_FALSE(budget.TryCharge(0));
  budget.Release(20);
  EXPECT_TRUE(budget.TryCharge(5));
}

TEST(BudgetTest, ThreadsNeverPassTheLimit) {
  constexpr uint64_t kLimit = 1000;
  Budget process(kLimit);
  std::atomic<bool> passed{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Budget isolate(kLimit, &process);
      const uint64_t bytes = static_cast<uint64_t>(7 + 13 * t);
      for (int i = 0; i < 20000; ++i) {
        uint64_t held = 0;
        while (held < 600 && isolate.TryCharge(bytes)) held += bytes;
        if (process.used() > kLimit) passed = true;
        isolate.Release(held);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(passed);
  EXPECT_EQ(process.used(), 0u);
}

TEST(BudgetTest, RoomIsWhatTheTightestLimitLeaves) {
  Budget process(1000);
  Budget isolate(Budget::kUnlimited, &process);
  Budget buffers(600, &isolate);
  EXPECT_EQ(buffers.room(), 600u);
  EXPECT_EQ(isolate.room(), 1000u);
  process.Charge(500);
  EXPECT_EQ(buffers.room(), 500u);
  buffers.Charge(700);  // beyond it
  EXPECT_EQ(buffers.room(), 0u);
  EXPECT_EQ(isolate.room(), 0u);
  process.set_limit(Budget::kUnlimited);
  EXPECT_EQ(isolate.room(), Budget::kUnlimited);
}

}  // namespace
}  // namespace jsheap
