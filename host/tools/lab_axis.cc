#include "host/tools/lab_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "allocator/size_text.h"
#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

constexpr std::string_view kRange = "..";

// Round enough to be read, fine enough for close steps.
uint64_t Round(double bytes) {
  const double unit = bytes >= (64 << 20)   ? 1 << 20
                      : bytes >= (1 << 20)  ? 64 << 10
                      : bytes >= (64 << 10) ? 4 << 10
                                            : 1;
  return static_cast<uint64_t>(std::round(bytes / unit) * unit);
}

// From `low` to `high` in equal ratios.
std::vector<double> Geometric(double low, double high, int steps) {
  std::vector<double> values;
  for (int i = 0; i < steps; ++i) {
    values.push_back(low * std::pow(high / low, i / (steps - 1.0)));
  }
  return values;
}

std::optional<double> ParseMultiple(std::string_view text) {
  if (!text.ends_with('x')) return std::nullopt;
  text.remove_suffix(1);
  return ParsePositive(text);
}

class Reader {
 public:
  Reader(size_t limit, std::string_view text, int steps, Axis* axis,
         std::string* error)
      : kind_(kLimits[limit]),
        text_(text),
        steps_(steps),
        axis_(axis),
        error_(error) {}

  bool ReadItem(std::string_view item) {
    if (item == "none") {
      axis_->has_unlimited = true;
      return true;
    }
    const size_t at = item.find(kRange);
    if (at == std::string_view::npos) return ReadValue(item);
    return ReadRange(item.substr(0, at), item.substr(at + kRange.size()));
  }

 private:
  bool Fail(const std::string& why) {
    *error_ = fmt::format("--{}: '{}': {}", kind_.name, text_, why);
    return false;
  }

  bool FailAt(std::string_view value) {
    return Fail(
        fmt::format("'{}' is no limit; write sizes (64MiB), multiples of the "
                    "smallest that works (1.5x), ranges (16M..256M) or none, "
                    "with commas between them",
                    value));
  }

  bool CheckBounds(uint64_t size) {
    const auto text = jsheap::FormatSizeExact;
    if (size < kind_.least) {
      return Fail(fmt::format("{} is below the minimum of {}", text(size),
                              text(kind_.least)));
    }
    if (kind_.most != 0 && size > kind_.most) {
      return Fail(fmt::format("{} is above the maximum of {}", text(size),
                              text(kind_.most)));
    }
    return true;
  }

  bool ReadValue(std::string_view text) {
    if (const std::optional<double> multiple = ParseMultiple(text)) {
      axis_->multiples.push_back(*multiple);
      return true;
    }
    const std::optional<uint64_t> size = jsheap::ParseSize(text);
    if (!size) return FailAt(text);
    axis_->sizes.push_back(*size);
    return CheckBounds(*size);
  }

  bool ReadRange(std::string_view low, std::string_view high) {
    const std::optional<double> low_multiple = ParseMultiple(low);
    const std::optional<double> high_multiple = ParseMultiple(high);
    if (low_multiple && high_multiple) {
      if (*low_multiple >= *high_multiple) return FailAtOrder(low, high);
      for (const double value :
           Geometric(*low_multiple, *high_multiple, steps_)) {
        axis_->multiples.push_back(value);
      }
      return true;
    }
    const std::optional<uint64_t> from = jsheap::ParseSize(low);
    const std::optional<uint64_t> to = jsheap::ParseSize(high);
    if (!from) return FailAt(low);
    if (!to) return FailAt(high);
    if (*from == 0) {
      return Fail("a range has equal ratios and can't begin at 0; begin at 1K");
    }
    if (*from >= *to) return FailAtOrder(low, high);
    if (!CheckBounds(*from) || !CheckBounds(*to)) return false;
    for (const double value : Geometric(static_cast<double>(*from),
                                        static_cast<double>(*to), steps_)) {
      // The ends are exactly what was asked for.
      axis_->sizes.push_back(std::clamp(Round(value), *from, *to));
    }
    axis_->sizes[axis_->sizes.size() - static_cast<size_t>(steps_)] = *from;
    axis_->sizes.back() = *to;
    return true;
  }

  bool FailAtOrder(std::string_view low, std::string_view high) {
    return Fail(fmt::format(
        "a range goes from the smaller to the larger, and {} isn't below {}",
        low, high));
  }

  const LimitKind& kind_;
  const std::string_view text_;
  const int steps_;
  Axis* const axis_;
  std::string* const error_;
};

template <typename T>
void SortUnique(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

}  // namespace

bool ParseAxis(size_t limit, std::string_view text, int steps, Axis* axis,
               std::string* error) {
  *axis = {
      .limit = limit, .sizes = {}, .multiples = {}, .has_unlimited = false};
  Reader reader(limit, text, steps, axis, error);
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    if (!reader.ReadItem(text.substr(at, end - at))) return false;
    at = end + 1;
  }
  SortUnique(&axis->sizes);
  SortUnique(&axis->multiples);
  return true;
}

uint64_t Multiple(size_t limit, uint64_t bytes, double factor) {
  const LimitKind& kind = kLimits[limit];
  const double product =
      std::min(std::ceil(static_cast<double>(bytes) * factor), 0x1p62);
  // Up to what can be read.
  const uint64_t unit = product >= (1 << 20) ? 4 << 10 : 1;
  const uint64_t rounded =
      (static_cast<uint64_t>(product) + unit - 1) / unit * unit;
  const uint64_t size = std::max(rounded, kind.least);
  return kind.most == 0 ? size : std::min(size, kind.most);
}

std::vector<std::optional<uint64_t>> Values(const Axis& axis,
                                            uint64_t smallest) {
  std::vector<uint64_t> sizes = axis.sizes;
  for (const double factor : axis.multiples) {
    sizes.push_back(Multiple(axis.limit, smallest, factor));
  }
  SortUnique(&sizes);
  std::vector<std::optional<uint64_t>> values(sizes.begin(), sizes.end());
  if (axis.has_unlimited) values.emplace_back();
  return values;
}

std::optional<double> ParsePositive(std::string_view text) {
  double value = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value) || value <= 0) {
    return std::nullopt;
  }
  return value;
}

}  // namespace jshost::lab
