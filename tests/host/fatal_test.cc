// An isolate that dies inside V8 on a thread of its own.

#include "host/v8_memory/fatal.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

constexpr uint64_t kMiB = 1 << 20;

// Tells the thread that waits, and stays.
class Parking final : public FatalHandler {
 public:
  void OnFatal(std::string_view message) override {
    // Its own thread never gets here again.
    died_.set_value(std::string(message));
    ParkThread();
  }
  std::future<std::string> died() { return died_.get_future(); }

 private:
  std::promise<std::string> died_;
};

// Runs the code under limits in an isolate that can't survive it; what it died
// of. All of it stays behind.
std::string DieOf(const std::string& code, Limits limits) {
  auto* const handler = new Parking;
  std::future<std::string> died = handler->died();
  std::thread([=] {
    const FatalScope scope(handler);
    auto* const program = new TestProgram(limits);
    program->Run(code);
    handler->OnFatal("it lived on");
  }).detach();
  return died.get();
}

// As much as makes V8 collect both ways, and code to compile in the background.
void ExpectToWork(TestProgram& program) {
  EXPECT_EQ(program.Run(R"(
    var held = [];
    function work(i) {
      let sum = 0;
      for (let k = 0; k < 1000; k++) sum += [i, k].length;
      held[i % 100] = new Array(1000).fill(sum);
    }
    for (let i = 0; i < 3000; i++) work(i);
    isolate.gc('minor');
    isolate.gc();
    for (let i = 0; i < 100; i++) new Uint8Array(1e6);
    isolate.gc();
  )"),
            Ending::Kind::kFinished)
      << program.uncaught();
}

TEST(FatalTest, OtherIsolatesGoOnWhenOneDiesInsideV8) {
  TestProgram survivor;
  ExpectToWork(survivor);
  // One object far beyond the limit, which a built-in asks for.
  EXPECT_TRUE(DieOf("new Array(2 ** 27 - 10).fill(0)", {.js_heap = 16 * kMiB})
                  .starts_with("JavaScript heap limit of 16.0 MiB reached"));
  ExpectToWork(survivor);
  // Beyond V8's largest: that death is its own.
  EXPECT_TRUE(DieOf("const a = []; a.length = 2 ** 27 - 100; a.fill(1.5);"
                    "let s = a.concat(a, a);",
                    {.js_heap = 16 * kMiB})
                  .starts_with("JavaScript heap limit"));
  EXPECT_TRUE(DieOf("new Array(2 ** 27 - 10).fill(0)", {.total = 16 * kMiB})
                  .starts_with("memory limit of 16.0 MiB reached"));
  ExpectToWork(survivor);
  TestProgram later;
  ExpectToWork(later);
}

TEST(FatalDeathTest, WithoutAHandlerTheProcessEnds) {
  EXPECT_EXIT(DieOfMemory("so it is"),
              ::testing::ExitedWithCode(kMemoryLimitExitStatus),
              "^jshost: so it is\n$");
}

class Returning final : public FatalHandler {
 public:
  void OnFatal(std::string_view) override {}
};

TEST(FatalDeathTest, WhenTheHandlerReturnsTheProcessEnds) {
  EXPECT_EXIT(
      {
        Returning handler;
        const FatalScope scope(&handler);
        DieOfMemory("so it is");
      },
      ::testing::ExitedWithCode(kMemoryLimitExitStatus),
      "^jshost: so it is\n$");
}

}  // namespace
}  // namespace jshost
