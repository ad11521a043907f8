#include "host/v8_memory/gc_policy.h"

namespace jshost {
namespace {

// After a full collection V8 lets external memory grow by this factor until it
// marks again, but never by more than its own heap may grow, which is at most 4
// (heap-controller.cc:278): 8 and 16 do what 4 does. Buffers that are dropped
// young are freed by scavenges, which V8 makes for every 64 MiB of new ones
// whatever the factor (heap.cc:2883). So it matters where buffers stay alive;
// where all are dropped at once 1.1 to 16 measured alike.
//
// Relative to V8's 1.1, medians of 7 to 15 interleaved rounds on two busy
// cores; 64 MiB of buffers alive, each replaced in turn, touched at both ends,
// and the same with 200 MiB beside 1.2 million objects:
//
//                    64 MiB alive                200 MiB and objects
//             speed  CPU speed  peak RSS      speed  CPU speed  peak RSS
//   64 KiB
//     1.5      0.87       1.02      1.03       1.06       0.98      1.09
//     2        0.96       0.97      1.40       1.41       1.01      1.25
//     4        0.84       1.03      1.79       0.93       0.70      1.45
//   1 MiB
//     1.5      1.18       1.11      0.95       1.24       0.96      1.00
//     2        1.50       1.19      1.13       1.55       1.14      1.05
//     4        1.32       1.24      1.40       1.57       1.20      1.15
//   16 MiB
//     1.5                                      1.23       0.99      1.05
//     2                                        1.57       1.04      1.05
//     4                                        1.75       1.39      1.02
//
// Over these, and 4 KiB (alike), 2 is 1.3 times as fast for 1.14 times the peak
// RSS; 4 is 1.2 times as fast for 1.28 times.
constexpr char kGrowingFactor[] = "2";

}  // namespace

std::optional<GcPolicy> ParseGcPolicy(std::string_view text) {
  if (text == "v8") return GcPolicy::kV8;
  if (text == "adaptive") return GcPolicy::kAdaptive;
  return std::nullopt;
}

std::string GcPolicyFlags(GcPolicy policy, bool limits_js_heap) {
  std::string flags;
  if (limits_js_heap) {
    // A heap this full, of which collections free next to nothing, is at its
    // limit. V8's 0.95 is out of reach of a small heap, whose last pages are
    // never quite full: it would go on collecting for minutes.
    flags += " --ineffective-gc-size-threshold=0.9";
  }
  if (policy == GcPolicy::kAdaptive) {
    flags += " --external-memory-max-growing-factor=";
    flags += kGrowingFactor;
    // V8 would abort on external memory that it finds unreasonable, where a
    // limit of ours may allow it (api.cc:9751).
    flags += " --external-memory-max-reasonable-size=0";
  }
  return flags;
}

}  // namespace jshost
