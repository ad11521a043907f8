#include "allocator/budget/account.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "tests/allocator/slower.h"

namespace jsheap {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

bool Allocate(Account& account, uint64_t bytes) {
  Account::Lane* const lane = account.TryCharge(bytes);
  if (lane == nullptr) return false;
  account.CountAllocation(*lane, bytes);
  return true;
}

bool Try(Account& account, uint64_t bytes) {
  return account.TryCharge(bytes) != nullptr;
}

TEST(AccountTest, CountsWhatLivesAndWhatLived) {
  Budget budget;
  Account account(&budget);
  EXPECT_TRUE(Allocate(account, 100));
  EXPECT_TRUE(Allocate(account, 1000));
  account.CountFree(100);
  EXPECT_TRUE(Allocate(account, 50));
  EXPECT_EQ(account.live_bytes(), 1050u);
  EXPECT_EQ(account.live_blocks(), 2u);
  EXPECT_EQ(account.allocations(), 3u);
  EXPECT_EQ(account.frees(), 1u);
  EXPECT_EQ(account.peak_live_bytes(), 1100u);
  EXPECT_EQ(budget.used(), 1050u);
  EXPECT_TRUE(Allocate(account, 51));
  EXPECT_EQ(account.peak_live_bytes(), 1101u);
}

TEST(AccountTest, ThePeakIsExactInARandomLife) {
  Budget budget;
  Account account(&budget);
  uint32_t random = 1;
  uint64_t peak = 0;
  uint64_t live = 0;
  std::vector<uint64_t> blocks;
  for (int i = 0; i < 20000; ++i) {
    random = random * 1664525 + 1013904223;
    // Waves of growth and decline.
    const bool grows = random >> 28 < (i / 1000 % 2 == 0 ? 10u : 6u);
    if (grows || blocks.empty()) {
      blocks.push_back(random >> 20);
      live += blocks.back();
      ASSERT_TRUE(Allocate(account, blocks.back()));
    } else {
      live -= blocks.back();
      account.CountFree(blocks.back());
      blocks.pop_back();
    }
    peak = std::max(peak, live);
    ASSERT_EQ(account.peak_live_bytes(), peak);
  }
  EXPECT_EQ(account.live_bytes(), live);
}

TEST(AccountTest, RefusesExactlyBeyondTheLimit) {
  Budget budget(100 * kMiB);
  Account account(&budget);
  uint64_t live = 0;
  // Small ones out of credit, large ones beside it.
  for (uint64_t bytes : {uint64_t{7}, uint64_t{4096}, 3 * kMiB}) {
    for (int i = 0; i < 20; ++i, live += bytes) {
      ASSERT_TRUE(Allocate(account, bytes));
    }
  }
  EXPECT_EQ(budget.used(), live);
  EXPECT_FALSE(Try(account, 100 * kMiB - live + 1));
  EXPECT_EQ(budget.used(), live);
  EXPECT_EQ(budget.failures(), 1u);
  EXPECT_TRUE(Try(account, 100 * kMiB - live));
  EXPECT_FALSE(Try(account, 1));
  account.Uncharge(100 * kMiB - live);
  EXPECT_EQ(budget.used(), live);
}

TEST(AccountTest, AnotherAccountsCreditIsRecalledBeforeARefusal) {
  Budget process(64 * kMiB);
  Budget one(Budget::kUnlimited, &process);
  Budget other(Budget::kUnlimited, &process);
  Account holder(&one);
  Account account(&other);
  ASSERT_TRUE(Allocate(holder, 1));  // and takes credit
  EXPECT_TRUE(Allocate(account, 64 * kMiB - 1));
  EXPECT_FALSE(Try(holder, 1));
  account.CountFree(64 * kMiB - 1);
  EXPECT_TRUE(Allocate(holder, 64 * kMiB - 1));
  EXPECT_EQ(process.used(), 64 * kMiB);
  EXPECT_EQ(one.used(), 64 * kMiB);
  EXPECT_EQ(other.used(), 0u);
}

TEST(AccountTest, CreditIsRecalledForADirectChargeToo) {
  Budget budget(64 * kMiB);
  Account account(&budget);
  ASSERT_TRUE(Allocate(account, 1));
  EXPECT_TRUE(budget.TryCharge(64 * kMiB - 1));
  EXPECT_FALSE(budget.TryCharge(1));
  EXPECT_FALSE(Try(account, 1));
}

TEST(AccountTest, ALimitSetLaterCountsWhatIsThere) {
  Budget process;
  Budget isolate(Budget::kUnlimited, &process);
  Account account(&isolate);
  ASSERT_TRUE(Allocate(account, 600));
  process.set_limit(1000);
  EXPECT_FALSE(Try(account, 401));
  EXPECT_TRUE(Allocate(account, 400));
  process.set_limit(Budget::kUnlimited);
  EXPECT_TRUE(Allocate(account, 5000));
  account.CountFree(600);
  EXPECT_EQ(process.used(), 5400u);
  process.set_limit(5000);
  EXPECT_FALSE(Try(account, 1));
  account.CountFree(400);
  account.CountFree(5000);
  EXPECT_TRUE(Try(account, 5000));
}

TEST(AccountTest, ChargeGoesBeyondTheLimit) {
  Budget budget(10);
  Account account(&budget);
  account.CountAllocation(account.Charge(64), 64);
  EXPECT_EQ(budget.used(), 64u);
  EXPECT_FALSE(Try(account, 1));
  account.CountFree(64);
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_TRUE(Try(account, 10));
}

// More threads than lanes, so that some share one.
TEST(AccountTest, ManyThreadsCountExactly) {
  constexpr int kThreads = 20;
  for (const uint64_t limit : {Budget::kUnlimited, uint64_t{1} << 40}) {
    Budget budget(limit);
    Account account(&budget);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 1000; ++i) {
          ASSERT_TRUE(Allocate(account, static_cast<uint64_t>(t)));
          if (i % 2 == 0) account.CountFree(static_cast<uint64_t>(t));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(account.allocations(), kThreads * 1000u);
    EXPECT_EQ(account.live_blocks(), kThreads * 500u);
    EXPECT_EQ(account.live_bytes(), 500u * (kThreads * (kThreads - 1) / 2));
    EXPECT_EQ(budget.used(), account.live_bytes());
  }
}

// Isolates that allocate out of one process's limit, each with a thread that
// frees, as V8's sweeper does.
TEST(AccountTest, ThreadsNeverPassTheLimit) {
  constexpr uint64_t kLimit = 2 * kMiB;
  constexpr int kIsolates = 3;
  Budget process(kLimit);
  std::atomic<uint64_t> live{0};
  std::atomic<uint64_t> most{0};
  std::atomic<uint64_t> refusals{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kIsolates; ++t) {
    threads.emplace_back([&, t] {
      Budget isolate(kLimit, &process);
      Account account(&isolate);
      const uint64_t bytes = static_cast<uint64_t>(1000 + 10007 * t);
      for (int round = 0; round < 300 / kSlower; ++round) {
        std::vector<uint64_t> blocks;
        while (blocks.size() < 200) {
          Account::Lane* const lane = account.TryCharge(bytes);
          if (lane == nullptr) break;
          // Counted after the charge and before the release: never above.
          const uint64_t now = live.fetch_add(bytes) + bytes;
          uint64_t peak = most.load();
          while (now > peak && !most.compare_exchange_weak(peak, now)) {
          }
          account.CountAllocation(*lane, bytes);
          blocks.push_back(bytes);
        }
        if (blocks.size() < 200) refusals.fetch_add(1);
        std::thread sweeper([&] {
          for (const uint64_t freed : blocks) {
            live.fetch_sub(freed);
            account.CountFree(freed);
          }
        });
        sweeper.join();
      }
      EXPECT_EQ(account.live_bytes(), 0u);
      EXPECT_EQ(isolate.used(), 0u);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), kLimit);
  EXPECT_GT(refusals.load(), 0u);
  EXPECT_EQ(process.used(), 0u);
}

// Together they hold exactly the limit: what fits is never refused.
TEST(AccountTest, ThreadsAreNotRefusedWhatFits) {
  constexpr int kThreads = 4;
  constexpr uint64_t kBlock = 4099;
  constexpr uint64_t kBlocks = 50;
  Budget process(kThreads * kBlocks * kBlock);
  std::barrier all_hold(kThreads);
  std::atomic<uint64_t> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      Budget isolate(Budget::kUnlimited, &process);
      Account account(&isolate);
      for (int round = 0; round < 200 / kSlower; ++round) {
        for (uint64_t i = 0; i < kBlocks; ++i) {
          if (!Allocate(account, kBlock)) refused.fetch_add(1);
        }
        all_hold.arrive_and_wait();
        if (Try(account, 1)) refused.fetch_add(1000);
        all_hold.arrive_and_wait();
        for (uint64_t i = 0; i < kBlocks; ++i) account.CountFree(kBlock);
      }
      all_hold.arrive_and_wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused.load(), 0u);
}

}  // namespace
}  // namespace jsheap
