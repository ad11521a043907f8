// The laboratory without any runs: what it reads, plans and works out.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "host/tools/html_text.h"
#include "host/tools/lab_axis.h"
#include "host/tools/lab_bound.h"
#include "host/tools/lab_limit.h"
#include "host/tools/lab_matrix.h"
#include "host/tools/lab_minimum.h"
#include "host/tools/lab_options.h"
#include "host/tools/lab_runner.h"
#include "host/tools/lab_summary.h"
#include "host/tools/plot_scale.h"

namespace jshost::lab {
namespace {

// GoogleTest has a Run too.
using LabRun = Run;

constexpr uint64_t kMiB = 1 << 20;

size_t Place(std::string_view name) { return *FindLimit(name); }

Axis Parsed(std::string_view name, std::string_view text, int steps = 8) {
  Axis axis;
  std::string error;
  EXPECT_TRUE(ParseAxis(Place(name), text, steps, &axis, &error)) << error;
  return axis;
}

std::string AxisError(std::string_view name, std::string_view text) {
  Axis axis;
  std::string error;
  EXPECT_FALSE(ParseAxis(Place(name), text, 8, &axis, &error)) << text;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  return error;
}

TEST(LabAxisTest, ListsAreSortedAndUnique) {
  const Axis axis = Parsed("js-heap", "32M,16MiB,none,16M,8388608");
  EXPECT_EQ(axis.sizes, (std::vector{8 * kMiB, 16 * kMiB, 32 * kMiB}));
  EXPECT_TRUE(axis.has_unlimited);
  EXPECT_TRUE(axis.multiples.empty());
}

TEST(LabAxisTest, RangesHaveEqualRatiosAndExactEnds) {
  const Axis axis = Parsed("js-heap", "16M..256M", 5);
  EXPECT_EQ(axis.sizes, (std::vector{16 * kMiB, 32 * kMiB, 64 * kMiB,
                                     128 * kMiB, 256 * kMiB}));
  const Axis odd = Parsed("buffers", "1000..7654321", 7);
  EXPECT_EQ(odd.sizes.size(), 7u);
  EXPECT_EQ(odd.sizes.front(), 1000u);
  EXPECT_EQ(odd.sizes.back(), 7654321u);
  EXPECT_TRUE(std::is_sorted(odd.sizes.begin(), odd.sizes.end()));
}

TEST(LabAxisTest, MultiplesAreOfTheSmallestAndWithinBounds) {
  const Axis axis = Parsed("js-heap", "2x,1x..4x,64M", 3);
  EXPECT_EQ(axis.multiples, (std::vector<double>{1, 2, 4}));
  const auto values = Values(axis, 10 * kMiB);
  EXPECT_EQ(values, (std::vector<std::optional<uint64_t>>{
                        10 * kMiB, 20 * kMiB, 40 * kMiB, 64 * kMiB}));
  EXPECT_EQ(Multiple(Place("js-heap"), 4 * kMiB, 0.1), kMinJsHeap);
  EXPECT_EQ(Multiple(Place("code"), 400 * kMiB, 2), kMaxCode);
  // Never below what works.
  EXPECT_GE(Multiple(Place("buffers"), 10 * kMiB + 1, 1), 10 * kMiB + 1);
}

TEST(LabAxisTest, BadValuesAreNamed) {
  for (const char* text :
       {"", "12Q", "16M,", ",16M", "16M..", "..16M", "x", "-1x", "0x", "infx",
        "nanx", "1e999x", "16M..2x", "16M...32M", "16M..24M..32M", "None"}) {
    const std::string error = AxisError("buffers", text);
    EXPECT_NE(error.find("--buffers"), std::string::npos) << error;
    EXPECT_NE(error.find(text), std::string::npos) << error;
  }
  EXPECT_NE(AxisError("buffers", "32M..16M").find("32M"), std::string::npos);
  EXPECT_NE(AxisError("buffers", "0..16M").find("1K"), std::string::npos);
  EXPECT_NE(AxisError("js-heap", "1M").find("3MiB"), std::string::npos);
  EXPECT_NE(AxisError("js-heap", "1M..8M").find("3MiB"), std::string::npos);
  EXPECT_NE(AxisError("code", "1G").find("512MiB"), std::string::npos);
}

TEST(LabMatrixTest, CombinesEverything) {
  const std::vector<Setting> settings =
      Combine({"slab", ""}, {{Place("js-heap"), {{8 * kMiB}, {}}},
                             {Place("buffers"), {{1}, {2}, {3}}}});
  ASSERT_EQ(settings.size(), 6u);
  EXPECT_EQ(settings[1].limits[Place("js-heap")], 8 * kMiB);
  EXPECT_EQ(settings[1].limits[Place("buffers")], 2u);
  EXPECT_EQ(settings[5].limits[Place("js-heap")], std::nullopt);
  EXPECT_EQ(Combine({"slab", ""}, {}).size(), 1u);
}

TEST(LabMatrixTest, EveryRoundHasEverySettingInAnOrderOfItsOwn) {
  const std::vector<Turn> order = Order(20, 3, 7);
  ASSERT_EQ(order.size(), 60u);
  std::set<std::vector<size_t>> orders;
  for (int round = 0; round < 3; ++round) {
    std::vector<size_t> settings;
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(order[round * 20 + i].repeat, round + 1);
      settings.push_back(order[round * 20 + i].setting);
    }
    orders.insert(settings);
    EXPECT_EQ(std::set<size_t>(settings.begin(), settings.end()).size(), 20u);
  }
  EXPECT_EQ(orders.size(), 3u);
}

TEST(LabMatrixTest, TheSeedDecidesTheOrder) {
  const auto settings = [](uint64_t seed) {
    std::vector<size_t> list;
    for (const Turn& turn : Order(50, 1, seed)) list.push_back(turn.setting);
    return list;
  };
  EXPECT_EQ(settings(1), settings(1));
  EXPECT_NE(settings(1), settings(2));
}

LabRun Completed() {
  LabRun run;
  run.outcome = "completed";
  return run;
}

LabRun Failed() {
  LabRun run;
  run.outcome = "buffer-limit";
  run.error = "buffer limit reached";
  return run;
}

TEST(LabMinimumTest, IsWithinThePrecision) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    // From bytes to gigabytes.
    const uint64_t need = uint64_t{1} << random() % 33;
    const uint64_t exact = need + random() % need;
    const MinimumSearch search{.limit = Place("buffers"),
                               .precision = 0.01,
                               .confirm = 3,
                               .most = uint64_t{1} << 40};
    const Minimum minimum =
        FindMinimum(search, [exact](std::optional<uint64_t> bytes) {
          return !bytes || *bytes >= exact ? Completed() : Failed();
        });
    ASSERT_TRUE(minimum.works && minimum.failed) << exact;
    EXPECT_GE(*minimum.works, exact);
    EXPECT_LT(*minimum.failed, exact);
    EXPECT_LE(*minimum.works - *minimum.failed,
              std::max<uint64_t>(1, *minimum.works / 100));
  }
}

