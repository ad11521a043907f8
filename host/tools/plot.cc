#include "host/tools/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "host/tools/html_text.h"

namespace jshost {
namespace {

// Pixels.
constexpr double kWidth = 560;
constexpr double kHeight = 300;
constexpr double kLeft = 76;
constexpr double kRight = 24;
constexpr double kTop = 14;
constexpr double kBottom = 50;

std::vector<double> XValues(const Plot& plot) {
  std::vector<double> values = plot.x_values;
  for (const PlotLine& line : plot.lines) {
    for (const PlotPoint& point : line.points) values.push_back(point.x);
  }
  return values;
}

std::vector<double> YValues(const Plot& plot) {
  std::vector<double> values;
  for (const PlotLine& line : plot.lines) {
    for (const PlotPoint& point : line.points) values.push_back(point.y);
    if (line.level) values.push_back(line.level->y);
  }
  return values;
}

class Drawing {
 public:
  explicit Drawing(const Plot& plot)
      : plot_(plot),
        x_(XValues(plot), plot.x_unit, false),
        y_(YValues(plot), plot.y_unit, true) {}

  std::string Draw() {
    Add("<svg role=\"img\" viewBox=\"0 0 {} {}\" aria-label=\"{}\">\n", kWidth,
        kHeight,
        EscapeHtml(plot_.title + ": " + plot_.y_title + " by " +
                   plot_.x_title));
    DrawGrid();
    for (size_t i = 0; i < plot_.lines.size(); ++i) {
      DrawLine(plot_.lines[i], i);
    }
    text_ += "</svg>\n";
    return std::move(text_);
  }

 private:
  template <typename... T>
  void Add(fmt::format_string<T...> format, T&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<T>(arguments)...);
  }

  double X(double value) const {
    return kLeft + x_.At(value) * (kWidth - kLeft - kRight);
  }
  double Y(double value) const {
    return kHeight - kBottom - y_.At(value) * (kHeight - kTop - kBottom);
  }

  void DrawGrid() {
    for (const double tick : x_.Ticks()) {
      const double x = X(tick);
      Add("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" "
          "y2=\"{2}\"/><text class=\"tick\" x=\"{0:.1f}\" y=\"{3}\" "
          "text-anchor=\"middle\">{4}</text>\n",
          x, kTop, kHeight - kBottom, kHeight - kBottom + 16, x_.Label(tick));
    }
    for (const double tick : y_.Ticks()) {
      const double y = Y(tick);
      Add("<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" "
          "y2=\"{2:.1f}\"/><text class=\"tick\" x=\"{3}\" y=\"{4:.1f}\" "
          "text-anchor=\"end\">{5}</text>\n",
          kLeft, kWidth - kRight, y, kLeft - 6, y + 4, y_.Label(tick));
    }
    Add("<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}{}"
        "</text>\n",
        (kLeft + kWidth - kRight) / 2, kHeight - 12, EscapeHtml(plot_.x_title),
        x_.is_log() ? " (logarithmic)" : "");
    Add("<text class=\"name\" transform=\"translate(14 {}) rotate(-90)\" "
        "text-anchor=\"middle\">{}{}</text>\n",
        (kTop + kHeight - kBottom) / 2, EscapeHtml(plot_.y_title),
        y_.is_log() ? " (logarithmic)" : "");
  }

  void DrawLine(const PlotLine& line, size_t index) {
    Add("<g class=\"c{}\">\n", index % kPlotColors);
    // Points of later lines leave a rim of those that they cover.
    const double radius =
        4 + 1.5 * std::min<double>(plot_.lines.size() - 1 - index, 3);
    if (line.level) {
      const double y = Y(line.level->y);
      Add("<line class=\"level\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" "
          "y2=\"{:.1f}\"><title>{}</title></line>\n",
          kLeft, kWidth - kRight, y, y, EscapeHtml(line.level->tip));
    }
    if (line.points.size() > 1) {
      text_ += "<polyline points=\"";
      for (const PlotPoint& point : line.points) {
        Add("{:.1f},{:.1f} ", X(point.x), Y(point.y));
      }
      text_ += "\"/>\n";
    }
    for (const PlotPoint& point : line.points) {
      Add("<circle{} cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}</title>"
          "</circle>\n",
          point.is_hollow ? " class=\"hollow\"" : "", X(point.x), Y(point.y),
          radius, EscapeHtml(point.tip));
    }
    text_ += "</g>\n";
  }

  const Plot& plot_;
  const PlotScale x_;
  const PlotScale y_;
  std::string text_;
};

}  // namespace

std::string DrawPlot(const Plot& plot) { return Drawing(plot).Draw(); }

}  // namespace jshost
