// Random numbers that are the same in every run, cheap beside an allocation.

#ifndef BENCH_ALLOCATOR_HARNESS_RANDOM_H_
#define BENCH_ALLOCATOR_HARNESS_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jsheap::bench {

// SplitMix64 (Steele, Lea and Flood, 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // Uniform in [0, limit).
  uint32_t Below(uint32_t limit) {
    return static_cast<uint32_t>((Next() >> 32) * limit >> 32);
  }

  // Uniform in [least, most].
  uint32_t Between(uint32_t least, uint32_t most) {
    return least + Below(most - least + 1);
  }

  // Uniform in [0, 1).
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

// Sizes in bytes, distributed as Pareto's law with exponent 1 has it, cut off
// at both ends: every doubling of the size is half as frequent, so that all
// doublings have an equal share of the bytes.
inline std::vector<uint32_t> ParetoSizes(size_t count, uint32_t least,
                                         uint32_t most, uint64_t seed) {
  Random random(seed);
  const double cut = 1 - static_cast<double>(least) / most;
  std::vector<uint32_t> sizes(count);
  for (uint32_t& size : sizes) {
    size = static_cast<uint32_t>(least / (1 - cut * random.Fraction()));
  }
  return sizes;
}

template <typename T>
void Shuffle(std::vector<T>& items, Random& random) {
  for (size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.Below(static_cast<uint32_t>(i))]);
  }
}

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_RANDOM_H_
