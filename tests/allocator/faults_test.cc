// The system refuses, once for every call that asks it for something: then a
// call may be refused in turn, but nothing may be lost, and when the system
// gives again everything must work again.

#include "allocator/os/faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/os/memory.h"
#include "allocator/reclaimer/reclaimer.h"
#include "tests/allocator/model/allocator_model.h"
#include "tests/allocator/model/arena_model.h"
#include "tests/allocator/model/forwarding.h"
#include "tests/allocator/model/operation.h"
#include "tests/allocator/model/page_heap_model.h"
#include "tests/allocator/model/target.h"
#include "tests/allocator/slower.h"

namespace jsheap {
namespace {

using os::Faults;

// The first half is done with faults, the second without.
template <typename Model>
std::string RunHalves(Model& model, const Operations& operations,
                      Faults& faults) {
  const size_t half = operations.size() / 2;
  model.set_may_fail(true);
  for (size_t i = 0; i < operations.size(); ++i) {
    if (i == half) {
      faults.Stop();
      model.set_may_fail(false);
    }
    std::string fault = model.Run(operations[i]);
    if (!fault.empty()) {
      return fault + ", in operation " + std::to_string(i) + " of " +
             ToText({operations[i]});
    }
  }
  return model.Finish();
}

// One workload, while faults happen; what is wrong, or empty.
using Workload = std::function<std::string(Faults& faults)>;

Workload OnAllocator(const TargetKind& kind, const Operations& operations) {
  return [&](Faults& faults) -> std::string {
    std::string error;
    Target target = kind.make(&error);
    if (target.allocator == nullptr) {
      if (error.empty()) return "refused without saying why";
      faults.Stop();
      target = kind.make(&error);
      if (target.allocator == nullptr) return "refused for good: " + error;
    }
    AllocatorModel model(std::move(target));
    return RunHalves(model, operations, faults);
  };
}

template <typename Model>
Workload OnModel(const Operations& operations) {
  return [&](Faults& faults) -> std::string {
    auto model = std::make_unique<Model>();
    if (!model->ok()) {
      faults.Stop();
      model = std::make_unique<Model>();
      if (!model->ok()) return "refused for good";
    }
    return RunHalves(*model, operations, faults);
  };
}

// Runs it, and looks whether all memory is given back afterwards.
std::string RunWith(const Workload& workload, Faults& faults) {
  const uint64_t held = os::HeldBytes();
  std::string fault = workload(faults);
  if (fault.empty() && os::HeldBytes() != held) {
    fault = std::to_string(os::HeldBytes() - held) +
            " bytes of addresses weren't given back";
  }
  return fault;
}

// Every call fails once, and all from there on.
void ExpectSurvivesFaults(const Workload& workload) {
  uint64_t calls;
  {
    Faults none(Faults::kNever);
    ASSERT_EQ(RunWith(workload, none), "");
    calls = none.calls();
    ASSERT_EQ(none.failed(), 0u);
  }
  ASSERT_GT(calls, 3u);
  for (uint64_t count : {uint64_t{1}, Faults::kAllFromThere}) {
    for (uint64_t first = 1; first <= calls; first += kSlower) {
      Faults faults(first, count);
      ASSERT_EQ(RunWith(workload, faults), "")
          << "with " << (count == 1 ? "call " : "all calls from ") << first
          << " failing";
      ASSERT_GE(faults.failed(), 1u);
    }
  }
}

class AllocatorFaultTest : public testing::TestWithParam<TargetKind> {
 protected:
  // Fewer large blocks than usual: they would take most of the time.
  static Operations Workload(uint64_t seed) {
    Menu menu = AllocatorMenu();
    menu.sizes = {{0, 1200, 40},
                  {0, 34000, 40},
                  {32000, 300000, 10},
                  {0, 2 << 20, 4},
                  {256 << 20, 258 << 20, 2}};
    return RandomOperations(menu, seed, 120);
  }
};

TEST_P(AllocatorFaultTest, NothingIsLost) {
  const Operations operations = Workload(1);
  ExpectSurvivesFaults(OnAllocator(GetParam(), operations));
}

// With a reclaimer that ticks on the allocating threads.
class Reclaimed final : public Forwarding {
 public:
  explicit Reclaimed(std::unique_ptr<Allocator> heap)
      : Forwarding(std::move(heap)),
        reclaimer_({reclaimable()},
                   {.mode = ReclaimerOptions::Mode::kInline, .every = 5}) {}

