#include "host/options.h"

#include <gtest/gtest.h>

namespace jshost {
namespace {

using Words = std::vector<std::string>;

Options Parse(const Words& words, const std::string& environment = {}) {
  Options options;
  std::string error;
  EXPECT_TRUE(ParseOptions(words, environment, &options, &error)) << error;
  return options;
}

std::string ErrorOf(const Words& words, const std::string& environment = {}) {
  Options options;
  std::string error;
  EXPECT_FALSE(ParseOptions(words, environment, &options, &error));
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  return error;
}

TEST(OptionsTest, DefaultsAreSlabAndNoLimits) {
  const Options options = Parse({});
  EXPECT_EQ(options.allocator, "slab");
  EXPECT_FALSE(options.script);
  EXPECT_FALSE(options.limits.js_heap);
  EXPECT_EQ(options.action, Options::Action::kRun);
}

TEST(OptionsTest, WhatFollowsTheScriptIsTheScripts) {
  const Options options =
      Parse({"--stats", "a.js", "--stats", "-e", "--", "x"});
  EXPECT_EQ(options.script, "a.js");
  EXPECT_EQ(options.script_args, (Words{"--stats", "-e", "--", "x"}));
  EXPECT_FALSE(options.eval);
}

TEST(OptionsTest, DoubleDashEndsTheOptions) {
  const Options options = Parse({"--", "-e", "x"});
  EXPECT_EQ(options.script, "-e");
  EXPECT_EQ(options.script_args, (Words{"x"}));
}

TEST(OptionsTest, WithEvalAllWordsAreArguments) {
  const Options options = Parse({"-e", "1", "--stats", "a", "b"});
  EXPECT_EQ(options.eval, "1");
  EXPECT_TRUE(options.stats);
  EXPECT_FALSE(options.script);
  EXPECT_EQ(options.script_args, (Words{"a", "b"}));
}

TEST(OptionsTest, ValuesMayStartWithADash) {
  EXPECT_EQ(Parse({"-e", "-1"}).eval, "-1");
  EXPECT_EQ(Parse({"--eval", "--x"}).eval, "--x");
  EXPECT_EQ(Parse({"--v8-flags", "--trace-gc"}).v8_flags, "--trace-gc");
}

TEST(OptionsTest, ADashAloneIsStandardInput) {
  EXPECT_EQ(Parse({"-"}).script, "-");
}

TEST(OptionsTest, SizesTakeBinaryUnits) {
  const Options options =
      Parse({"--js-heap-limit", "64MiB", "--buffer-limit=512K"});
  EXPECT_EQ(options.limits.js_heap, 64u << 20);
  EXPECT_EQ(options.limits.buffers, 512u << 10);
}

TEST(OptionsTest, ABadSizeIsNamedWithTheRemedy) {
  EXPECT_EQ(ErrorOf({"--js-heap-limit", "12Q"}),
            "--js-heap-limit: '12Q' is not a size; write e.g. 64MiB, 512K or "
            "1048576");
}

TEST(OptionsTest, TheGcPolicy) {
  EXPECT_EQ(Parse({}).gc_policy, GcPolicy::kAdaptive);
  EXPECT_EQ(Parse({"--gc-policy", "v8"}).gc_policy, GcPolicy::kV8);
  EXPECT_EQ(Parse({"--gc-policy=v8", "--gc-policy=adaptive"}).gc_policy,
            GcPolicy::kAdaptive);
  EXPECT_EQ(ErrorOf({"--gc-policy", "lazy"}),
            "--gc-policy: 'lazy' is not a policy; write v8 or adaptive");
}

TEST(OptionsTest, V8sPolicyChangesNoFlag) {
  EXPECT_EQ(GcPolicyFlags(GcPolicy::kV8, false), "");
}

TEST(OptionsTest, AnUnknownOptionSuggestsTheNearest) {
  EXPECT_EQ(ErrorOf({"--js-heap-limt", "1M"}),
            "unknown option '--js-heap-limt'; did you mean '--js-heap-limit'?");
  EXPECT_EQ(ErrorOf({"--frobnicate"}),
            "unknown option '--frobnicate'; --help lists them");
}

TEST(OptionsTest, AMissingValueIsAnError) {
  EXPECT_EQ(ErrorOf({"--allocator"}),
            "--allocator needs a value: --allocator NAME[:KEY=VALUE,...]");
}

TEST(OptionsTest, TheLastValueCounts) {
  EXPECT_EQ(Parse({"--allocator", "malloc", "--allocator", "slab"}).allocator,
            "slab");
}

TEST(OptionsTest, PreloadsAndV8FlagsAddUp) {
  const Options options =
      Parse({"-r", "a", "-r", "b", "--v8-flags=--x", "--v8-flags=--y"});
  EXPECT_EQ(options.preloads, (Words{"a", "b"}));
  EXPECT_EQ(options.v8_flags, "--x --y");
}

TEST(OptionsTest, TheEnvironmentComesFirst) {
  const Options options =
      Parse({"--allocator", "malloc"}, "--allocator slab --stats");
  EXPECT_EQ(options.allocator, "malloc");
  EXPECT_TRUE(options.stats);
}

TEST(OptionsTest, TheEnvironmentHoldsOnlyOptions) {
  EXPECT_EQ(ErrorOf({}, "--stats a.js"),
            "JSHOST_OPTIONS: 'a.js' is not an option");
  EXPECT_EQ(ErrorOf({}, "--statz"),
            "JSHOST_OPTIONS: unknown option '--statz'; did you mean "
            "'--stats'?");
}

TEST(OptionsTest, ContradictionsAreErrors) {
  ErrorOf({"--module", "--classic", "a.js"});
  ErrorOf({"-e", "1", "-p", "1"});
  ErrorOf({"-p", "1", "--module"});
}

}  // namespace
}  // namespace jshost
