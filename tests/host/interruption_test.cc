// Waiting for the system until somebody wants the program to end.

#include "host/globals/interruption.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace jshost {
namespace {

using std::chrono::milliseconds;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
  ~Pipe() {
    for (const int end : ends_) close(end);
  }
  int out() const { return ends_[0]; }
  int in() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{};
};

TEST(InterruptionTest, WaitsForTheDescriptor) {
  const Pipe pipe;
  Interruption interruption;
  EXPECT_TRUE(interruption.WaitFor(pipe.in(), POLLOUT));
  ASSERT_EQ(write(pipe.in(), "x", 1), 1);
  EXPECT_TRUE(interruption.WaitFor(pipe.out(), POLLIN));
  EXPECT_TRUE(interruption.Sleep(milliseconds(0)));
}

TEST(InterruptionTest, NobodyWaitsOnceItWasRaised) {
  const Pipe pipe;
  Interruption interruption;
  interruption.Raise();
  EXPECT_FALSE(interruption.WaitFor(pipe.in(), POLLOUT));
  EXPECT_FALSE(interruption.WaitFor(pipe.out(), POLLIN));
  EXPECT_FALSE(interruption.Sleep(milliseconds(1 << 30)));
}

// A waiter that misses it waits for ever.
TEST(InterruptionTest, IsSeenWhenItIsRaisedWhileOneStartsToWait) {
  const Pipe pipe;
  for (int i = 0; i < 2000; ++i) {
    Interruption interruption;
    std::atomic<bool> is_ready{false};
    bool waited = true;
    std::thread waiter([&] {
      is_ready = true;
      waited = i % 2 == 0 ? interruption.WaitFor(pipe.out(), POLLIN)
                          : interruption.Sleep(milliseconds(1 << 30));
    });
    while (!is_ready) std::this_thread::yield();
    interruption.Raise();
    waiter.join();
    ASSERT_FALSE(waited);
  }
}

}  // namespace
}  // namespace jshost
