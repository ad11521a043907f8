// Random workloads on every allocator, on arenas and on the page heap, each
// next to a model that knows what must hold. model/property.h says how to
// replay and to try more.

#include "tests/allocator/model/property.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/allocator/model/allocator_model.h"
#include "tests/allocator/model/arena_model.h"
#include "tests/allocator/model/forwarding.h"
#include "tests/allocator/model/operation.h"
#include "tests/allocator/model/page_heap_model.h"
#include "tests/allocator/model/target.h"
#include "tests/allocator/slower.h"

namespace jsheap {
namespace {

using Kind = Operation::Kind;

constexpr Search kSearch{.sequences = 60 / kSlower};

class AllocatorPropertyTest : public testing::TestWithParam<TargetKind> {};

TEST_P(AllocatorPropertyTest, AgreesWithTheModel) {
  ExpectHolds(AllocatorMenu(), kSearch, [](const Operations& operations) {
    return RunOnAllocator(GetParam(), operations);
  });
}

INSTANTIATE_TEST_SUITE_P(Targets, AllocatorPropertyTest,
                         testing::ValuesIn(TargetKinds()),
                         [](const auto& info) { return info.param.name; });

TEST(ArenaPropertyTest, AgreesWithTheModel) {
  ExpectHolds(ArenaMenu(), kSearch, RunOnArenas);
}

TEST(PageHeapPropertyTest, AgreesWithTheModel) {
  ExpectHolds(PageHeapMenu(), kSearch, RunOnPageHeap);
}

TEST(OperationTest, IsReadAsItIsPrinted) {
  const Operations operations = RandomOperations(AllocatorMenu(), 7, 500);
  std::string error;
  EXPECT_EQ(ParseOperations(ToText(operations), &error), operations) << error;
  EXPECT_EQ(ParseOperations("", &error), Operations{});
  for (const char* text : {"allocate 0 0", "alocate 0 0 1", "free 0 0 1 1"}) {
    EXPECT_EQ(ParseOperations(text, &error), std::nullopt);
    EXPECT_NE(error.find(text), std::string::npos) << error;
  }
}

// Once a block of at least 1000 bytes was freed, a live block of at least 5000
// is given to somebody else, too.
class Overlapping final : public Forwarding {
 public:
  using Forwarding::Forwarding;
  void* Allocate(size_t bytes) override {
    if (was_freed_ && bytes >= 5000 && bytes <= victim_bytes_) return victim_;
    void* block = Forwarding::Allocate(bytes);
    if (bytes >= 5000) victim_ = block, victim_bytes_ = bytes;
    return block;
  }
  void Free(void* block, size_t bytes) override {
    was_freed_ |= bytes >= 1000;
    if (block == victim_) victim_bytes_ = 0;
    Forwarding::Free(block, bytes);
  }

 private:
  bool was_freed_ = false;
  void* victim_ = nullptr;
  size_t victim_bytes_ = 0;
};

// From the third zeroed block on, those of more than 100 bytes aren't zero when
// the thread was flushed before.
class NotZero final : public Forwarding {
 public:
  using Forwarding::Forwarding;
  void* AllocateZeroed(size_t bytes) override {
    void* block = Forwarding::AllocateZeroed(bytes);
    if (++zeroed_ >= 3 && was_flushed_ && bytes > 100) {
      static_cast<char*>(block)[50] = 1;
    }
    return block;
  }
  void FlushThread() override { was_flushed_ = true; }

 private:
  int zeroed_ = 0;
  bool was_flushed_ = false;
};

template <typename Spoiled>
TargetKind SpoiledSlab() {
  return {"Spoiled", [](std::string* error) {
            Target slab = TargetNamed("Slab").make(error);
            Target target;
            target.allocator =
                std::make_unique<Spoiled>(std::move(slab.allocator));
            return target;
          }};
}

Counterexample Find(const TargetKind& kind, uint64_t seed) {
  Menu menu = AllocatorMenu();
  menu.sizes.resize(4);  // without the largest, which take long
  const auto found = FindCounterexample(
      menu, {.seed = seed, .sequences = 200, .most_operations = 150},
      [&](const Operations& operations) {
        return RunOnAllocator(kind, operations);
      });
  EXPECT_TRUE(found);
  return found.value_or(Counterexample{});
}

TEST(ShrinkingTest, OverlappingBlocksShrinkToWhatItTakes) {
  for (uint64_t seed : {1, 2}) {
    const Counterexample found = Find(SpoiledSlab<Overlapping>(), seed);
    EXPECT_GT(found.found_with, 4u);
    // One that is freed, the victim, and the one that overlaps it.
    EXPECT_EQ(found.operations.size(), 4u) << ToText(found.operations);
    EXPECT_EQ(found.fault, "a block of 5000 bytes overlaps a live one");
    uint64_t bytes = 0;
    for (const Operation& operation : found.operations) {
      if (operation.kind != Kind::kFree) bytes += operation.bytes;
    }
    EXPECT_EQ(bytes, 1000u + 5000 + 5000) << ToText(found.operations);
  }
}

TEST(ShrinkingTest, ABlockThatIsNotZeroShrinksToWhatItTakes) {
  for (uint64_t seed : {1, 2}) {
    const Counterexample found = Find(SpoiledSlab<NotZero>(), seed);
    EXPECT_GT(found.found_with, 4u);
    // Three zeroed blocks, of which the last has 101 bytes, and a flush.
    EXPECT_EQ(found.operations.size(), 4u) << ToText(found.operations);
    EXPECT_EQ(found.fault, "a zeroed block of 101 bytes isn't zero");
    const Operation last = {.kind = Kind::kAllocateZeroed, .bytes = 101};
    EXPECT_EQ(found.operations.back(), last) << ToText(found.operations);
  }
}

TEST(ShrinkingTest, CrashesShrinkInProcessesOfTheirOwn) {
  const auto found = FindCounterexample(
      AllocatorMenu(), {.sequences = 50, .most_operations = 60},
      Isolated([](const Operations& operations) {
        for (const Operation& operation : operations) {
          if (operation.bytes >= 5000) std::raise(SIGKILL);
        }
        return std::string();
      }));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fault, "crash: Killed");
  ASSERT_EQ(found->operations.size(), 1u) << ToText(found->operations);
  EXPECT_EQ(found->operations[0].bytes, 5000u);
}

}  // namespace
}  // namespace jsheap
