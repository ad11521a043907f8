#include "host/runtime/runtime.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

using Kind = Ending::Kind;

TEST(RuntimeTest, RunsAProgramToItsEnd) {
  TestProgram program;
  EXPECT_EQ(program.Run("let x = 0; setTimeout(() => x++, 1);"),
            Kind::kFinished);
}

TEST(RuntimeTest, AnUncaughtErrorEndsTheProgram) {
  TestProgram program;
  EXPECT_EQ(program.Run("setTimeout(() => { for (;;) {} }, 50); null.x"),
            Kind::kUncaught);
  EXPECT_EQ(program.uncaught(),
            "Uncaught TypeError: Cannot read properties of null (reading 'x')");
}

TEST(RuntimeTest, AHandledRejectionIsNone) {
  TestProgram program;
  EXPECT_EQ(program.Run("const p = Promise.reject(1);"
                        "queueMicrotask(() => p.catch(() => {}))"),
            Kind::kFinished);
}

TEST(RuntimeTest, ARejectionThatStaysUnhandledForATurnIsUncaught) {
  TestProgram program;
  EXPECT_EQ(program.Run("const p = Promise.reject(new Error('r'));"
                        "setTimeout(() => p.catch(() => {}))"),
            Kind::kUncaught);
  EXPECT_TRUE(program.in_promise());
}

TEST(RuntimeTest, QuitRunsNothingMore) {
  TestProgram program;
  EXPECT_EQ(program.Run("try { quit(3) } finally { throw 1 } throw 2"),
            Kind::kQuit);
  EXPECT_EQ(program.uncaught(), "");
}

TEST(RuntimeTest, ModulesAreTold) {
  TestProgram program;
  EXPECT_EQ(program.Run("export const x = await 1;"), Kind::kFinished);
  TestProgram unsettled;
  EXPECT_EQ(unsettled.Run("await new Promise(() => {})"),
            Kind::kUnsettledAwait);
}

TEST(RuntimeTest, EndsWithTasksAndBuffersLeft) {
  TestProgram program;
  EXPECT_EQ(program.Run("setInterval(() => {}, 1e6); setImmediate(() => {});"
                        "globalThis.b = new Uint8Array(1e6);"
                        "import('./none').catch(() => {});"
                        "WebAssembly.compile(new Uint8Array([0, 97, 115, 109,"
                        "1, 0, 0, 0])); quit(0)"),
            Kind::kQuit);
}

// A buffer's memory lives as long as somebody holds it, and so does the
// allocator; see array_buffer_allocator_shared.
TEST(RuntimeTest, ABackingStoreOutlivesItsIsolate) {
  std::shared_ptr<v8::BackingStore> store;
  {
    TestProgram program;
    Runtime& runtime = program.runtime();
    const v8::HandleScope handles(runtime.isolate());
    const v8::Context::Scope entered(runtime.context());
    store = v8::ArrayBuffer::New(runtime.isolate(), 1000)->GetBackingStore();
  }
  static_cast<char*>(store->Data())[999] = 1;
}

TEST(RuntimeTest, IsolatesRunSideBySide) {
  Process();
  const auto run = [] {
    for (int i = 0; i < 3; ++i) {
      TestProgram program;
      EXPECT_EQ(program.Run("for (let i = 0; i < 2e4; i++) new Uint8Array(999);"
                            "gc(); setTimeout(() => {}, 1)"),
                Kind::kFinished);
    }
  };
  std::thread other(run);
  run();
  other.join();
}

}  // namespace
}  // namespace jshost
