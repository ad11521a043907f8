// Threads that allocate, hand blocks to each other, free, end and start again,
// while another one trims, coalesces, draws maps and verifies. scripts/soak
// runs this for minutes under the sanitizers:
//   JSHEAP_SOAK_SECONDS=N   how long each test goes on; else one short round
//   JSHEAP_SEED=N           where the random numbers begin

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocator/arena/arena.h"
#include "allocator/budget/budget.h"
#include "allocator/pages/page_heap.h"
#include "tests/allocator/model/operation.h"
#include "tests/allocator/model/pattern.h"
#include "tests/allocator/model/target.h"
#include "tests/allocator/slower.h"

namespace jsheap {
namespace {

using Kind = Operation::Kind;

constexpr size_t kThreads = 3;
constexpr size_t kLives = 4;  // of each thread, one after the other
constexpr size_t kOperations = 3000 / kSlower;  // of a life
constexpr size_t kMostBlocks = 80;              // that a thread has

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

// A round at least, and as many as the time is good for.
void Rounds(const std::function<void(uint64_t seed)>& round) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(FromEnvironment(
                                      "JSHEAP_SOAK_SECONDS", 0));
  uint64_t seed = FromEnvironment("JSHEAP_SEED", 1);
  do {
    SCOPED_TRACE("JSHEAP_SEED=" + std::to_string(seed));
    round(seed++);
  } while (Clock::now() < end && !testing::Test::HasFailure());
}

// Runs `life(seed)` on threads that end and start again, and `watch(i)`
// meanwhile.
void RunThreads(uint64_t seed, const std::function<void(uint64_t seed)>& life,
                const std::function<void(uint64_t i)>& watch) {
  std::vector<std::thread> threads;
  std::atomic<size_t> running{kThreads};
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < kLives; ++i) {
        std::thread(life, (seed * kThreads + t) * kLives + i).join();
      }
      --running;
    });
  }
  for (uint64_t i = 0; running != 0; ++i) {
    watch(i);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
}

// Where threads leave things for each other.
template <typename T>
class Exchange {
 public:
  // Puts one in, and takes another one out if there are enough.
  bool Swap(T in, uint64_t random, T* out) {
    std::lock_guard lock(mutex_);
    held_.push_back(std::move(in));
    if (held_.size() < 50) return false;
    std::swap(held_[random % held_.size()], held_.back());
    *out = std::move(held_.back());
    held_.pop_back();
    return true;
  }
  std::vector<T> TakeAll() {
    std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<T> held_;
};

struct Block {
  void* at = nullptr;
  size_t bytes = 0;
  uint64_t id = 0;
  Touch touch = Touch::kAll;
};

// What threads share that use one allocator.
struct Shared {
  explicit Shared(Target of) : target(std::move(of)) {}

  Target target;
  Exchange<Block> exchange;
  std::atomic<const char*> fault{nullptr};

