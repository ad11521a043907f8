#include "host/v8_memory/buffer_nursery.h"

#include <gtest/gtest.h>

#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

// 512 MiB of garbage: V8 collects it 64 MiB at a time.
constexpr char kChurn[] =
    "for (let i = 0; i < 8192; i++) new Uint8Array(65536).fill(i);";

uint64_t MinorCollections(GcPolicy policy, const char* code) {
  TestProgram program({}, true, "slab", nullptr, policy);
  EXPECT_EQ(program.Run(code), Ending::Kind::kFinished) << program.uncaught();
  return program.runtime().gc().minor;
}

TEST(BufferNurseryTest, DroppedBuffersAreCollectedEarly) {
  EXPECT_GT(MinorCollections(GcPolicy::kAdaptive, kChurn),
            MinorCollections(GcPolicy::kV8, kChurn));
}

TEST(BufferNurseryTest, FewBuffersAreNoReason) {
  EXPECT_EQ(MinorCollections(GcPolicy::kAdaptive,
                             "for (let i = 0; i < 50; i++) "
                             "new Uint8Array(65536).fill(i);"),
            0u);
}

constexpr uint64_t kMiB = 1 << 20;

uint64_t Refusals(GcPolicy policy, const Limits& limits, const char* code) {
  TestProgram program(limits, true, "slab", nullptr, policy);
  EXPECT_EQ(program.Run(code), Ending::Kind::kFinished) << program.uncaught();
  return program.runtime().environment().buffers->refusals().count();
}

TEST(BufferNurseryTest, GarbageIsCollectedBeforeItReachesALimit) {
  EXPECT_EQ(Refusals(GcPolicy::kAdaptive, {.buffers = 20 * kMiB}, kChurn), 0u);
  EXPECT_GT(Refusals(GcPolicy::kV8, {.buffers = 20 * kMiB}, kChurn), 0u);
}

TEST(BufferNurseryTest, AlsoWhatWasPromoted) {
  EXPECT_LT(Refusals(GcPolicy::kAdaptive, {.buffers = 40 * kMiB}, R"(
    const ring = [];
    for (let i = 0; i < 4096; i++) ring[i % 320] = new Uint8Array(65536);
  )"),
            20u);
}

TEST(BufferNurseryTest, AFullLimitIsStillAnError) {
  EXPECT_GT(Refusals(GcPolicy::kAdaptive, {.buffers = 20 * kMiB}, R"(
    const held = [];
    try {
      for (;;) held.push(new Uint8Array(65536));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (held.length < 319 || held.length > 320) throw held.length;
  )"),
            0u);
}

TEST(BufferNurseryTest, ItGoesWithTheProgram) {
  TestProgram program;
  // Asked for, and never interrupted.
  EXPECT_EQ(program.Run("const b = new Uint8Array(20e6)"),
            Ending::Kind::kFinished);
}

TEST(BufferNurseryTest, CollectionsDoNotDisturbTheScript) {
  TestProgram program;
  EXPECT_EQ(program.Run(R"(
    const held = [];
    let sum = 0;
    for (let i = 0; i < 2000; i++) {
      const buffer = new Uint8Array(65536).fill(i);
      if (i % 10 === 0) held.push(buffer);
      try { if (i % 7 === 0) throw i; } catch (e) { sum += e; }
    }
    held.forEach((buffer, i) => {
      if (buffer[65535] !== (i * 10) % 256) throw new Error(`lost ${i}`);
    });
    if (sum !== 285285) throw new Error(`sum ${sum}`);
  )"),
            Ending::Kind::kFinished)
      << program.uncaught();
}

}  // namespace
}  // namespace jshost
