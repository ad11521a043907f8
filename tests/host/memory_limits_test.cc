// The limits as a script meets them.

#include <gtest/gtest.h>
#include <v8-external-memory-accounter.h>
#include <v8-statistics.h>

#include <chrono>
#include <thread>

#include "host/v8_memory/fatal.h"
#include "host/v8_memory/limits.h"
#include "tests/host/runtime_fixture.h"

// What V8 calls when an object is too large for it; see fatal.cc.
namespace v8::base {
[[noreturn]] void FatalNoSecurityImpact(const char* format, ...);
}

namespace jshost {
namespace {

using Kind = Ending::Kind;
constexpr uint64_t kMiB = 1 << 20;

std::string BoundError(const Limits& limits) {
  v8::ResourceConstraints constraints;
  std::string error;
  EXPECT_FALSE(ApplyLimits(limits, &constraints, &error));
  return error;
}

TEST(LimitsTest, BoundsAreNamed) {
  EXPECT_EQ(BoundError({.js_heap = kMiB}),
            "--js-heap-limit: 1MiB is below the minimum of 3MiB");
  EXPECT_EQ(BoundError({.young = kMiB}),
            "--young-limit: 1MiB is below the minimum of 1536KiB");
  EXPECT_EQ(BoundError({.code = kMiB}),
            "--code-limit: 1MiB is below the minimum of 64MiB");
  EXPECT_EQ(BoundError({.code = 1024 * kMiB}),
            "--code-limit: 1GiB is above the maximum of 512MiB");
  EXPECT_EQ(BoundError({.stack = 100}),
            "--stack-limit: 100 is below the minimum of 64KiB");
  BoundError({.js_heap = 8 * kMiB, .young = 8 * kMiB});
  BoundError({.js_heap = 8 * kMiB, .initial = 9 * kMiB});
  BoundError({.stack = 1 << 30});
}

TEST(LimitsTest, V8GetsExactlyWhatWasSet) {
  for (const uint64_t limit : {kMinJsHeap, 5 * kMiB, 32 * kMiB, 300 * kMiB}) {
    TestProgram program({.js_heap = limit});
    EXPECT_EQ(program.runtime().heap_limit(), limit);
  }
  TestProgram program({.js_heap = 64 * kMiB, .young = 10 * kMiB});
  EXPECT_EQ(program.runtime().heap_limit(), 64 * kMiB);
}

TEST(LimitsTest, AFullBufferLimitIsARangeErrorAndPasses) {
  TestProgram program({.buffers = 8 * kMiB});
  EXPECT_EQ(program.Run(R"(
    let held = [];
    // In a function: a frame's registers keep what they last held alive.
    function fill() {
      try { for (;;) held.push(new Uint8Array(1e6)); } catch (e) { return e; }
    }
    const thrown = fill();
    if (!(thrown instanceof RangeError)) throw new Error('threw ' + thrown);
    if (held.length !== 8) throw new Error('held ' + held.length);
    held = null;
    for (let i = 0; i < 100; i++) new Uint8Array(1e6);
  )"),
            Kind::kFinished)
      << program.uncaught();
}

TEST(LimitsTest, ResizableBuffersAndWasmMemoriesCount) {
  TestProgram program({.buffers = 8 * kMiB});
  EXPECT_EQ(program.Run(R"(
    const mustThrow = (f) => {
      try { f(); } catch (e) { if (e instanceof RangeError) return; throw e; }
      throw new Error('no RangeError from ' + f);
    };
    const buffer = new ArrayBuffer(1e6, { maxByteLength: 1e9 });
    buffer.resize(5e6);
    mustThrow(() => buffer.resize(9e6));
    mustThrow(() => new Uint8Array(4e6));
    buffer.resize(10);
    new Uint8Array(4e6);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 60000 });
    mustThrow(() => memory.grow(200));
    mustThrow(() => new WebAssembly.Memory({ initial: 200 }));
    mustThrow(() => new ArrayBuffer(9e6, { maxByteLength: 1e9 }));
    memory.grow(20);
  )"),
            Kind::kFinished)
      << program.uncaught();
}

TEST(LimitsTest, AnUncaughtRefusalIsTheLimits) {
  TestProgram program({.buffers = kMiB});
  EXPECT_EQ(program.Run("function f() { new Uint8Array(2e6) }\nf()"),
            Kind::kMemoryLimit);
  EXPECT_EQ(program.buffer_limit(), "at f (test.js:1:16)");
}

TEST(LimitsTest, ARangeErrorOfTheScriptsOwnIsNot) {
  TestProgram program({.buffers = kMiB});
  EXPECT_EQ(program.Run("try { new Uint8Array(2e6) } catch {}"
                        "throw new RangeError('mine')"),
            Kind::kUncaught);
}