  void Free(const Block& block) {
    if (!HasPattern(block.at, block.bytes, block.id, block.touch)) {
      fault = "a block lost its contents";
    }
    target.allocator->Free(block.at, block.bytes);
  }
};

void Allocate(Shared& shared, const Operation& operation, uint64_t id,
              std::vector<Block>& own) {
  Allocator& heap = *shared.target.allocator;
  // The largest are as good as the others, only slower.
  Block block{nullptr, operation.bytes % (1 << 20), id,
              operation.which % 2 != 0 ? Touch::kSparse : Touch::kAll};
  const bool zeroed = operation.kind == Kind::kAllocateZeroed;
  block.at =
      zeroed ? heap.AllocateZeroed(block.bytes) : heap.Allocate(block.bytes);
  if (block.at == nullptr) {
    shared.fault = "refused";
    return;
  }
  if (zeroed && !ReadsAsZero(block.at, block.bytes, block.touch)) {
    shared.fault = "a zeroed block isn't zero";
  }
  WritePattern(block.at, block.bytes, id, block.touch);
  own.push_back(block);
}

// A block of the thread's own, or another one that somebody handed over for it.
void FreeOrHandOver(Shared& shared, const Operation& operation,
                    std::vector<Block>& own) {
  if (own.empty()) return;
  Block block = TakeOut(own, operation.which);
  if (operation.thread == 0) return shared.Free(block);
  if (shared.exchange.Swap(block, operation.which, &block)) shared.Free(block);
}

void Live(Shared& shared, uint64_t seed) {
  std::vector<Block> own;
  Allocator& heap = *shared.target.allocator;
  Reclaimable* reclaimable = heap.reclaimable();
  uint64_t id = seed << 32;
  for (const Operation& operation :
       RandomOperations(AllocatorMenu(), seed, kOperations)) {
    switch (operation.kind) {
      case Kind::kAllocate:
      case Kind::kAllocateZeroed:
        Allocate(shared, operation, id++, own);
        if (own.size() <= kMostBlocks) break;
        [[fallthrough]];
      case Kind::kFree:
        FreeOrHandOver(shared, operation, own);
        break;
      case Kind::kFlush:
        heap.FlushThread();
        break;
      case Kind::kIdle:
        heap.IdleThread();
        break;
      case Kind::kTick:
        if (reclaimable != nullptr) (void)reclaimable->Tick();
        break;
      case Kind::kTrim:
        if (reclaimable != nullptr && operation.which % 8 == 0) {
          reclaimable->Trim();
        }
        break;
      case Kind::kCoalesce:
        if (reclaimable != nullptr) reclaimable->Coalesce();
        break;
      default:
        break;
    }
  }
  for (const Block& block : own) shared.Free(block);
}

// Spans lie side by side from the range's start.
bool IsWhole(const HeapMap& map) {
  uint64_t next = 0;
  for (const SpanInfo& span : map.spans) {
    if (span.start != next || span.pages == 0) return false;
    next += span.pages * map.page_bytes;
  }
  return true;
}

void Watch(const Allocator& heap, uint64_t i) {
  heap.Stats(/*detail=*/i % 4 == 0);
  if (const Inspectable* inside = heap.inspectable()) {
    ASSERT_EQ(inside->Verify(), "");
    ASSERT_TRUE(IsWhole(inside->Map(/*blocks=*/i % 2 == 0)));
  }
}

class SoakTest : public testing::TestWithParam<TargetKind> {};

TEST_P(SoakTest, ThreadsShareAnAllocator) {
  Rounds([](uint64_t seed) {
    std::string error;
    Shared shared(GetParam().make(&error));
    ASSERT_NE(shared.target.allocator, nullptr) << error;
    Allocator& heap = *shared.target.allocator;
    RunThreads(
        seed, [&](uint64_t life) { Live(shared, life); },
        [&](uint64_t i) { Watch(heap, i); });
    for (const Block& block : shared.exchange.TakeAll()) shared.Free(block);
    ASSERT_STREQ(shared.fault, nullptr);
    heap.IdleThread();
    Watch(heap, 0);
    EXPECT_EQ(heap.Stats().allocated_bytes.value_or(0), 0u);
    if (heap.reclaimable() != nullptr) {
      heap.reclaimable()->Trim();
      EXPECT_EQ(heap.Stats().spans.value_or(SpanCounts{}).in_use, 0u);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Targets, SoakTest, testing::ValuesIn(TargetKinds()),
                         [](const auto& info) { return info.param.name; });

// What threads share that use one page heap, directly and through arenas.
struct SharedPages {
  // What is freed on another thread: a counted block, or a span of its own.
  struct Owned {
    Block block;
    Span* span = nullptr;  // null: the block is a counted one
  };

  PageHeap pages{size_t{1} << 30, /*or_less=*/false};
  Budget budget;
  Exchange<Owned> exchange;
  std::atomic<const char*> fault{nullptr};

  void Free(const Owned& owned) {
    const Block& block = owned.block;
    if (!HasPattern(block.at, block.bytes, block.id, block.touch)) {
      fault = "a block lost its contents";
    }
    if (owned.span != nullptr) {
      pages.Free(owned.span, /*zero_pages=*/0);
    } else {
      Arena::Free(pages.map().HeadOf(block.at), block.bytes);
    }
  }
};

using Owned = SharedPages::Owned;

void HandOver(SharedPages& shared, const Owned& owned, uint64_t random) {
  Owned other;
  if (shared.exchange.Swap(owned, random, &other)) shared.Free(other);
}

void TakeSpan(SharedPages& shared, const Operation& operation, uint64_t id) {
  const auto pages = static_cast<uint32_t>(operation.bytes % 20 + 1);
  const PageHeap::Allocation a =
      shared.pages.Allocate(pages, operation.which % 2 == 0);
  if (a.span == nullptr) {
    shared.fault = "refused";
    return;
  }
  const Block block{shared.pages.map().AddressOf(a.span), pages * kPageBytes,
                    id, Touch::kSparse};
  if (operation.which % 4 == 0) {
    shared.pages.ZeroDirtyPages(a.span, block.bytes);
    if (!ReadsAsZero(block.at, block.bytes, block.touch)) {
      shared.fault = "a span made zero isn't";
    }
  }
  WritePattern(block.at, block.bytes, id, block.touch);
  a.span->SetKind(SpanKind::kLarge);
  HandOver(shared, {block, a.span}, operation.which);
}

// One arena after the other; its counted blocks are freed anywhere.
void LiveOnPages(SharedPages& shared, uint64_t seed) {
  std::unique_ptr<Arena> arena;
  std::vector<Block> plain;
  uint64_t id = seed << 32;
  const auto end_plain = [&] {
    for (const Block& block : plain) {
      if (!HasPattern(block.at, block.bytes, block.id, Touch::kAll)) {
        shared.fault = "a plain block lost its contents";
      }
    }
    plain.clear();
  };
  for (const Operation& operation :
       RandomOperations(ArenaMenu(), seed, kOperations)) {
    if (arena == nullptr) {
      arena = std::make_unique<Arena>(
          shared.pages, ArenaOptions{.lifetime = static_cast<Lifetime>(
                                         operation.which % kLifetimes),
                                     .chunk_bytes = operation.bytes % (1 << 19),
                                     .parent = &shared.budget});
    }
    const bool zeroed = operation.kind == Kind::kAllocateZeroed;
    switch (operation.kind) {
      case Kind::kAllocate:
      case Kind::kAllocateZeroed:
      case Kind::kAllocateCounted: {
        const bool is_counted = operation.kind == Kind::kAllocateCounted;
        Block block{nullptr, operation.bytes, id++, Touch::kAll};
        block.at = is_counted ? arena->AllocateCounted(block.bytes, true)
                   : zeroed   ? arena->AllocateZeroed(block.bytes)
                              : arena->Allocate(block.bytes);
        if (block.at == nullptr) {
          shared.fault = "refused";
          break;
        }
        if ((is_counted || zeroed) &&
            !ReadsAsZero(block.at, block.bytes, block.touch)) {
          shared.fault = "a zeroed block isn't zero";
        }
        WritePattern(block.at, block.bytes, block.id, block.touch);
        if (is_counted) {
          HandOver(shared, {block}, operation.which);
        } else {
          plain.push_back(block);
        }
        break;
      }
      case Kind::kFreeCounted:
        TakeSpan(shared, operation, id++);
        break;
      case Kind::kResetArena:
        end_plain();
        arena->Reset();
        break;
      case Kind::kDisposeArena:
        end_plain();
        arena.reset();
        break;
      case Kind::kTick:
        (void)shared.pages.Tick();
        break;
      case Kind::kTrim:
        shared.pages.Trim();
        break;
      default:
        break;
    }
  }
  end_plain();
}

TEST(PagesSoakTest, ThreadsShareAPageHeap) {
  Rounds([](uint64_t seed) {
    SharedPages shared;
    ASSERT_TRUE(shared.pages.ok());
    RunThreads(
        seed, [&](uint64_t life) { LiveOnPages(shared, life); },
        [&](uint64_t) {
          ASSERT_EQ(shared.pages.Verify(), nullptr);
          (void)shared.pages.ReadStats();
        });
    for (const Owned& owned : shared.exchange.TakeAll()) shared.Free(owned);
    ASSERT_STREQ(shared.fault, nullptr);
    EXPECT_EQ(shared.budget.used(), 0u);
    EXPECT_EQ(shared.pages.ReadStats().spans.in_use, 0u);
    EXPECT_EQ(shared.pages.Verify(), nullptr);
  });
}

}  // namespace
}  // namespace jsheap
