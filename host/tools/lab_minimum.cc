#include "host/tools/lab_minimum.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "allocator/size_text.h"
#include "host/tools/lab_limit.h"

namespace jshost::lab {
namespace {

// Where the search begins: most scripts need something like it.
constexpr uint64_t kFirst = uint64_t{16} << 20;
constexpr uint64_t kFactor = 4;

class Search {
 public:
  Search(const MinimumSearch& search, const Try& try_once)
      : search_(search),
        least_(kLimits[search.limit].least),
        try_once_(try_once) {
    minimum_.limit = search.limit;
  }

  Minimum Find() {
    if (WorksWithoutLimit() && Enclose(1) && Bisect(1)) Confirm();
    return std::move(minimum_);
  }

 private:
  // Whether the script completes `times` times; empty at the end of the search.
  std::optional<bool> Works(uint64_t bytes, int times) {
    for (int i = 0; i < times; ++i) {
      const std::optional<Run> run = TryOnce(bytes);
      if (!run) return std::nullopt;
      if (!run->completed()) {
        minimum_.failed = std::max(minimum_.failed.value_or(0), bytes);
        return false;
      }
    }
    minimum_.works = bytes;
    return true;
  }

  std::optional<Run> TryOnce(std::optional<uint64_t> bytes) {
    std::optional<Run> run = try_once_(bytes);
    if (run) {
      ++minimum_.runs;
    } else {
      minimum_.works.reset();
      minimum_.problem = "interrupted";
    }
    return run;
  }

  bool WorksWithoutLimit() {
    const std::optional<Run> run = TryOnce(std::nullopt);
    if (!run) return false;
    if (run->completed()) return true;
    minimum_.problem =
        fmt::format("without the limit, the script ends as {}{}", run->Label(),
                    run->error.empty() ? "" : ": " + run->error);
    return false;
  }

  // Finds one that works and, unless the smallest there is does, one that
  // doesn't. False at the end of the search.
  bool Enclose(int times) {
    uint64_t bytes = std::clamp(kFirst, least_, search_.most);
    std::optional<bool> works = Works(bytes, times);
    while (works && !*works && bytes < search_.most) {
      bytes = bytes > search_.most / kFactor ? search_.most : bytes * kFactor;
      works = Works(bytes, times);
    }
    if (works && !*works) {
      minimum_.problem =
          fmt::format("it doesn't complete under the largest limit, {}, either",
                      jsheap::FormatSizeExact(search_.most));
    }
    while (works && *works && !minimum_.failed && bytes > least_) {
      bytes = std::max(bytes / kFactor, least_);
      // From here in steps of a quarter; at last the smallest there is.
      if (bytes < 1024) bytes = least_;
      works = Works(bytes, times);
    }
    return works && minimum_.works;
  }

  bool IsClose() const {
    const uint64_t works = *minimum_.works;
    const uint64_t failed = *minimum_.failed;
    return works <= failed + 1 ||
           static_cast<double>(works - failed) <=
               search_.precision * static_cast<double>(works);
  }

  // Down to a power of two's multiple, finer than the precision wants, if that
  // isn't known to fail.
  uint64_t Round(uint64_t bytes) const {
    const auto fine = static_cast<uint64_t>(search_.precision / 4 *
                                            static_cast<double>(bytes));
    const uint64_t unit = std::bit_floor(std::max<uint64_t>(fine, 1));
    const uint64_t rounded = bytes / unit * unit;
    return rounded > *minimum_.failed ? rounded : bytes;
  }

  // Closes in on the edge between one that fails and one that works. False at
  // the end of the search.
  bool Bisect(int times) {
    while (minimum_.failed && *minimum_.failed < *minimum_.works &&
           !IsClose()) {
      const uint64_t failed = *minimum_.failed;
      const uint64_t works = *minimum_.works;
      // By ratio while they are far from each other.
      const uint64_t middle =
          failed > 0 && works / failed >= 2
              ? static_cast<uint64_t>(std::sqrt(static_cast<double>(failed) *
                                                static_cast<double>(works)))
              : failed + (works - failed) / 2;
      if (!Works(Round(std::clamp(middle, failed + 1, works - 1)), times)) {
        return false;
      }
    }
    return true;
  }

  // Goes up from what worked once to what works as often as it should, then
  // closes in again.
  void Confirm() {
    double step = search_.precision;
    uint64_t bytes = *minimum_.works;
    for (;;) {
      const std::optional<bool> works = Works(bytes, search_.confirm);
      if (!works) return;
      if (*works) break;
      if (bytes == search_.most) {
        minimum_.works.reset();
        minimum_.problem = fmt::format(
            "it doesn't complete {} times in a row under any limit, up to {}",
            search_.confirm, jsheap::FormatSizeExact(search_.most));
        return;
      }
      const double next = static_cast<double>(bytes) * (1 + step) + 1;
      step *= 2;
      bytes = next >= static_cast<double>(search_.most)
                  ? search_.most
                  : static_cast<uint64_t>(next);
    }
    Bisect(search_.confirm);
  }

  const MinimumSearch& search_;
  const uint64_t least_;
  const Try& try_once_;
  Minimum minimum_;
};

}  // namespace

Minimum FindMinimum(const MinimumSearch& search, const Try& try_once) {
  return Search(search, try_once).Find();
}

}  // namespace jshost::lab
