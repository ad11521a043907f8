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
  EXPECT_NE(ErrorOf("slab:reserve=1024T").find("address space"),
            std::string::npos);
}

}  // namespace
}  // namespace jsheap
