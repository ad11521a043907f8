#include "allocator/plugin.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/registry.h"
#include "tests/allocator/expect_works.h"
#include "tests/allocator/test_libraries.h"

namespace jsheap {
namespace {

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

TEST(PluginTest, TheExampleWorks) {
  const std::string spec = TestLibrary("mapper");
  auto allocator = Make(spec);
  ASSERT_NE(allocator, nullptr);
  EXPECT_EQ(allocator->name(), spec);
  ExpectWorks(*allocator);
  EXPECT_EQ(allocator->Allocate(SIZE_MAX), nullptr);
}

TEST(PluginTest, OptionsReachThePlugin) {
  const std::string spec = TestLibrary("mapper") + ":limit=100000";
  auto allocator = Make(spec);
  ASSERT_NE(allocator, nullptr);
  EXPECT_EQ(allocator->name(), spec);
  void* block = allocator->Allocate(60000);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(allocator->Allocate(60000), nullptr);
  allocator->Free(block, 60000);
}

TEST(PluginTest, StatisticsArePassedOn) {
  auto allocator = Make(TestLibrary("mapper"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_EQ(allocator->Stats().allocated_bytes, 0u);
  void* block = allocator->Allocate(10000);
  const AllocatorStats stats = allocator->Stats();
  EXPECT_EQ(stats.allocated_bytes, 12288u);
  EXPECT_EQ(stats.committed_bytes, 12288u);
  EXPECT_EQ(stats.reserved_bytes, std::nullopt);
  EXPECT_EQ(stats.cached_bytes, std::nullopt);
  allocator->Free(block, 10000);
}

TEST(PluginTest, WhatThePluginDoesNotReachToIsNotCalled) {
  auto allocator = Make(TestLibrary("minimal"));
  ASSERT_NE(allocator, nullptr);
  ExpectWorks(*allocator);
  EXPECT_EQ(allocator->Stats().allocated_bytes, std::nullopt);
}

TEST(PluginTest, SeveralHeapsOfOnePlugin) {
  auto one = Make(TestLibrary("mapper"));
  auto other = Make(TestLibrary("mapper"));
  void* block = one->Allocate(1);
  EXPECT_EQ(one->Stats().allocated_bytes, 4096u);
  EXPECT_EQ(other->Stats().allocated_bytes, 0u);
  one->Free(block, 1);
}

TEST(PluginTest, BlocksMayBeFreedByAnotherThread) {
  auto allocator = Make(TestLibrary("mapper"));
  ASSERT_NE(allocator, nullptr);
  std::array<std::vector<void*>, 2> blocks;
  std::vector<std::thread> threads;
  for (std::vector<void*>& mine : blocks) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) mine.push_back(allocator->Allocate(100));
    });
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  for (std::vector<void*>& others :
       {std::ref(blocks[1]), std::ref(blocks[0])}) {
    threads.emplace_back([&] {
      for (void* block : others) allocator->Free(block, 100);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allocator->Stats().allocated_bytes, 0u);
}

TEST(PluginTest, APathWithoutAFolderIsOneToo) {
  const std::filesystem::path before = std::filesystem::current_path();
  const std::filesystem::path path = TestLibrary("mapper");
  std::filesystem::current_path(path.parent_path());
  EXPECT_NE(Make("libmapper.so"), nullptr);
  std::filesystem::current_path(before);
}

TEST(PluginTest, AColonInAPathIsEscaped) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "jsheap_a:b";
  fs::create_directories(folder);
  const fs::path path = folder / "lib:c.so";
  fs::copy_file(TestLibrary("mapper"), path,
                fs::copy_options::overwrite_existing);
  std::string escaped = path.string();
  escaped.insert(escaped.find(':'), "\\");
  escaped.insert(escaped.rfind(':'), "\\");
  for (const std::string& spec : {escaped, escaped + ":limit=100000"}) {
    const auto allocator = Make(spec);
    ASSERT_NE(allocator, nullptr);
    EXPECT_EQ(allocator->name(), spec);
  }
  const std::string cut = path.string().substr(0, path.string().find(':'));
  EXPECT_EQ(ErrorOf(path),
            "plug-in '" + cut +
                "' doesn't exist; give the path of a shared library; write a "
                "':' that belongs to a path as '\\:'");
  EXPECT_EQ(ErrorOf(escaped + ":limit=1x"),
            "plug-in '" + path.string() +
                "' can't start: 'limit=1x' isn't limit=BYTES");
  fs::remove_all(folder);
}

TEST(PluginTest, AColonInAFilesNameIsHintedAt) {
  EXPECT_EQ(ErrorOf("lib:c.so"),
            "unknown allocator 'lib'; known are slab, freelist, malloc, and "
            "the paths of plug-ins, such as ./libmine.so; write a ':' that "
            "belongs to a path as '\\:'");
}

TEST(PluginTest, NoSuchFile) {
  EXPECT_EQ(ErrorOf("./libnone.so:a=b"),
            "plug-in './libnone.so' doesn't exist; give the path of a shared "
            "library");
  EXPECT_EQ(ErrorOf("libnone.so"),
            "plug-in 'libnone.so' doesn't exist; give the path of a shared "
            "library");
}

TEST(PluginTest, NotALibrary) {
  const std::string path = testing::TempDir() + "jsheap_text.so";
  std::ofstream(path) << "Once upon a time there was a file of text, long "
                         "enough for a header but without one.\n";
  EXPECT_EQ(ErrorOf(path), "plug-in '" + path +
                               "' can't be loaded: invalid ELF header; build "
                               "it as a shared library, see plugin.h");
  std::remove(path.c_str());
}

TEST(PluginTest, AFolder) {
  EXPECT_NE(ErrorOf("/").find("plug-in '/' can't be loaded: "),
            std::string::npos);
}

TEST(PluginTest, MissingSymbol) {
  const std::string path = TestLibrary("no_symbol");
  EXPECT_EQ(ErrorOf(path), "plug-in '" + path +
                               "' has no symbol 'jsheap_plugin'; define and "
                               "export it, see plugin.h");
}

TEST(PluginTest, WrongVersion) {
  const std::string path = TestLibrary("wrong_version");
  EXPECT_EQ(ErrorOf(path),
            "plug-in '" + path +
                "' is for version 7 of the plug-in interface, this program "
                "has version 1; build it with this program's plugin.h");
}

TEST(PluginTest, MissingFunction) {
  const std::string path = TestLibrary("missing_function");
  EXPECT_EQ(ErrorOf(path), "plug-in '" + path +
                               "' has no function 'usable_size'; set it in "
                               "jsheap_plugin, see plugin.h");
}

TEST(PluginTest, RefusedInThePluginsWords) {
  const std::string path = TestLibrary("create_fails");
  EXPECT_EQ(ErrorOf(path),
            "plug-in '" + path + "' can't start: the moon is full; wait a day");
  EXPECT_EQ(
      ErrorOf(path + ":a=1,b=2"),
      "plug-in '" + path + "' can't start: no reason given, options 'a=1,b=2'");
}

using PluginDeathTest = testing::Test;

TEST(PluginDeathTest, MisalignedBlock) {
  auto allocator = Make(TestLibrary("misaligned"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_DEATH(allocator->Allocate(24),
               "libmisaligned.so' gave a misaligned block: .*, for 24 bytes");
  EXPECT_DEATH(allocator->AllocateZeroed(24), "a misaligned block");
}

#ifdef JSHEAP_DEBUG_CHECKS
TEST(PluginDeathTest, ZeroedBlockThatIsNot) {
  auto allocator = Make(TestLibrary("not_zero"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_DEATH(allocator->AllocateZeroed(1000), "a zeroed block that isn't");
}

TEST(PluginDeathTest, BlockThatIsTooSmall) {
  auto allocator = Make(TestLibrary("too_small"));
  ASSERT_NE(allocator, nullptr);
  EXPECT_DEATH(allocator->Allocate(1000), "a smaller usable size");
}
#endif

}  // namespace
}  // namespace jsheap
