#include "allocator/backends/freelist/fit_policy.h"

#include "allocator/backends/freelist/best_fit.h"
#include "allocator/backends/freelist/first_fit.h"

namespace jsheap::freelist {

std::unique_ptr<FitPolicy> MakeFitPolicy(Fit fit) {
  if (fit == Fit::kFirst) return std::make_unique<FirstFit>();
  return std::make_unique<BestFit>();
}

}  // namespace jsheap::freelist
