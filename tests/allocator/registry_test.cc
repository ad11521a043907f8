#include "allocator/registry.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/allocator/expect_works.h"

namespace jsheap {
namespace {

std::string ErrorOf(std::string_view spec) {
  std::string error;
  EXPECT_EQ(MakeAllocator(spec, &error), nullptr) << spec;
  EXPECT_EQ(error.find('\n'), std::string::npos);
  return error;
}

TEST(RegistryTest, SlabIsTheDefault) {
  EXPECT_EQ(KnownAllocators().front().name, "slab");
}

TEST(RegistryTest, EveryKnownAllocatorWorks) {
  for (const AllocatorInfo& info : KnownAllocators()) {
    std::string error;
    auto allocator = MakeAllocator(info.name, &error);
    ASSERT_NE(allocator, nullptr) << error;
    EXPECT_EQ(allocator->name(), info.name);
    ExpectWorks(*allocator);
  }
}

TEST(RegistryTest, NameIsWhatWasAskedFor) {
  std::string error;
  auto allocator = MakeAllocator("slab:reserve=128MiB", &error);
  ASSERT_NE(allocator, nullptr) << error;
  EXPECT_EQ(allocator->name(), "slab:reserve=128MiB");
  EXPECT_EQ(*allocator->Stats().reserved_bytes, uint64_t{128} << 20);
}

TEST(RegistryTest, FreelistTakesItsOptions) {
  std::string error;
  for (const char* spec :
       {"freelist:fit=first", "freelist:fit=best,fast=0,direct=4KiB",
        "freelist:fast=1K,direct=1GiB,reserve=128MiB"}) {
    auto allocator = MakeAllocator(spec, &error);
    ASSERT_NE(allocator, nullptr) << error;
    EXPECT_EQ(allocator->name(), spec);
    ExpectWorks(*allocator);
  }
  EXPECT_EQ(ErrorOf("freelist:fit=worst"),
            "'fit=worst' is not a fit; write fit=best or fit=first");
  EXPECT_EQ(ErrorOf("freelist:fast=2KiB"),
            "'fast=2KiB' is more than 1KiB; write e.g. fast=64");
  EXPECT_EQ(ErrorOf("freelist:direct=100"),
            "'direct=100' is less than 4KiB; write e.g. direct=1MiB");
  EXPECT_EQ(ErrorOf("freelist:direct=much"),
            "'direct=much' is not a size; write e.g. direct=1MiB");
  EXPECT_EQ(ErrorOf("freelist:size=1"),
            "allocator 'freelist' has no option 'size'; its options: fit, "
            "fast, direct, reserve");
}

TEST(RegistryTest, ErrorsNameTheValueAndTheRemedy) {
  EXPECT_EQ(ErrorOf("slob"),
            "unknown allocator 'slob'; known are slab, freelist, malloc, and "
            "the paths of plug-ins, such as ./libmine.so");
  EXPECT_EQ(ErrorOf("slab:colour=red"),
            "allocator 'slab' has no option 'colour'; its options: reserve");
  EXPECT_EQ(ErrorOf("malloc:reserve=1G"),
            "allocator 'malloc' has no option 'reserve'; its options: lib");
  EXPECT_EQ(ErrorOf("slab:reserve"),
            "option 'reserve' of allocator 'slab' needs a value: "
            "reserve=VALUE");
  EXPECT_EQ(ErrorOf("slab:reserve=12Q"),
            "'reserve=12Q' is not a size; write e.g. reserve=16GiB");
  EXPECT_EQ(ErrorOf("slab:reserve=0"),
            "'reserve=0' is less than 1; write e.g. reserve=16GiB");
  EXPECT_NE(ErrorOf("slab:reserve=1024T").find("address space"),
            std::string::npos);
}

TEST(RegistryTest, AnOptionGivenTwiceIsAnError) {
  std::string error;
  EXPECT_EQ(MakeAllocator("slab:reserve=1GiB,reserve=2GiB", &error), nullptr);
  EXPECT_EQ(error, "option 'reserve' of allocator 'slab' is given twice");
}

}  // namespace
}  // namespace jsheap
