#include "host/v8_memory/transferred_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "allocator/budget/budget.h"
#include "allocator/registry.h"
#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

constexpr size_t kBytes = 60000;

// Two isolates' allocators under one budget, which has room for one buffer.
class TransferredStoreTest : public testing::Test {
 protected:
  TransferredStoreTest() { Process(); }

  std::shared_ptr<ArrayBufferAllocator> Make(
      const char* allocator, uint64_t limit = jsheap::Budget::kUnlimited) {
    std::string error;
    return std::make_shared<ArrayBufferAllocator>(
        jsheap::MakeAllocator(allocator, &error),
        std::make_shared<jsheap::Budget>(limit, &family_));
  }

  // As a buffer of the maker's isolate has it.
  std::shared_ptr<v8::BackingStore> NewStore(ArrayBufferAllocator* maker) {
    return v8::ArrayBuffer::NewBackingStore(
        maker->Allocate(kBytes), kBytes,
        [](void* block, size_t bytes, void* data) {
          static_cast<ArrayBufferAllocator*>(data)->Free(block, bytes);
        },
        maker);
  }

  jsheap::Budget family_{100000};
};

TEST_F(TransferredStoreTest, ItsChargeMovesUnderOneBudget) {
  const auto maker = Make("slab");
  const auto receiver = Make("malloc");
  TransferredStore transferred(NewStore(maker.get()), maker);
  std::shared_ptr<v8::BackingStore> store = transferred.TakeFor(receiver);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(maker->account().live_bytes(), 0u);
  EXPECT_EQ(receiver->account().live_bytes(), kBytes);
  EXPECT_EQ(receiver->budget().used(), kBytes);
  EXPECT_EQ(family_.used(), kBytes);

  // On to a third, and then home.
  const auto third = Make("freelist");
  const void* const same = store.get();
  store = TransferredStore(std::move(store), receiver).TakeFor(third);
  EXPECT_EQ(store.get(), same);
  EXPECT_EQ(receiver->account().live_bytes(), 0u);
  EXPECT_EQ(third->account().live_bytes(), kBytes);
  store = TransferredStore(std::move(store), third).TakeFor(maker);
  EXPECT_EQ(maker->account().live_bytes(), kBytes);
  store.reset();
  for (const auto& each : {maker, receiver, third}) {
    EXPECT_EQ(each->account().live_bytes(), 0u);
    EXPECT_EQ(each->budget().used(), 0u);
  }
  EXPECT_EQ(family_.used(), 0u);
}

TEST_F(TransferredStoreTest, ARefusalChangesNothing) {
  const auto maker = Make("slab");
  const auto receiver = Make("slab", 1000);
  TransferredStore transferred(NewStore(maker.get()), maker);
  EXPECT_EQ(transferred.TakeFor(receiver), nullptr);
  EXPECT_EQ(receiver->failures(), 1u);
  EXPECT_EQ(receiver->account().live_bytes(), 0u);
  EXPECT_EQ(maker->account().live_bytes(), kBytes);
  EXPECT_EQ(family_.used(), kBytes);
  EXPECT_NE(transferred.TakeFor(maker), nullptr);
  EXPECT_EQ(family_.used(), 0u);
}

}  // namespace
}  // namespace jshost
