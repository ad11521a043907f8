// A line plot as SVG, for a page that needs nothing else.

#ifndef HOST_TOOLS_PLOT_H_
#define HOST_TOOLS_PLOT_H_

#include <optional>
#include <string>
#include <vector>

#include "host/tools/plot_scale.h"

namespace jshost {

struct PlotPoint {
  double x = 0;
  double y = 0;
  std::string tip;         // shown when the pointer rests on it
  bool is_hollow = false;  // there is something wrong with it
};

struct PlotLine {
  std::string name;
  std::vector<PlotPoint> points;  // ascending in x
  std::optional<PlotPoint>
      level;  // what there is beyond all x, as a dashed line
};

struct Plot {
  std::string title;
  std::string x_title;
  std::string y_title;
  PlotUnit x_unit = PlotUnit::kNumber;
  PlotUnit y_unit = PlotUnit::kNumber;
  std::vector<double> x_values;  // that are shown even if no line gets there
  std::vector<PlotLine> lines;
};

// An <svg> element. Its lines have the classes c0 to c7, in turn, which the
// page gives colours; its parts `grid`, `tick`, `name`.
std::string DrawPlot(const Plot& plot);

// How many colours there are.
inline constexpr size_t kPlotColors = 8;

}  // namespace jshost

#endif  // HOST_TOOLS_PLOT_H_
