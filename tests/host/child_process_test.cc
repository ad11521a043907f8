#include "host/runtime/child_process.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

// The children are this test program again.

namespace jshost {
namespace {

using Event = ChildProcess::Event;

std::unique_ptr<ChildProcess> StartChild(const ChildProcess::Options& options) {
  std::string error;
  std::unique_ptr<ChildProcess> child = ChildProcess::Start(options, &error);
  EXPECT_NE(child, nullptr) << error;
  return child;
}

// What it writes to standard output until it ends.
std::string OutputOf(ChildProcess* child) {
  std::string output;
  while (child->Wait({}, -1) != Event::kEnded) output += child->TakeOutput();
  return output + child->TakeOutput();
}

// A child that lives until its input ends.
ChildProcess::Options Echo() {
  return {.args = {"--gtest_also_run_disabled_tests",
                   "--gtest_filter=ChildProcessTest.DISABLED_Echo"},
          .has_input = true};
}

TEST(ChildProcessTest, DISABLED_Echo) {
  std::array<char, 100> text;
  ssize_t got = 0;
  while ((got = read(STDIN_FILENO, text.data(), text.size())) > 0) {
    if (text[0] == 'f') {
      ASSERT_EQ(write(ChildProcess::kFile, "file", 4), 4);
    }
    ASSERT_EQ(write(STDERR_FILENO, text.data(), static_cast<size_t>(got)), got);
  }
}

TEST(ChildProcessTest, TellsOutputStatusAndUse) {
  const auto child = StartChild({.args = {"--gtest_list_tests"}});
  EXPECT_NE(OutputOf(child.get()).find("ChildProcessTest."), std::string::npos);
  EXPECT_EQ(child->end().exit_status, 0);
  EXPECT_EQ(child->end().signal, 0);
  EXPECT_GT(child->end().peak_rss, 1u << 20);
  EXPECT_GT(child->end().cpu_ms, 0);
  EXPECT_EQ(child->Wait({}, -1), Event::kEnded);
}

TEST(ChildProcessTest, ItsInputIsEmptyUnlessThereIsSome) {
  ChildProcess::Options options = Echo();
  options.has_input = false;
  const auto child = StartChild(options);
  OutputOf(child.get());
  EXPECT_EQ(child->end().exit_status, 0);
}

TEST(ChildProcessTest, ReadsInputAndHasTheFile) {
  const OwnedFd file(memfd_create("test", MFD_CLOEXEC));
  ChildProcess::Options options = Echo();
  options.file = file.get();
  const auto child = StartChild(options);
  std::string errors;
  for (const char* line : {"one\n", "fun\n"}) {
    ASSERT_TRUE(child->Write(line));
    while (!errors.ends_with(line)) {
      ASSERT_EQ(child->Wait({}, -1), Event::kOutput);
      errors += child->TakeErrors();
    }
  }
  EXPECT_EQ(errors, "one\nfun\n");
  child->Kill();
  OutputOf(child.get());
  EXPECT_EQ(child->end().signal, SIGKILL);
  std::array<char, 4> text;
  ASSERT_EQ(pread(file.get(), text.data(), 4, 0), 4);
  EXPECT_EQ(std::string(text.data(), 4), "file");
}

TEST(ChildProcessTest, WaitEndsAtTheDeadlineAndWhenWoken) {
  const auto child = StartChild(Echo());
  ASSERT_TRUE(child->Write("x"));
  Event event;
  const auto soon = ChildProcess::Clock::now() + std::chrono::milliseconds(20);
  while ((event = child->Wait(soon, -1)) == Event::kOutput) continue;
  EXPECT_EQ(event, Event::kTimeout);
  std::array<int, 2> pipe_fds{};
  ASSERT_EQ(pipe(pipe_fds.data()), 0);
  const OwnedFd read_end(pipe_fds[0]);
  const OwnedFd write_end(pipe_fds[1]);
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  EXPECT_EQ(child->Wait({}, read_end.get()), Event::kWoken);
}

}  // namespace
}  // namespace jshost
