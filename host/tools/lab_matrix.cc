#include "host/tools/lab_matrix.h"

#include <random>
#include <utility>

namespace jshost::lab {

std::vector<Setting> Combine(const Variant& variant,
                             const std::vector<LimitSeries>& series) {
  std::vector<Setting> settings{{.variant = variant, .limits = {}}};
  for (const LimitSeries& one : series) {
    std::vector<Setting> more;
    for (const Setting& setting : settings) {
      for (const std::optional<uint64_t>& value : one.values) {
        more.push_back(setting);
        more.back().limits[one.limit] = value;
      }
    }
    settings = std::move(more);
  }
  return settings;
}

std::vector<Turn> Order(size_t settings, int repeat, uint64_t seed) {
  std::vector<Turn> order;
  std::mt19937_64 random(seed);
  for (int round = 1; round <= repeat; ++round) {
    const size_t first = order.size();
    for (size_t i = 0; i < settings; ++i) order.push_back({i, round});
    // std::shuffle differs between libraries.
    for (size_t i = settings; i > 1; --i) {
      std::swap(order[first + i - 1], order[first + random() % i]);
    }
  }
  return order;
}

}  // namespace jshost::lab
