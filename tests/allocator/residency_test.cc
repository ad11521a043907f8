#include "allocator/os/residency.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <tuple>

#include "allocator/os/faults.h"
#include "allocator/os/memory.h"

namespace jsheap::os {
namespace {

enum class Way { kScan, kRead };

// A system that can't scan has every page's entry read.
class ResidencyTest : public testing::TestWithParam<std::tuple<size_t, Way>> {
 protected:
  void SetUp() override {
    memory_ = static_cast<char*>(Map(bytes()));
    ASSERT_NE(memory_, nullptr);
    Residency residency;
    if (!FindResident(memory_, bytes(), &residency)) {
      GTEST_SKIP() << "this system doesn't tell what is resident";
    }
  }
  void TearDown() override { Release(memory_, bytes()); }

  static size_t bytes() { return std::get<size_t>(GetParam()); }
  [[nodiscard]] static bool Look(const void* address, size_t bytes,
                                 Residency* residency) {
    // The first call that may fail is the look itself, the second the scan.
    const Faults faults(
        std::get<Way>(GetParam()) == Way::kRead ? 2 : Faults::kNever);
    return FindResident(address, bytes, residency);
  }
  Residency Find() {
    Residency residency;
    EXPECT_TRUE(Look(memory_, bytes(), &residency));
    return residency;
  }

  const size_t page_ = OsPageBytes();
  char* memory_ = nullptr;
};

TEST_P(ResidencyTest, NothingIsResidentAtFirst) {
  const Residency residency = Find();
  EXPECT_EQ(residency.count, 0u);
  EXPECT_EQ(residency.bytes, 0u);
  EXPECT_EQ(residency.end, bytes());
}

TEST_P(ResidencyTest, FindsWhatWasTouched) {
  memory_[0] = memory_[bytes() - 1] = 1;
  std::memset(memory_ + 4 * page_, 1, 3 * page_);
  const Residency residency = Find();
  ASSERT_EQ(residency.count, 3u);
  EXPECT_EQ(residency.runs[0].begin, 0u);
  EXPECT_EQ(residency.runs[0].end, page_);
  EXPECT_EQ(residency.runs[1].begin, 4 * page_);
  EXPECT_EQ(residency.runs[1].end, 7 * page_);
  EXPECT_EQ(residency.runs[2].begin, bytes() - page_);
  EXPECT_EQ(residency.runs[2].end, bytes());
  EXPECT_EQ(residency.bytes, 5 * page_);
}

TEST_P(ResidencyTest, NothingIsResidentAfterAPurge) {
  std::memset(memory_, 1, bytes());
  ASSERT_TRUE(Purge(memory_, bytes()));
  EXPECT_EQ(Find().bytes, 0u);
}

TEST_P(ResidencyTest, TellsHowFarItLookedWhereThereAreManyRuns) {
  for (size_t at = 0; at < bytes(); at += 2 * page_) memory_[at] = 1;
  size_t found = 0;
  for (size_t at = 0; at < bytes();) {
    Residency residency;
    ASSERT_TRUE(Look(memory_ + at, bytes() - at, &residency));
    ASSERT_GT(residency.end, 0u);
    for (size_t i = 0; i < residency.count; ++i) {
      const Residency::Run& run = residency.runs[i];
      EXPECT_EQ((at + run.begin) % (2 * page_), 0u);
      EXPECT_EQ(run.end - run.begin, page_);
    }
    found += residency.bytes;
    at += residency.end;
  }
  EXPECT_EQ(found, bytes() / 2);
}

// The file that tells stays bound to the process that opened it.
TEST_P(ResidencyTest, AChildSeesItsOwnMemory) {
  Find();
  const pid_t child = fork();
  if (child == 0) {
    memory_[2 * page_] = 1;
    Residency residency;
    const bool ok =
        Look(memory_, bytes(), &residency) && residency.bytes == page_;
    _exit(ok ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Find().bytes, 0u);
}

// A program that closes files which aren't its own must not mislead us.
TEST_P(ResidencyTest, AnotherFileUnderTheSameNumberIsNoticed) {
  const pid_t child = fork();
  if (child == 0) {
    memory_[2 * page_] = 1;
    Residency residency;
    bool ok = Look(memory_, bytes(), &residency);
    for (int file = 3; file < 1024; ++file) close(file);
    for (int file = 0; file < 1000; ++file) (void)!open("/dev/zero", O_RDONLY);
    ok = ok && Look(memory_, bytes(), &residency) && residency.bytes == page_;
    _exit(ok ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Bytes, ResidencyTest,
    testing::Combine(testing::Values(size_t{256} << 10, size_t{16} << 20),
                     testing::Values(Way::kScan, Way::kRead)));

}  // namespace
}  // namespace jsheap::os
