#include "host/v8_memory/nursery_size.h"

#include <algorithm>

namespace jshost {
namespace {

// Of the newest share in the average: one odd collection changes nothing.
constexpr double kWeight = 0.125;

}  // namespace

void NurserySize::OnFilled(double share, bool may_rest) {
  share_ += (share - share_) * kWeight;
  const uint64_t size = size_;
  if (share_ > kDear) {
    if (size_ == kLargest && may_rest) is_resting_ = true;
    size_ = std::min(size_ * 2, kLargest);
  } else {
    rest_ = kShortestRest;
    if (share_ < kCheap) size_ = std::max(size_ / 2, kSmallest);
  }
  // What was learned was about another size.
  if (size_ != size) share_ = (kDear + kCheap) / 2;
}

void NurserySize::OnRested() {
  is_resting_ = false;
  rest_ = std::min(rest_ * 2, kLongestRest);
  share_ = kDear;  // The first share decides.
}

}  // namespace jshost