TEST(LimitsTest, SmallTypedArraysAreNeverRefused) {
  TestProgram program({.buffers = 0});
  EXPECT_EQ(program.Run("const all = [];"
                        "for (let i = 0; i < 1e4; i++) {"
                        "  const a = new Float64Array(8); a.buffer; all.push(a)"
                        "}"),
            Kind::kFinished)
      << program.uncaught();
}

TEST(LimitsTest, AFullHeapTerminatesTheScript) {
  TestProgram program({.js_heap = 16 * kMiB});
  EXPECT_EQ(program.Run("function grow() {\n"
                        "  const all = [];\n"
                        "  try { for (;;) all.push({x: 1}); } catch {}\n"
                        "}\ngrow();"),
            Kind::kMemoryLimit);
  ASSERT_TRUE(program.heap_limit());
  EXPECT_EQ(program.heap_limit()->limit, 16 * kMiB);
  EXPECT_GT(program.heap_limit()->used, 8 * kMiB);
  EXPECT_TRUE(program.heap_limit()->where.starts_with("at grow (test.js:3:"))
      << program.heap_limit()->where;
}

// What is evaluated can be thrown away, so each collection frees a little.
TEST(LimitsTest, ANearlyFullHeapIsNotCollectedForEver) {
  for (int i = 0; i < 8; ++i) {
    TestProgram program({.js_heap = 32 * kMiB});
    EXPECT_EQ(program.Run("const all = []; for (;;) {"
                          "  all.push(eval(`() => ${all.length}`))"
                          "}"),
              Kind::kMemoryLimit);
  }
}

TEST(LimitsTest, RefusedBuffersDoNotCountAsAFullHeap) {
  TestProgram program({.js_heap = 16 * kMiB, .buffers = 8 * kMiB});
  EXPECT_EQ(program.Run(R"(
    for (let i = 0; i < 20; i++) {
      const held = [];
      try { for (;;) held.push(new Uint8Array(1e6)); } catch {}
    }
  )"),
            Kind::kFinished);
  EXPECT_FALSE(program.heap_limit());
}

TEST(LimitsTest, AFullHeapIsToldAlsoAfterARefusedBuffer) {
  TestProgram program({.js_heap = 16 * kMiB, .buffers = 8 * kMiB});
  EXPECT_EQ(program.Run("try { new Uint8Array(1e9) } catch {}"
                        "const all = []; for (;;) all.push({x: 1})"),
            Kind::kMemoryLimit);
  EXPECT_TRUE(program.heap_limit());
}

TEST(LimitsTest, OtherIsolatesGoOnWhenOneIsFull) {
  TestProgram full({.js_heap = 16 * kMiB});
  EXPECT_EQ(full.Run("const all = []; for (;;) all.push({x: 1})"),
            Kind::kMemoryLimit);
  TestProgram other;
  EXPECT_EQ(other.Run("new Array(1000).fill({})"), Kind::kFinished);
}

// ------------------------------------------------------- all memory together

TEST(TotalLimitTest, BoundsAreNamed) {
  EXPECT_EQ(BoundError({.total = kMiB}),
            "--memory-limit: 1MiB is below the minimum of 4MiB");
  BoundError({.young = 8 * kMiB, .total = 8 * kMiB});
  BoundError({.initial = 9 * kMiB, .total = 8 * kMiB});
}

TEST(TotalLimitTest, ObjectsAreHeldToIt) {
  TestProgram program({.total = 32 * kMiB});
  EXPECT_EQ(program.Run("const all = []; for (;;) all.push({x: 1})"),
            Kind::kMemoryLimit);
  ASSERT_TRUE(program.heap_limit());
  EXPECT_EQ(program.heap_limit()->which, HeapLimitGuard::Which::kTotal);
  EXPECT_EQ(program.heap_limit()->limit, 32 * kMiB);
  EXPECT_TRUE(program.heap_limit()->details.find("old_space") !=
              std::string::npos);
}

TEST(TotalLimitTest, BuffersAreRefusedExactly) {
  TestProgram program({.total = 32 * kMiB});
  EXPECT_EQ(program.Run(R"(
    const held = [];
    try {
      for (;;) held.push(new Uint8Array(1e6));
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
    }
    const { total, totalLimit } = isolate.memory();
    // V8 may have taken a few pages since.
    if (total > totalLimit + (1 << 20)) throw new Error(`${total} of ${totalLimit}`);
    if (held.length < 25) throw new Error(`${held.length} fit`);
  )"),
            Kind::kFinished)
      << program.uncaught();
  EXPECT_EQ(program.Run("for (;;) held.push(new Uint8Array(1e6));"),
            Kind::kMemoryLimit);
}

