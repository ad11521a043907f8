#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "allocator/backends/malloc/malloc_allocator.h"
#include "allocator/registry.h"
#include "tests/allocator/expect_works.h"
#include "tests/allocator/test_libraries.h"

namespace jsheap {
namespace {

std::string SpecOf(const std::string& name) {
  return "malloc:lib=" + TestLibrary(name);
}

std::unique_ptr<Allocator> Make(const std::string& spec) {
  std::string error;
  auto allocator = MakeAllocator(spec, &error);
  EXPECT_NE(allocator, nullptr) << error;
  return allocator;
}

std::string ErrorOf(const std::string& spec) {
  std::string error;
  EXPECT_EQ(MakeAllocator(spec, &error), nullptr) << spec;
  EXPECT_EQ(error.find('\n'), std::string::npos);
  return error;
}

// A counter that the library exports.
std::atomic<int>& Counter(const std::string& library, const char* name) {
  void* handle = dlopen(TestLibrary(library).c_str(), RTLD_NOW | RTLD_NOLOAD);
  return *static_cast<std::atomic<int>*>(dlsym(handle, name));
}

TEST(MallocLibraryTest, PlainNames) {
  auto allocator = Make(SpecOf("plain_malloc"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_EQ(allocator->name(), SpecOf("plain_malloc"));
  std::atomic<int>& mallocs = Counter("plain_malloc", "plain_mallocs");
  std::atomic<int>& frees = Counter("plain_malloc", "plain_sized_frees");
  const int mallocs_before = mallocs;
  const int frees_before = frees;
  ExpectWorks(*allocator);
  EXPECT_GT(mallocs, mallocs_before);
  EXPECT_EQ(mallocs - mallocs_before, frees - frees_before);
}

TEST(MallocLibraryTest, PlainNamesStayTheLibrarysOwn) {
  const std::string before = MallocAllocator::Library();
  auto allocator = Make(SpecOf("plain_malloc"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_EQ(MallocAllocator::Library(), before);
  std::atomic<int>& mallocs = Counter("plain_malloc", "plain_mallocs");
  const int calls = mallocs;
  void* volatile block = std::malloc(100);
  std::free(block);
  auto process = Make("malloc");
  process->Free(process->Allocate(100), 100);
  EXPECT_EQ(mallocs, calls);
}

TEST(MallocLibraryTest, BetterFunctionsUnderAPrefix) {
  auto allocator = Make(SpecOf("prefixed_malloc"));
  ASSERT_NE(allocator, nullptr);
  std::atomic<int>& zallocs = Counter("prefixed_malloc", "toy_zallocs");
  std::atomic<int>& frees = Counter("prefixed_malloc", "toy_sized_frees");
  const int zallocs_before = zallocs;
  const int frees_before = frees;
  allocator->Free(allocator->AllocateZeroed(100), 100);
  EXPECT_EQ(zallocs, zallocs_before + 1);
  EXPECT_EQ(frees, frees_before + 1);
  ExpectWorks(*allocator);
}

TEST(MallocLibraryTest, ThreadLocalsWorkInOlderAndNewerThreads) {
  std::atomic<Allocator*> shared = nullptr;
  std::thread older([&] {
    while (shared == nullptr) std::this_thread::yield();
    ExpectWorks(*shared);
  });
  auto allocator = Make(SpecOf("prefixed_malloc"));
  shared = allocator.get();
  std::thread newer([&] { ExpectWorks(*allocator); });
  older.join();
  newer.join();
}

TEST(MallocLibraryTest, FoundByTheSystem) {
  auto allocator = Make("malloc:lib=libc.so.6");
  ASSERT_NE(allocator, nullptr);
  ExpectWorks(*allocator);
}

TEST(MallocLibraryTest, NoSuchLibrary) {
  EXPECT_EQ(ErrorOf("malloc:lib=libnone.so.1"),
            "no library 'libnone.so.1'; give its path, or install it (in "
            "Debian libmimalloc.so.2 is in libmimalloc2.0, libjemalloc.so.2 "
            "in libjemalloc2, libtcmalloc_minimal.so.4 in "
            "libtcmalloc-minimal4)");
  EXPECT_NE(ErrorOf("malloc:lib=").find("no library ''; "), std::string::npos);
}

TEST(MallocLibraryTest, NotALibrary) {
  EXPECT_EQ(ErrorOf("malloc:lib=/dev/null"),
            "library '/dev/null' can't be loaded: file too short; name a "
            "shared library for this system");
}

TEST(MallocLibraryTest, NoMallocFamilyInIt) {
  EXPECT_EQ(ErrorOf(SpecOf("no_symbol")),
            "library '" + TestLibrary("no_symbol") +
                "' exports no malloc family; name one that has malloc, "
                "calloc, free and malloc_usable_size, plain or all with one "
                "prefix");
}

TEST(MallocLibraryTest, TooManyThreadLocals) {
  const std::string path = TestLibrary("greedy_tls");
  EXPECT_EQ(ErrorOf("malloc:lib=" + path),
            "library '" + path +
                "' needs more static thread-local memory than is left; set "
                "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536 in the "
                "environment, or LD_PRELOAD=" +
                path + " and use allocator 'malloc'");
}

}  // namespace
}  // namespace jsheap