TEST(LabMinimumTest, TheSmallestThereIs) {
  for (const char* name : {"buffers", "js-heap", "code", "stack"}) {
    const size_t limit = Place(name);
    const Minimum minimum = FindMinimum(
        {.limit = limit, .precision = 0.01, .confirm = 2, .most = 1 << 29},
        [](std::optional<uint64_t>) { return Completed(); });
    EXPECT_EQ(minimum.works, kLimits[limit].least);
    EXPECT_EQ(minimum.failed, std::nullopt);
  }
}

TEST(LabMinimumTest, AnEdgeThatWorksAtTimesDoesNotCount) {
  // Works from 20 MiB, and above 10 MiB every second time.
  for (int first = 0; first < 2; ++first) {
    int tries = first;
    const Minimum minimum = FindMinimum(
        {.limit = Place("buffers"),
         .precision = 0.01,
         .confirm = 5,
         .most = uint64_t{1} << 40},
        [&tries](std::optional<uint64_t> bytes) {
          if (!bytes || *bytes >= 20 * kMiB) return Completed();
          return *bytes > 10 * kMiB && ++tries % 2 == 0 ? Completed()
                                                        : Failed();
        });
    ASSERT_TRUE(minimum.works && minimum.failed);
    EXPECT_GE(*minimum.works, 20 * kMiB);
    EXPECT_LE(*minimum.works, 20 * kMiB * 101 / 100);
    EXPECT_LT(*minimum.failed, 20 * kMiB);
  }
}

