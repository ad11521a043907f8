#include "host/tools/plot_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "allocator/size_text.h"

namespace jshost {
namespace {

// Highest to lowest, from where logarithms help; and where they are worth that
// 0 can't be seen.
constexpr double kWide = 4;
constexpr double kWideWithZero = 20;
constexpr double kMostTicks = 7;

// The least power of `base` times one of `factors` that isn't below `value`.
double RoundUp(double value, double base,
               std::initializer_list<double> factors) {
  const double power =
      std::pow(base, std::floor(std::log(value) / std::log(base)));
  for (const double factor : factors) {
    if (power * factor >= value * (1 - 1e-9)) return power * factor;
  }
  return power * base;
}

}  // namespace

PlotScale::PlotScale(const std::vector<double>& values, PlotUnit unit,
                     bool from_zero)
    : unit_(unit) {
  if (values.empty()) return;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  low_ = *low;
  high_ = *high;
  if (unit == PlotUnit::kShare) {
    low_ = 0;
  } else if (low_ > 0 && high_ / low_ >= (from_zero ? kWideWithZero : kWide)) {
    is_log_ = true;
  } else if (from_zero) {
    low_ = std::min(low_, 0.0);
  }
  if (low_ == high_) high_ = low_ == 0 ? 1 : low_ + std::abs(low_) / 2;
}

double PlotScale::At(double value) const {
  if (is_log_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

std::vector<double> PlotScale::Ticks() const {
  return is_log_ ? LogTicks() : LinearTicks();
}

std::vector<double> PlotScale::LinearTicks() const {
  const double least = (high_ - low_) / kMostTicks;
  const double step = unit_ == PlotUnit::kBytes ? RoundUp(least, 2, {1})
                                                : RoundUp(least, 10, {1, 2, 5});
  std::vector<double> ticks;
  // Not by adding up, which would add up errors too.
  for (double i = std::ceil(low_ / step - 1e-9) + 0.0;
       i * step <= high_ * (1 + 1e-9); ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

std::vector<double> PlotScale::LogTicks() const {
  const double base = unit_ == PlotUnit::kBytes ? 2 : 10;
  const double decades = std::log(high_ / low_) / std::log(base);
  const double every = std::max(1.0, std::ceil(decades / kMostTicks));
  std::vector<double> ticks;
  const auto first = std::ceil(std::log(low_) / std::log(base) - 1e-9);
  for (double power = first;; ++power) {
    const double value = std::pow(base, power);
    if (std::fmod(power, every) == 0 && value <= high_ * (1 + 1e-9)) {
      ticks.push_back(value);
    }
    if (value > high_) break;
  }
  if (base == 2 || decades >= 3) return ticks;
  // So few powers of ten need company.
  ticks.clear();
  for (double power = first - 1; std::pow(10, power) <= high_; ++power) {
    for (const double factor : {1, 2, 5}) {
      const double value = factor * std::pow(10, power);
      if (value >= low_ * (1 - 1e-9) && value <= high_ * (1 + 1e-9)) {
        ticks.push_back(value);
      }
    }
  }
  return ticks;
}

std::string PlotScale::Label(double value) const {
  switch (unit_) {
    case PlotUnit::kBytes:
      return value < 1 ? "0"
                       : jsheap::FormatSizeExact(static_cast<uint64_t>(value));
    case PlotUnit::kShare:
      return fmt::format("{:.4g} %", value * 100);
    case PlotUnit::kNumber:
      break;
  }
  if (value >= 1000 && value < 1e7) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace jshost