 private:
  Reclaimer reclaimer_;
};

TEST_P(AllocatorFaultTest, NothingIsLostWithAReclaimer) {
  const TargetKind reclaimed = {
      "Reclaimed", [&](std::string* error) {
        Target target = GetParam().make(error);
        if (target.allocator != nullptr) {
          target.allocator =
              std::make_unique<Reclaimed>(std::move(target.allocator));
        }
        return target;
      }};
  const Operations operations = Workload(2);
  ExpectSurvivesFaults(OnAllocator(reclaimed, operations));
}

// Those that ask the system through os/.
INSTANTIATE_TEST_SUITE_P(Targets, AllocatorFaultTest, testing::ValuesIn([] {
                           std::vector<TargetKind> kinds = TargetKinds();
                           std::erase_if(kinds, [](const TargetKind& kind) {
                             return !kind.name.starts_with("Slab") &&
                                    !kind.name.starts_with("Freelist");
                           });
                           return kinds;
                         }()),
                         [](const auto& info) { return info.param.name; });

TEST(ArenaFaultTest, NothingIsLost) {
  const Operations operations = RandomOperations(ArenaMenu(), 1, 300);
  ExpectSurvivesFaults(OnModel<ArenaModel>(operations));
}

TEST(PageHeapFaultTest, NothingIsLost) {
  const Operations operations = RandomOperations(PageHeapMenu(), 1, 150);
  ExpectSurvivesFaults(OnModel<PageHeapModel>(operations));
}

// Where the default reserve can't be had, a part of it will do.
TEST(SlabFaultTest, StartsWithLessOrNotAtAll) {
  const uint64_t held = os::HeldBytes();
  for (uint64_t count : {uint64_t{1}, Faults::kAllFromThere}) {
    for (uint64_t first = 1; first <= 8; ++first) {
      std::string error;
      Faults faults(first, count);
      auto heap = slab::SlabAllocator::Make({.track_zero = false}, &error);
      faults.Stop();
      if (heap == nullptr) {
        EXPECT_NE(error.find("'ulimit -v'"), std::string::npos) << error;
      } else {
        void* block = heap->Allocate(100);
        EXPECT_NE(block, nullptr);
        heap->Free(block, 100);
      }
      heap.reset();
      EXPECT_EQ(os::HeldBytes(), held);
    }
  }
}

// A thread that frees before it ever allocated needs a cache of its own, for
// which there may be no memory.
TEST(SlabFaultTest, BlocksFreedByThreadsWithoutACacheAreNotLost) {
  std::string error;
  auto heap = slab::SlabAllocator::Make({size_t{64} << 20}, &error);
  ASSERT_NE(heap, nullptr) << error;
  constexpr size_t kThreads = 100;
  std::vector<void*> blocks;
  for (size_t i = 0; i < kThreads; ++i) blocks.push_back(heap->Allocate(100));
  Faults faults(1, Faults::kAllFromThere);
  std::latch all_have_freed(kThreads);
  std::vector<std::thread> threads;
  for (void* block : blocks) {
    threads.emplace_back([&, block] {
      heap->Free(block, 100);
      // No thread may end, and leave its cache to others, before.
      all_have_freed.arrive_and_wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(faults.failed(), 1u);
  faults.Stop();
  heap->IdleThread();
  EXPECT_EQ(*heap->Stats().allocated_bytes, 0u);
  EXPECT_EQ(heap->Stats().spans->in_use, 0u);
}

TEST(SlabFaultTest, NothingIsHeldByAHeapInPlaceThatDidNotStart) {
  const uint64_t held = os::HeldBytes();
  alignas(slab::SlabAllocator) static unsigned char
      storage[sizeof(slab::SlabAllocator)];
  const slab::SlabOptions options = {.reserve = size_t{64} << 20};
  for (uint64_t first = 1;; ++first) {
    Faults faults(first);
    slab::SlabAllocator* heap = slab::SlabAllocator::MakeIn(storage, options);
    if (heap != nullptr) {
      EXPECT_EQ(faults.failed(), 0u);
      EXPECT_GT(first, 3u);
      heap->~SlabAllocator();
      break;
    }
    EXPECT_EQ(os::HeldBytes(), held);
  }
  EXPECT_EQ(os::HeldBytes(), held);
}

}  // namespace
}  // namespace jsheap
