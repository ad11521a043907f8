// The list of workloads.

#ifndef BENCH_ALLOCATOR_HARNESS_SUITE_H_
#define BENCH_ALLOCATOR_HARNESS_SUITE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/allocator/harness/run.h"

namespace jsheap::bench {

struct Workload {
  std::string name;  // "larson", or with a parameter, "sweep/4KiB"
  std::function<void(Run&)> body;
};

class Suite {
 public:
  void Add(std::string name, std::function<void(Run&)> body) {
    workloads_.push_back({std::move(name), std::move(body)});
  }
  const std::vector<Workload>& workloads() const { return workloads_; }

 private:
  std::vector<Workload> workloads_;
};

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_SUITE_H_
