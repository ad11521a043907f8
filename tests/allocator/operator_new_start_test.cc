// The start of the heap behind operator new, a program of its own, as it is for
// the process's life. Each try is made in a child.

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/operator_new/operator_new.h"
#include "allocator/os/faults.h"

namespace jsheap {
namespace {

using os::Faults;

// Objects from before and after the start, deleted after it.
bool NewAndDeleteWork(std::vector<std::unique_ptr<std::string>> objects) {
  for (size_t i = 0; i < 2000; ++i) {
    objects.push_back(std::make_unique<std::string>(i, 'x'));
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    if (*objects[i] != std::string(objects[i]->size(), 'x')) return false;
  }
  return true;
}

// Never returns. Status 0: it started, at the first try or, when that was
// refused with a reason, at the second.
[[noreturn]] void StartWhileFailing(uint64_t first, uint64_t count) {
  std::vector<std::unique_ptr<std::string>> before;
  before.push_back(std::make_unique<std::string>(1000, 'x'));
  std::string error;
  Faults faults(first, count);
  const bool started = StartOperatorNewHeap(&error);
  faults.Stop();
  if (!started) {
    if (error.empty() || OperatorNewHeap() != nullptr) _exit(2);
    if (!NewAndDeleteWork({})) _exit(3);
    if (!StartOperatorNewHeap(&error)) _exit(4);
  }
  if (!NewAndDeleteWork(std::move(before))) _exit(5);
  const auto live = std::make_unique<std::string>(1000, 'x');
  Allocator* heap = OperatorNewHeap();
  if (heap != nullptr && *heap->Stats().allocated_bytes == 0) _exit(6);
  _exit(started ? 0 : 1);
}

TEST(OperatorNewDeathTest, StartsOrSaysWhyNotWhateverTheSystemRefuses) {
  // The addresses, their descriptors, two bits a page, and a thread cache.
  constexpr uint64_t kCalls = 5;
  for (uint64_t first = 1; first <= kCalls + 1; ++first) {
    // With addresses for less the heap is content.
    const int once = first > 2 && first <= kCalls ? 1 : 0;
    EXPECT_EXIT(StartWhileFailing(first, 1), testing::ExitedWithCode(once), "")
        << first;
    const int always = first <= kCalls ? 1 : 0;
    EXPECT_EXIT(StartWhileFailing(first, Faults::kAllFromThere),
                testing::ExitedWithCode(always), "")
        << first;
  }
}

}  // namespace
}  // namespace jsheap