TEST(TotalLimitTest, OneSidesMemoryIsTheOthersAgain) {
  TestProgram program({.total = 48 * kMiB});
  EXPECT_EQ(program.Run(R"(
    // In functions: a frame's registers keep what they last held alive.
    function buffers() {
      const held = [];
      for (let i = 0; i < 36; i++) held.push(new Uint8Array(1 << 20).fill(1));
      return held.length;
    }
    function objects() {
      const held = [];
      for (let i = 0; i < 36; i++) held.push(new Array(1 << 17).fill(1.5));
      return held.length;
    }
    for (let i = 0; i < 4; i++) {
      buffers();
      objects();
    }
  )"),
            Kind::kFinished)
      << program.uncaught();
}

TEST(TotalLimitTest, WhatIsFullOfBuffersHasNoRoomForObjects) {
  TestProgram program({.total = 48 * kMiB});
  EXPECT_EQ(program.Run(R"(
    const buffers = [];
    for (let i = 0; i < 32; i++) buffers.push(new Uint8Array(1 << 20));
    const objects = [];
    for (;;) objects.push({x: 1});
  )"),
            Kind::kMemoryLimit);
  ASSERT_TRUE(program.heap_limit());
  EXPECT_EQ(program.heap_limit()->which, HeapLimitGuard::Which::kTotal);
  EXPECT_LT(program.runtime().memory().js_heap_committed, 24 * kMiB);
}

TEST(TotalLimitTest, GarbageOfObjectsIsNotInTheWay) {
  TestProgram program({.total = 32 * kMiB});
  EXPECT_EQ(program.Run(R"(
    const held = [];
    for (let i = 0; i < 20; i++) held.push(new Uint8Array(1 << 20));
    for (let i = 0; i < 3e5; i++) held.x = new Array(100).fill(i);
    for (let i = 0; i < 3e5; i++) held.x = `text ${i}`.repeat(10);
  )"),
            Kind::kFinished)
      << program.uncaught();
}

TEST(TotalLimitTest, ALoweredLimitHoldsAtOnce) {
  TestProgram program;
  EXPECT_EQ(program.Run(R"(
    const held = [];
    for (let i = 0; i < 16; i++) held.push(new Array(1 << 17).fill(1.5));
    isolate.setLimits({ total: '8MiB' });
    for (;;) held.length;
  )"),
            Kind::kMemoryLimit);
}

TEST(TotalLimitTest, TheJsHeapLimitIsNamedWhereItIsTheOne) {
  TestProgram program({.js_heap = 16 * kMiB, .total = 256 * kMiB});
  EXPECT_EQ(program.Run("const all = []; for (;;) all.push({x: 1})"),
            Kind::kMemoryLimit);
  ASSERT_TRUE(program.heap_limit());
  EXPECT_EQ(program.heap_limit()->which, HeapLimitGuard::Which::kJsHeap);
}

TEST(TotalLimitTest, AProcessesBudgetBoundsItsIsolates) {
  jsheap::Budget process(48 * kMiB, nullptr, "process");
  TestProgram one({}, true, "slab", {std::shared_ptr<void>(), &process});
  EXPECT_EQ(one.Run("const held = []; for (let i = 0; i < 30; i++) "
                    "held.push(new Uint8Array(1 << 20))"),
            Kind::kFinished)
      << one.uncaught();
  TestProgram other({}, true, "slab", {std::shared_ptr<void>(), &process});
  EXPECT_EQ(other.Run("const held = []; for (;;) "
                      "held.push(new Uint8Array(1 << 20))"),
            Kind::kMemoryLimit);
  // V8 may have taken a few pages since.
  EXPECT_LE(process.used(), 50 * kMiB);
}

TEST(LimitsDeathTest, AnObjectBeyondV8sLargestEndsWithOneLine) {
  EXPECT_EXIT(v8::base::FatalNoSecurityImpact("invalid size error %d", 7),
              ::testing::ExitedWithCode(kMemoryLimitExitStatus),
              "^jshost: V8's limit on the size of one object was reached "
              "\\(invalid size error 7\\)\n$");
}

// One live buffer keeps the whole chunk of an arena.
TEST(ArenaMemoryTest, V8KnowsWhatRetiredChunksPin) {
  TestProgram program;
  const auto external = [&] {
    return v8::ExternalMemoryAccounter::
        GetTotalAmountOfExternalAllocatedMemoryForTesting(
            program.runtime().isolate());
  };
  program.Run(R"(
    const arena = new Arena();
    var held = [];
    arena.run(() => {
      for (let i = 0; i < 2000; i++) {
        const buffer = new ArrayBuffer(2000);
        if (i % 100 === 0) held.push(buffer);
      }
    });
    gc();
    gc();)");
  EXPECT_EQ(program.uncaught(), "");
  EXPECT_GT(external(), int64_t{3} << 20);
  // V8 sweeps on another thread.
  program.Run("held = null");
  for (int i = 0; i < 1000 && external() > int64_t{2} << 20; ++i) {
    program.Run("gc()");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(external(), int64_t{2} << 20);
}

}  // namespace
}  // namespace jshost
