// What is told of a limit of V8's heap.

#include "host/v8_memory/heap_limit_hit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/v8_memory/script_position.h"

namespace jshost {
namespace {

using Which = HeapLimitHit::Which;
using Frames = std::vector<std::string>;

constexpr uint64_t kMiB = 1 << 20;

TEST(HeapLimitHitTest, OneLineNamesTheLimit) {
  EXPECT_EQ(DescribeHit({.which = Which::kJsHeap,
                         .limit = 32 * kMiB,
                         .used = 33 * kMiB,
                         .where = "at f (a.js:1:2)"}),
            "JavaScript heap limit of 32.0 MiB reached (33.0 MiB in use) "
            "at f (a.js:1:2)");
  EXPECT_EQ(DescribeHit({.which = Which::kTotal, .limit = 32 * kMiB}),
            "memory limit of 32.0 MiB reached");
  EXPECT_EQ(DescribeHit({.which = Which::kV8s, .used = 33 * kMiB}),
            "V8's limit on the size of one object, or of all code, was reached "
            "(33.0 MiB in use)");
}

// Of what V8 says of a stack.
Frames FramesOf(const std::string& text) {
  Frames frames;
  for (const ScriptPosition& frame : ParseStackText(text)) {
    frames.push_back(frame.Describe());
  }
  return frames;
}

TEST(StackTextTest, AFrameIsALineOfItsOwn) {
  EXPECT_EQ(FramesOf("f in a.js:1:2\n<none> in b.js:3:4\n$\n"),
            (Frames{"at f (a.js:1:2)", "at b.js:3:4"}));
  EXPECT_EQ(FramesOf(""), Frames());
}

TEST(StackTextTest, TheSameFileIsNamedAgain) {
  EXPECT_EQ(FramesOf("f in /a b/c:1.js:1:2\ng in =:3:4\n"
                     "<none> in =\nh in d.js\n<none> in =:5:6\n$\n"),
            (Frames{"at f (/a b/c:1.js:1:2)", "at g (/a b/c:1.js:3:4)",
                    "at /a b/c:1.js", "at h (d.js)", "at d.js:5:6"}));
  EXPECT_EQ(FramesOf("f in =:1:2\n"), Frames{"at f (=:1:2)"});
}

TEST(StackTextTest, BuiltInsAndTheShellsOwnAreLeftOut) {
  EXPECT_EQ(FramesOf("fill\nrun in jshost:arena:1:2\nnext in =:3:4\n"
                     "f in a.js:1:2\n$\n"),
            Frames{"at f (a.js:1:2)"});
}

TEST(StackTextTest, HasTheInnermostFramesOnly) {
  std::string text = "f in a.js:1:2\n";
  for (int i = 0; i < 50; ++i) text += "f in =:1:2\n";
  EXPECT_EQ(FramesOf(text).size(), 10u);
}

}  // namespace
}  // namespace jshost
