// What every allocator must do, whatever it is made of.

#ifndef TESTS_ALLOCATOR_EXPECT_WORKS_H_
#define TESTS_ALLOCATOR_EXPECT_WORKS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "allocator/allocator.h"

namespace jsheap {

inline void ExpectWorks(Allocator& allocator) {
  for (size_t bytes : {0, 1, 64, 5000, 100000, 3000000}) {
    void* block = allocator.Allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % kMinAlignment, 0u);
    std::memset(block, 0xFF, bytes);
    EXPECT_GE(allocator.UsableSize(block), bytes);
    allocator.Free(block, bytes);
    char* zeroed = static_cast<char*>(allocator.AllocateZeroed(bytes));
    ASSERT_NE(zeroed, nullptr);
    for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(zeroed[i], 0);
    allocator.Free(zeroed, bytes);
  }
  allocator.Free(nullptr, 0);
  allocator.FlushThread();
  allocator.IdleThread();
  allocator.Stats();
}

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_EXPECT_WORKS_H_
