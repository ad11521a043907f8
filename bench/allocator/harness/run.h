// One measurement: one workload on one backend.
//
// Reported are wall time, the CPU time of the whole process (so that what a
// backend does in threads of its own counts), and three counters:
//   operations   what the workload did; its file says what counts as one
//   peak_rss     bytes in RAM at the worst moment, above what the process had
//                before the backend was made. The kernel's high-water mark: it
//                means something for the first measurement of a process only
//   end_rss      the same at the end of the timed part

#ifndef BENCH_ALLOCATOR_HARNESS_RUN_H_
#define BENCH_ALLOCATOR_HARNESS_RUN_H_

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "allocator/allocator.h"
#include "allocator/reclaimer/reclaimer.h"

namespace jsheap::bench {

class Run {
 public:
  // Makes the backend that `spec` names, with a reclaimer's thread where it
  // can use one: as jshost would run it. `scale` is times the usual work.
  Run(benchmark::State& state, const std::string& spec, double scale);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // False when there is no such backend, which is then reported.
  bool ok() const { return heap_ != nullptr; }
  Allocator& heap() { return *heap_; }

  // So many operations in a run of the usual length.
  uint64_t Scaled(uint64_t operations) const;

  // The workload's own tables have so many bytes, all of them in RAM.
  void ExcludeFromRss(size_t bytes) { excluded_bytes_ += bytes; }

  // Reports what is in RAM now, as peak_rss is counted.
  void ReportRss(const char* counter);

  // Does the work, once, and reports. Everything before and after isn't timed.
  template <typename Work>
  void Time(uint64_t operations, Work work) {
    for (auto _ : state_) work();
    Report(operations);
  }

 private:
  void Report(uint64_t operations);
  double AboveStart(uint64_t rss_bytes) const;

  benchmark::State& state_;
  const double scale_;
  const uint64_t rss_at_start_;
  uint64_t excluded_bytes_ = 0;
  std::unique_ptr<Allocator> heap_;
  std::unique_ptr<Reclaimer> reclaimer_;
};

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_RUN_H_