TEST(LabMinimumTest, GivesUpWhenNoLimitHelps) {
  const MinimumSearch search{.limit = Place("buffers"),
                             .precision = 0.01,
                             .confirm = 1,
                             .most = 64 * kMiB};
  int runs = 0;
  Minimum minimum = FindMinimum(search, [&runs](std::optional<uint64_t>) {
    ++runs;
    return Failed();
  });
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(minimum.works);
  EXPECT_NE(minimum.problem.find("buffer limit reached"), std::string::npos);

  minimum = FindMinimum(search, [](std::optional<uint64_t> bytes) {
    return bytes ? Failed() : Completed();
  });
  EXPECT_FALSE(minimum.works);
  EXPECT_EQ(minimum.failed, 64 * kMiB);
  EXPECT_NE(minimum.problem.find("64MiB"), std::string::npos);

  minimum = FindMinimum(
      search, [](std::optional<uint64_t>) { return std::optional<LabRun>(); });
  EXPECT_FALSE(minimum.works);
  EXPECT_EQ(minimum.problem, "interrupted");
}

TEST(LabSummaryTest, Medians) {
  EXPECT_EQ(Median({}), std::nullopt);
  EXPECT_EQ(Median({3}), 3);
  EXPECT_EQ(Median({9, 1, 5}), 5);
  EXPECT_EQ(Median({4, 1, 100, 2}), 3);
}

Record RecordOf(LabRun run, int repeat = 1) {
  return {.is_search = false,
          .setting = 0,
          .repeat = repeat,
          .given = {{"slab", ""}, {}},
          .run = std::move(run)};
}

TEST(LabSummaryTest, OnlyRunsThatCompletedCountWhereThereAreSome) {
  Results results;
  results.settings.push_back({{"slab", ""}, {}});
  LabRun failed = Failed();
  failed.wall_ms = 1;
  LabRun good = Completed();
  good.wall_ms = 100;
  LabRun quit = Completed();
  quit.exit_code = 3;
  results.records = {RecordOf(failed), RecordOf(good), RecordOf(quit)};
  const std::vector<Summary> summaries = Summarize(results);
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0].completed, 1);
  EXPECT_EQ(summaries[0].wall_ms, 100);
  EXPECT_EQ(summaries[0].Outcome(), "1 buffer-limit, 1 completed, 1 quit(3)");
}

TEST(LabThroughputTest, TheLastLineThatSaysSoWins) {
  const auto of = [](std::string_view output) {
    LabRun run = Completed();
    run.wall_ms = 500;
    SetThroughput(output, &run);
    return run;
  };
  LabRun run = of("lab: 1 a/s\nlab: 12.5 rows/s\nbye\n");
  EXPECT_EQ(run.throughput, 12.5);
  EXPECT_EQ(run.unit, "rows/s");
  run = of("lab: 7");
  EXPECT_EQ(run.throughput, 7);
  EXPECT_EQ(run.unit, "");
  for (const char* none : {"", "\n", "lab:", "lab: fast\n", "lab: inf x\n",
                           "lab: 5x\n", " lab: 5 x\n"}) {
    run = of(none);
    EXPECT_EQ(run.throughput, 2) << none;
    EXPECT_EQ(run.unit, "runs/s") << none;
  }
  LabRun failed = Failed();
  SetThroughput("lab: 5 x\n", &failed);
  EXPECT_EQ(failed.throughput, std::nullopt);
}

