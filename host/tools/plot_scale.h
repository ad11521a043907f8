// An axis of a plot: where a value lies on it, and which values are marked.

#ifndef HOST_TOOLS_PLOT_SCALE_H_
#define HOST_TOOLS_PLOT_SCALE_H_

#include <string>
#include <vector>

namespace jshost {

enum class PlotUnit { kNumber, kBytes, kShare };

class PlotScale {
 public:
  // From the smallest to the largest of `values`, in logarithms where that is a
  // wide range. Otherwise it begins at 0 if `from_zero`.
  PlotScale(const std::vector<double>& values, PlotUnit unit, bool from_zero);

  bool is_log() const { return is_log_; }

  // 0 at the lower end, 1 at the upper.
  double At(double value) const;

  // Round values from end to end, some two to eight.
  std::vector<double> Ticks() const;

  // As a tick's label.
  std::string Label(double value) const;

 private:
  std::vector<double> LinearTicks() const;
  std::vector<double> LogTicks() const;

  const PlotUnit unit_;
  double low_ = 0;
  double high_ = 1;
  bool is_log_ = false;
};

}  // namespace jshost

#endif  // HOST_TOOLS_PLOT_SCALE_H_
