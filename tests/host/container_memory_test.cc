#include "host/v8_memory/container_memory.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/host/temporary_folder.h"

namespace jshost {
namespace {

constexpr uint64_t kMiB = 1 << 20;

// A root folder of its own.
class ContainerMemoryTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    folder_.Add(path.substr(1), text);
  }
  std::optional<uint64_t> Memory() const {
    return ContainerMemory(folder_.path());
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ContainerMemoryTest, NothingThereIsNoLimit) {
  EXPECT_EQ(Memory(), std::nullopt);
}

TEST_F(ContainerMemoryTest, VersionTwo) {
  Write("/proc/self/cgroup", "0::/app/job\n");
  Write("/sys/fs/cgroup/app/job/memory.max", "536870912\n");
  EXPECT_EQ(Memory(), 512 * kMiB);
  Write("/sys/fs/cgroup/app/job/memory.max", "max\n");
  EXPECT_EQ(Memory(), std::nullopt);
}

TEST_F(ContainerMemoryTest, TheLowestOfAllAroundIt) {
  Write("/proc/self/cgroup", "0::/app/job\n");
  Write("/sys/fs/cgroup/memory.max", "1073741824\n");
  Write("/sys/fs/cgroup/app/memory.max", "268435456\n");
  Write("/sys/fs/cgroup/app/job/memory.max", "536870912\n");
  EXPECT_EQ(Memory(), 256 * kMiB);
  Write("/sys/fs/cgroup/app/memory.high", "134217728\n");
  EXPECT_EQ(Memory(), 128 * kMiB);
}

TEST_F(ContainerMemoryTest, TheRootOfAContainer) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/memory.max", "104857600\n");
  EXPECT_EQ(Memory(), 100 * kMiB);
}

TEST_F(ContainerMemoryTest, VersionOne) {
  Write("/proc/self/cgroup",
        "12:cpu,cpuacct:/docker/abc\n9:hugetlb,memory:/docker/abc\n0::/\n");
  Write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "67108864\n");
  EXPECT_EQ(Memory(), 64 * kMiB);
}

// The group's path is the host's; inside, the group is the mount's root.
TEST_F(ContainerMemoryTest, VersionOneWithThePathOfTheHost) {
  Write("/proc/self/cgroup", "9:memory:/docker/abc\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n");
  EXPECT_EQ(Memory(), 64 * kMiB);
}

TEST_F(ContainerMemoryTest, VersionOneWithoutALimit) {
  Write("/proc/self/cgroup", "9:memory:/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(Memory(), std::nullopt);
}

TEST_F(ContainerMemoryTest, NonsenseIsNoLimit) {
  Write("/proc/self/cgroup", "what\n:\n9:memory\n0::/a\n");
  Write("/sys/fs/cgroup/a/memory.max", "lots\n");
  EXPECT_EQ(Memory(), std::nullopt);
}

TEST(DefaultMemoryLimitTest, IsTheContainersButForTheShell) {
  EXPECT_EQ(DefaultMemoryLimit(std::nullopt, 1000 * kMiB), std::nullopt);
  EXPECT_EQ(DefaultMemoryLimit(2000 * kMiB, 1000 * kMiB), std::nullopt);
  EXPECT_EQ(DefaultMemoryLimit(512 * kMiB, 1000 * kMiB), 416 * kMiB);
  EXPECT_EQ(DefaultMemoryLimit(32 * kMiB, 1000 * kMiB), 16 * kMiB);
}

}  // namespace
}  // namespace jshost