TEST(LabBoundTest, NamesTheBoundAndTheWorstRun) {
  std::vector<Bound> bounds;
  std::string error;
  ASSERT_TRUE(
      ParseBounds("peak=64MiB,gc=20%,wall=2s,failed=0", &bounds, &error));
  Results results;
  for (const uint64_t mib : {10, 70, 80, 64}) {
    LabRun run = Completed();
    run.peak_rss = mib << 20;
    run.wall_ms = 100;
    run.pause_ms = 20;
    results.records.push_back(RecordOf(run, static_cast<int>(mib)));
  }
  const std::vector<std::string> lines = BrokenBounds(bounds, results);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("peak=64MiB"), std::string::npos);
  EXPECT_NE(lines[0].find("run 3 (slab; repeat 80"), std::string::npos);
  EXPECT_NE(lines[0].find("worst of 2"), std::string::npos);
  results.records.push_back(RecordOf(Failed()));
  EXPECT_EQ(BrokenBounds(bounds, results).size(), 2u);
}

TEST(LabBoundTest, BadBoundsAreNamed) {
  for (const char* text : {"", "peak", "peak=", "rss=1M", "gc=20", "wall=2",
                           "peak=64MiB,", "gc=-1%", "wall=0s", "failed=-1"}) {
    std::vector<Bound> bounds;
    std::string error;
    EXPECT_FALSE(ParseBounds(text, &bounds, &error)) << text;
    EXPECT_NE(error.find("--fail-over"), std::string::npos) << error;
  }
}

TEST(LabOptionsTest, AnAllocatorsOwnCommasAreKept) {
  LabOptions options;
  std::string error;
  ASSERT_TRUE(ParseLabOptions(
      {"--allocator", "slab,freelist:fit=first,fast=64,malloc", "--allocator",
       "malloc:lib=a.so", "s.js", "--", "--steps"},
      &options, &error))
      << error;
  EXPECT_EQ(options.allocators,
            (std::vector<std::string>{"slab", "freelist:fit=first,fast=64",
                                      "malloc", "malloc:lib=a.so"}));
  EXPECT_EQ(options.script, "s.js");
  EXPECT_EQ(options.script_args, std::vector<std::string>{"--steps"});
}

TEST(PlotScaleTest, WideRangesAreLogarithmic) {
  const PlotScale wide({kMiB, 64.0 * kMiB}, PlotUnit::kBytes, true);
  EXPECT_TRUE(wide.is_log());
  EXPECT_DOUBLE_EQ(wide.At(8.0 * kMiB), 0.5);
  EXPECT_EQ(wide.Label(wide.Ticks().front()), "1MiB");
  const PlotScale narrow({10, 20}, PlotUnit::kNumber, true);
  EXPECT_FALSE(narrow.is_log());
  EXPECT_DOUBLE_EQ(narrow.At(10), 0.5);
  EXPECT_FALSE(PlotScale({0, 1e9}, PlotUnit::kNumber, false).is_log());
}

TEST(PlotScaleTest, TicksAreFewAndInside) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const double low = std::pow(10, static_cast<double>(random() % 12));
    const double high =
        low * (1 + static_cast<double>(random() % 1000) /
                       std::pow(10, static_cast<double>(random() % 4)));
    const auto unit = random() % 2 == 0 ? PlotUnit::kNumber : PlotUnit::kBytes;
    const PlotScale scale({low, high}, unit, random() % 2 == 0);
    const std::vector<double> ticks = scale.Ticks();
    EXPECT_GE(ticks.size(), 1u) << low << " " << high;
    EXPECT_LE(ticks.size(), 10u) << low << " " << high;
    for (const double tick : ticks) {
      EXPECT_GE(scale.At(tick), -1e-6);
      EXPECT_LE(scale.At(tick), 1 + 1e-6);
    }
  }
  EXPECT_GE(PlotScale({}, PlotUnit::kNumber, true).Ticks().size(), 1u);
  EXPECT_GE(PlotScale({0}, PlotUnit::kShare, true).Ticks().size(), 1u);
}

TEST(HtmlTextTest, NothingEscapes) {
  EXPECT_EQ(EscapeHtml("<a b='\"&\">\n"),
            "&lt;a b=&#39;&quot;&amp;&quot;&gt;\n");
  EXPECT_EQ(EscapeHtml("\x01\xff!\xc3\xa9"),
            "\xEF\xBF\xBD\xEF\xBF\xBD!\xc3\xa9");
}

}  // namespace
}  // namespace jshost::lab
