#include "host/v8_memory/page_allocator.h"

#include <gtest/gtest.h>
#include <libplatform/libplatform.h>

#include <cstring>
#include <thread>

namespace jshost {
namespace {

using P = v8::PageAllocator;
constexpr size_t kWasmPage = 64 << 10;

class PageAllocatorTest : public ::testing::Test {
 protected:
  const std::unique_ptr<v8::Platform> platform_ =
      v8::platform::NewDefaultPlatform(1);
  PageAllocator pages_{platform_->GetPageAllocator()};
  const size_t page_ = pages_.AllocatePageSize();
  Refusals refusals_;
  PageAllocator::Payer payer_{std::make_shared<jsheap::Budget>(10 * kWasmPage),
                              &refusals_};
};

char* At(void* base, size_t offset) {
  return static_cast<char*>(base) + offset;
}

TEST_F(PageAllocatorTest, ABuffersCommitIsChargedGrownAndReleased) {
  const PageAllocator::BudgetScope scope(&payer_);
  const size_t reserved = 100 * kWasmPage;
  void* base = pages_.AllocatePages(nullptr, reserved, kWasmPage, P::kNoAccess);
  ASSERT_NE(base, nullptr);
  EXPECT_EQ(pages_.reserved_bytes(), reserved);
  EXPECT_EQ(pages_.buffer_bytes(), 0u);
  EXPECT_TRUE(pages_.SetPermissions(base, 4 * kWasmPage, P::kReadWrite));
  std::memset(base, 1, 4 * kWasmPage);
  EXPECT_EQ(payer_.budget->used(), 4 * kWasmPage);
  EXPECT_TRUE(pages_.SetPermissions(base, 10 * kWasmPage, P::kReadWrite));
  EXPECT_EQ(pages_.buffer_bytes(), 10 * kWasmPage);
  EXPECT_FALSE(pages_.SetPermissions(base, 11 * kWasmPage, P::kReadWrite));
  EXPECT_EQ(refusals_.count(), 1u);
  EXPECT_EQ(refusals_.last_bytes(), kWasmPage);
  EXPECT_EQ(payer_.budget->used(), 10 * kWasmPage);
  // Shrunk: the tail comes back.
  EXPECT_TRUE(pages_.SetPermissions(At(base, 2 * kWasmPage), 8 * kWasmPage,
                                    P::kNoAccess));
  EXPECT_EQ(payer_.budget->used(), 2 * kWasmPage);
  EXPECT_TRUE(pages_.FreePages(base, reserved));
  EXPECT_EQ(payer_.budget->used(), 0u);
  EXPECT_EQ(pages_.buffer_bytes(), 0u);
  EXPECT_EQ(pages_.reserved_bytes(), 0u);
}

TEST_F(PageAllocatorTest, AReservationThatTheSystemRefusesCountsAsRefused) {
  const size_t too_much = size_t{1} << 60;
  EXPECT_EQ(pages_.AllocatePages(nullptr, too_much, page_, P::kNoAccess),
            nullptr);
  EXPECT_EQ(refusals_.count(), 0u);  // not a thread that pays
  const PageAllocator::BudgetScope scope(&payer_);
  EXPECT_EQ(pages_.AllocatePages(nullptr, too_much, page_, P::kReadWrite),
            nullptr);
  EXPECT_EQ(refusals_.count(), 0u);  // not a buffer's
  EXPECT_EQ(pages_.AllocatePages(nullptr, too_much, page_, P::kNoAccess),
            nullptr);
  EXPECT_EQ(refusals_.count(), 1u);
  EXPECT_TRUE(refusals_.TakePending());
  EXPECT_EQ(pages_.reserved_bytes(), 0u);
}

TEST_F(PageAllocatorTest, AnotherThreadFrees) {
  void* base = nullptr;
  {
    const PageAllocator::BudgetScope scope(&payer_);
    base = pages_.AllocatePages(nullptr, 4 * page_, page_, P::kNoAccess);
    ASSERT_TRUE(pages_.SetPermissions(base, 2 * page_, P::kReadWrite));
  }
  std::thread([&] { pages_.FreePages(base, 4 * page_); }).join();
  EXPECT_EQ(payer_.budget->used(), 0u);
}

TEST_F(PageAllocatorTest, HeapPagesAreNeverRefused) {
  payer_.budget->set_limit(0);
  const PageAllocator::BudgetScope scope(&payer_);
  const size_t size = 256 << 10;
  void* base = pages_.AllocatePages(nullptr, size, size, P::kReadWrite);
  ASSERT_NE(base, nullptr);
  EXPECT_TRUE(pages_.SetPermissions(base, page_, P::kNoAccess));
  EXPECT_TRUE(pages_.SetPermissions(base, page_, P::kReadWrite));
  EXPECT_TRUE(pages_.FreePages(base, size));
  EXPECT_EQ(refusals_.count(), 0u);
}

TEST_F(PageAllocatorTest, CodeRangesAreNeverRefused) {
  payer_.budget->set_limit(0);
  const PageAllocator::BudgetScope scope(&payer_);
  const size_t size = 1 << 20;
  void* base =
      pages_.AllocatePages(nullptr, size, page_, P::kNoAccessWillJitLater);
  ASSERT_NE(base, nullptr);
  EXPECT_TRUE(pages_.SetPermissions(base, size, P::kReadWriteExecute));
  EXPECT_TRUE(pages_.SetPermissions(base, page_, P::kReadWrite));
  EXPECT_TRUE(pages_.FreePages(base, size));
}

TEST_F(PageAllocatorTest, WasmStacksAreNeverRefused) {
  payer_.budget->set_limit(0);
  const PageAllocator::BudgetScope scope(&payer_);
  void* base = pages_.AllocatePages(nullptr, 10 * page_, page_, P::kNoAccess);
  ASSERT_NE(base, nullptr);
  // A guard page stays at either end (wasm/stacks.cc:83).
  EXPECT_TRUE(pages_.SetPermissions(At(base, page_), 8 * page_, P::kReadWrite));
  EXPECT_EQ(pages_.buffer_bytes(), 0u);
  EXPECT_TRUE(pages_.DecommitPages(base, 10 * page_));
  EXPECT_TRUE(pages_.FreePages(base, 10 * page_));
}

TEST_F(PageAllocatorTest, CppgcPagesAreNeverRefused) {
  payer_.budget->set_limit(0);
  const PageAllocator::BudgetScope scope(&payer_);
  const size_t size = 128 << 10;
  void* base = pages_.AllocatePages(nullptr, size, size, P::kNoAccess);
  ASSERT_NE(base, nullptr);
  EXPECT_TRUE(pages_.SetPermissions(base, size, P::kReadWrite));
  EXPECT_TRUE(pages_.FreePages(base, size));
}

TEST_F(PageAllocatorTest, WithoutABudgetNothingIsRefused) {
  void* base = pages_.AllocatePages(nullptr, 4 * page_, page_, P::kNoAccess);
  ASSERT_NE(base, nullptr);
  EXPECT_TRUE(pages_.SetPermissions(base, 4 * page_, P::kReadWrite));
  EXPECT_EQ(pages_.buffer_bytes(), 0u);
  EXPECT_TRUE(pages_.FreePages(base, 4 * page_));
}

}  // namespace
}  // namespace jshost
