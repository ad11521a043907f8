#include "host/v8_memory/hidden_class_sums.h"

#include <algorithm>
#include <utility>

namespace jshost {
namespace {

// The finalizer of MurmurHash3 (Austin Appleby). Addresses are evenly spaced,
// of which a single multiplication makes clusters.
uint64_t Mix(uint64_t x) {
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD;
  x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53;
  return x ^ x >> 33;
}

}  // namespace

HiddenClassSums::HiddenClassSums(size_t slots) : slots_(slots) {}

void HiddenClassSums::Add(uintptr_t hidden_class, uintptr_t example,
                          const ObjectSum& sum) {
  size_t i = Mix(hidden_class) % slots_.size();
  while (slots_[i].hidden_class != hidden_class) {
    if (slots_[i].hidden_class == 0) {
      ++used_;
      slots_[i] = {.hidden_class = hidden_class, .example = example, .sum = {}};
      break;
    }
    i = (i + 1) % slots_.size();
  }
  slots_[i].sum.Add(sum);
}

std::vector<HiddenClassSum> HiddenClassSums::TakeHalf() {
  std::vector<HiddenClassSum> all = TakeAll();
  const auto middle = all.begin() + static_cast<ptrdiff_t>(all.size() / 2);
  // By address where the bytes are the same: by place, what is kept would crowd
  // one end of the table.
  std::nth_element(all.begin(), middle, all.end(),
                   [](const auto& a, const auto& b) {
                     return std::pair(a.sum.bytes, a.hidden_class) <
                            std::pair(b.sum.bytes, b.hidden_class);
                   });
  for (auto kept = middle; kept != all.end(); ++kept) {
    Add(kept->hidden_class, kept->example, kept->sum);
  }
  all.erase(middle, all.end());
  return all;
}

std::vector<HiddenClassSum> HiddenClassSums::TakeAll() {
  std::vector<HiddenClassSum> all;
  all.reserve(used_);
  for (HiddenClassSum& slot : slots_) {
    if (slot.hidden_class != 0) all.push_back(std::exchange(slot, {}));
  }
  used_ = 0;
  return all;
}

}  // namespace jshost
