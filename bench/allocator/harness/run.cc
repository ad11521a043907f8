#include "bench/allocator/harness/run.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "allocator/registry.h"
#include "bench/allocator/harness/process_memory.h"

namespace jsheap::bench {

Run::Run(benchmark::State& state, const std::string& spec, double scale)
    : state_(state), scale_(scale), rss_at_start_(ReadProcessMemory().rss) {
  std::string error;
  heap_ = MakeAllocator(spec, &error);
  if (heap_ == nullptr) {
    state.SkipWithError(error.c_str());
    return;
  }
  if (Reclaimable* reclaimable = heap_->reclaimable()) {
    reclaimer_ = std::make_unique<Reclaimer>(std::initializer_list{reclaimable},
                                             ReclaimerOptions());
  }
}

uint64_t Run::Scaled(uint64_t operations) const {
  const double scaled = std::round(static_cast<double>(operations) * scale_);
  return std::max<uint64_t>(1, static_cast<uint64_t>(scaled));
}

void Run::Report(uint64_t operations) {
  const ProcessMemory memory = ReadProcessMemory();
  state_.counters["operations"] = static_cast<double>(operations);
  state_.counters["peak_rss"] = AboveStart(memory.peak_rss);
  state_.counters["end_rss"] = AboveStart(memory.rss);
}

void Run::ReportRss(const char* counter) {
  state_.counters[counter] = AboveStart(ReadProcessMemory().rss);
}

double Run::AboveStart(uint64_t rss_bytes) const {
  const uint64_t start = rss_at_start_ + excluded_bytes_;
  return static_cast<double>(rss_bytes > start ? rss_bytes - start : 0);
}

}  // namespace jsheap::bench
