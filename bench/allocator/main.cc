// heap_bench: every workload on every backend, as Google Benchmark runs it.
//
//   heap_bench [--backend=SPEC]… [--scale=F] [Google Benchmark's flags]
//
// SPEC is as `--allocator` of jshost takes it; without one, all ours and all
// peers. scripts/bench allocator runs this many times over and compares.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/registry.h"
#include "bench/allocator/harness/suite.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

const std::vector<std::string> kBackends = {
    "slab",
    "freelist",
    "malloc",
    "malloc:lib=libmimalloc.so.2",
    "malloc:lib=libjemalloc.so.2",
    "malloc:lib=libtcmalloc_minimal.so.4",
};

struct Options {
  std::vector<std::string> backends;
  double scale = 1;
};

// False, having said why, for what isn't an option.
bool Parse(int argc, char** argv, Options* options) {
  constexpr std::string_view kBackend = "--backend=";
  constexpr std::string_view kScale = "--scale=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    char* end = nullptr;
    if (word.starts_with(kBackend)) {
      options->backends.emplace_back(word.substr(kBackend.size()));
    } else if (word.starts_with(kScale)) {
      options->scale = std::strtod(argv[i] + kScale.size(), &end);
      if (*end != '\0' || !(options->scale > 0)) {
        std::fprintf(stderr, "heap_bench: '%s': write a number above 0\n",
                     argv[i]);
        return false;
      }
    } else {
      std::fprintf(stderr,
                   "heap_bench: unknown argument '%s'; known are "
                   "--backend=SPEC, --scale=F and Google Benchmark's\n",
                   argv[i]);
      return false;
    }
  }
  if (options->backends.empty()) options->backends = kBackends;
  return true;
}

Suite MakeSuite() {
  Suite suite;
  AddPareto(suite);
  AddSweep(suite);
  AddXmallocTest(suite);
  AddLarson(suite);
  AddMstress(suite);
  AddRptest(suite);
  AddGlibcSimple(suite);
  AddGlibcThread(suite);
  AddCacheSharing(suite);
  AddMallocLarge(suite);
  AddCallocTouch(suite);
  AddLive(suite);
  AddScale(suite);
  AddSettle(suite);
  return suite;
}

void Register(const Workload& workload, const std::string& backend,
              double scale) {
  const auto measure = [=](benchmark::State& state) {
    Run run(state, backend, scale);
    if (run.ok()) workload.body(run);
  };
  benchmark::RegisterBenchmark((workload.name + "/" + backend).c_str(), measure)
      ->Iterations(1)
      ->UseRealTime()
      ->MeasureProcessCPUTime()
      ->Unit(benchmark::kMillisecond);
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  Options options;
  if (!Parse(argc, argv, &options)) return 2;
  const Suite suite = MakeSuite();
  for (const Workload& workload : suite.workloads()) {
    for (const std::string& backend : options.backends) {
      Register(workload, backend, options.scale);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace jsheap::bench

int main(int argc, char** argv) {
  jsheap::TrustDescriptors();
  return jsheap::bench::Main(argc, argv);
}
