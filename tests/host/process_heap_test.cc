#include "host/v8_memory/process_heap.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/operator_new/operator_new.h"

namespace jshost {
namespace {

// Whether operator new is a heap of ours once buffers come from `allocator`.
bool OperatorNewIsOurs(const char* allocator) {
  std::string error;
  auto* const heap =
      ProcessHeap::Make(allocator, "off", &error).release();  // for ever
  if (heap == nullptr) std::exit(99);
  void* block = ::operator new(100);
  auto* const ours =
      static_cast<jsheap::slab::SlabAllocator*>(jsheap::OperatorNewHeap());
  const bool is_ours = ours != nullptr && ours->Owns(block);
  ::operator delete(block);
  return is_ours;
}

void ExitWith(bool answer) { std::exit(answer ? 11 : 10); }

// In processes of their own: a heap behind operator new stays.
using ProcessHeapDeathTest = testing::Test;

TEST(ProcessHeapDeathTest, OperatorNewIsOursWithEveryHeapOfOurs) {
  for (const char* allocator : {"slab", "slab:reserve=1GiB", "freelist"}) {
    EXPECT_EXIT(ExitWith(OperatorNewIsOurs(allocator)),
                testing::ExitedWithCode(11), "");
  }
}

TEST(ProcessHeapDeathTest, OperatorNewIsTheProcesssWithItsMalloc) {
  EXPECT_EXIT(ExitWith(OperatorNewIsOurs("malloc")),
              testing::ExitedWithCode(10), "");
}

TEST(ProcessHeapTest, ErrorsNameTheOption) {
  std::string error;
  EXPECT_EQ(ProcessHeap::Make("slob", "thread", &error), nullptr);
  EXPECT_TRUE(error.starts_with("--allocator: unknown allocator 'slob'"))
      << error;
  EXPECT_EQ(ProcessHeap::Make("slab", "never", &error), nullptr);
  EXPECT_TRUE(error.starts_with("--reclaimer: ")) << error;
  EXPECT_EQ(jsheap::OperatorNewHeap(), nullptr);
}

}  // namespace
}  // namespace jshost
