#include "host/tools/lab_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "host/option_parser.h"
#include "host/tools/lab_limit.h"
#include "host/v8_memory/gc_policy.h"

namespace jshost::lab {
namespace {

// More runs than anybody waits for.
constexpr int kMostSteps = 1000;
constexpr int kMostRepeats = 1'000'000;

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

template <typename T>
bool ParseWhole(std::string_view text, T least, T most, T* value) {
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), *value);
  return failure == std::errc() && end == text.data() + text.size() &&
         *value >= least && *value <= most;
}

class LabParser final : public OptionParser {
 public:
  explicit LabParser(LabOptions* options) : options_(options) {
    AddLimits();
    AddRuns();
    AddResults();
  }

  bool Finish(std::string* error) {
    if (options_->help) return true;
    return ReadNumbers(error) && ReadLimits(error) && ReadVariants(error) &&
           ReadIsolation(error) && ReadSearch(error) && ReadBounds(error);
  }

  std::string Help() const {
    return "Usage: jshost lab [options] script [arguments...]\n\n"
           "Runs a script under every combination of limits and allocators "
           "and tells how it\nfared: time, throughput, garbage collection, "
           "memory and outcome.\n\n" +
           DescribeAll() +
           "\nLIMITS is a list of sizes (64MiB), ranges (16M..256M), multiples "
           "of the smallest\nthat works (1.25x, 1x..4x) and none. A script "
           "that prints a last line such as\n`lab: 1234 rows/s` sets its "
           "throughput; otherwise it is runs per second.\nJSHOST_OPTIONS in "
           "the environment goes to every run.\n\n"
           "Exit status: 0 fine; 1 a bound is broken, or no run completed; 2 "
           "unusable command\nline or script; 130 interrupted.\n";
  }

 private:
  void AddLimits() {
    static constexpr std::array<const char*, kLimitCount> kHelp{
        "V8's heap, young and old generation together",
        "V8's young generation",
        "V8's heap at the start",
        "V8's compiled code",
        "JavaScript's native stack",
        "ArrayBuffers, wasm memories and native objects",
        "all of it together: V8's heap and buffers"};
    for (size_t i = 0; i < kLimits.size(); ++i) {
      Value(fmt::format("--{}", kLimits[i].name).c_str(), &limits_[i], "LIMITS",
            kHelp[i]);
    }
    Value("--steps", &steps_, "N",
          "values in a range, in equal ratios (default 8)");
    List("--allocator", &allocators_, "NAME[,...]",
         "where buffers come from: see jshost --list-allocators (default "
         "slab)");
    List("--gc-policy", &gc_policies_, "WHO[,...]", "v8 or adaptive");
  }

  void AddRuns() {
    Value("--repeat", &repeat_, "N", "runs of each combination (default 5)");
    Value("--seed", &seed_, "N", "of the order in which they run (default 1)");
    Value("--timeout", &timeout_, "TIME", "of each run: 500ms, 10s, 2m");
    Value("--isolation", &isolation_, "HOW",
          "process (default): a process for each run; thread: isolate.run in "
          "one process for all");
    Value("--find-minimum", &find_minimum_, "LIMIT[,...]",
          "find the smallest js-heap, buffers, total... that works, instead; "
          "without --timeout, one that takes 10 times as long as no limit, and "
          "1 s, doesn't");
    Value("--precision", &precision_, "PERCENT",
          "of the smallest limit (default 1%)");
  }

  void AddResults() {
    Value("--csv", &options_->csv, "FILE", "every run, to FILE");
    Value("--json", &options_->json, "FILE", "the same and medians, to FILE");
    Value("--html", &options_->html, "FILE", "a page with plots, to FILE");
    List("--fail-over", &bounds_, "BOUND[,...]",
         "exit with 1 if a run goes beyond: peak=64MiB total=32MiB gc=20% "
         "pause=50ms wall=2s cpu=2s failed=0 minimum=16MiB");
    Flag("-h,--help", &options_->help, "print this help");
  }

  template <typename T>
  static bool ReadWhole(const char* flag,
                        const std::optional<std::string>& text, T least, T most,
                        T* value, std::string* error) {
    if (!text || ParseWhole(*text, least, most, value)) return true;
    *error = fmt::format("{}: '{}' is not a whole number from {} to {}", flag,
                         *text, least, most);
    return false;
  }

  bool ReadNumbers(std::string* error) {
    if (timeout_) {
      options_->timeout_ms = ParseDuration(*timeout_);
      if (!options_->timeout_ms) {
        *error = fmt::format(
            "--timeout: '{}' is not a time; write e.g. 500ms, 10s or 2m",
            *timeout_);
        return false;
      }
    }
    if (precision_) {
      const std::optional<double> share = ParsePercent(*precision_);
      if (!share || *share < 1e-6 || *share > 1) {
        *error = fmt::format(
            "--precision: '{}' is not a percentage up to 100%; write e.g. 1%",
            *precision_);
        return false;
      }
      options_->precision = *share;
    }
    return ReadWhole("--steps", steps_, 2, kMostSteps, &step_count_, error) &&
           ReadWhole("--repeat", repeat_, 1, kMostRepeats, &options_->repeat,
                     error) &&
           ReadWhole("--seed", seed_, uint64_t{0}, uint64_t{UINT64_MAX},
                     &options_->seed, error);
  }

  bool ReadLimits(std::string* error) {
    for (size_t i = 0; i < kLimits.size(); ++i) {
      if (!limits_[i]) continue;
      Axis axis;
      if (!ParseAxis(i, *limits_[i], step_count_, &axis, error)) return false;
      options_->axes.push_back(std::move(axis));
    }
    return true;
  }

  bool ReadVariants(std::string* error) {
    if (!allocators_.empty()) options_->allocators.clear();
    for (const std::string& list : allocators_) {
      bool may_go_on = false;
      for (const std::string_view part : SplitAtCommas(list)) {
        // "freelist:fit=first,fast=64": the second comma is the allocator's.
        const size_t equals = part.find('=');
        if (may_go_on && equals != std::string_view::npos &&
            part.find(':') > equals) {
          options_->allocators.back() += fmt::format(",{}", part);
          continue;
        }
        if (part.empty()) {
          *error = fmt::format(
              "--allocator: '{}' has an empty name; write e.g. slab,malloc",
              list);
          return false;
        }
        options_->allocators.emplace_back(part);
        may_go_on = part.find(':') != std::string_view::npos;
      }
    }
    if (!gc_policies_.empty()) options_->gc_policies.clear();
    for (const std::string& list : gc_policies_) {
      for (const std::string_view part : SplitAtCommas(list)) {
        if (!ParseGcPolicy(std::string(part))) {
          *error = fmt::format(
              "--gc-policy: '{}' is not a policy; write v8 or adaptive", part);
          return false;
        }
        options_->gc_policies.emplace_back(part);
      }
    }
    return true;
  }

  bool ReadIsolation(std::string* error) {
    if (!isolation_ || *isolation_ == "process") return true;
    if (*isolation_ != "thread") {
      *error = fmt::format("--isolation: '{}' is neither process nor thread",
                           *isolation_);
      return false;
    }
    if (options_->gc_policies.size() > 1) {
      *error =
          "--isolation thread: all runs are in one process, which has one "
          "--gc-policy; give one";
      return false;
    }
    options_->in_threads = true;
    return true;
  }

  bool ReadSearch(std::string* error) {
    if (!find_minimum_) return true;
    for (const std::string_view name : SplitAtCommas(*find_minimum_)) {
      const std::optional<size_t> limit = FindLimit(name);
      if (!limit || name == "initial") {
        *error = fmt::format(
            "--find-minimum: '{}' has no smallest value; write some of "
            "js-heap, young, code, stack, buffers, total",
            name);
        return false;
      }
      options_->find_minimum.push_back(*limit);
    }
    for (const Axis& axis : options_->axes) {
      const auto& found = options_->find_minimum;
      const std::string_view name = kLimits[axis.limit].name;
      if (std::find(found.begin(), found.end(), axis.limit) != found.end()) {
        *error = fmt::format(
            "--{} and --find-minimum {} exclude each other; give one", name,
            name);
        return false;
      }
      if (!axis.multiples.empty()) {
        *error = fmt::format(
            "--{}: with --find-minimum it can't be a multiple; write sizes",
            name);
        return false;
      }
    }
    return true;
  }

  bool ReadBounds(std::string* error) {
    for (const std::string& list : bounds_) {
      if (!ParseBounds(list, &options_->bounds, error)) return false;
    }
    for (const Bound& bound : options_->bounds) {
      if (bound.figure == Bound::Figure::kPeak && options_->in_threads) {
        *error = fmt::format(
            "--fail-over {}: with --isolation thread the process isn't one "
            "run's; write total=…",
            bound.text);
        return false;
      }
      if (bound.figure == Bound::Figure::kMinimum && !HasSearch()) {
        *error = fmt::format(
            "--fail-over {}: nothing is searched; add --find-minimum",
            bound.text);
        return false;
      }
    }
    return true;
  }

  bool HasSearch() const {
    return !options_->find_minimum.empty() ||
           std::any_of(
               options_->axes.begin(), options_->axes.end(),
               [](const Axis& axis) { return !axis.multiples.empty(); });
  }

  LabOptions* const options_;
  std::array<std::optional<std::string>, kLimitCount> limits_;
  std::vector<std::string> allocators_;
  std::vector<std::string> gc_policies_;
  std::vector<std::string> bounds_;
  std::optional<std::string> steps_;
  std::optional<std::string> repeat_;
  std::optional<std::string> seed_;
  std::optional<std::string> timeout_;
  std::optional<std::string> isolation_;
  std::optional<std::string> find_minimum_;
  std::optional<std::string> precision_;
  int step_count_ = 8;
};

}  // namespace

bool ParseLabOptions(const std::vector<std::string>& arguments,
                     LabOptions* options, std::string* error) {
  LabParser parser(options);
  std::vector<std::string> rest;
  if (!parser.Parse(arguments, &rest, error) || !parser.Finish(error)) {
    return false;
  }
  if (options->help) return true;
  if (rest.empty()) {
    *error = "no script; write jshost lab [options] script, or see --help";
    return false;
  }
  if (rest.front() == "-") {
    *error =
        "a script on standard input can be read only once; write it to a file";
    return false;
  }
  options->script = rest.front();
  // `script -- arguments`: that word is ours.
  const bool is_marked = rest.size() > 1 && rest[1] == "--";
  options->script_args.assign(rest.begin() + (is_marked ? 2 : 1), rest.end());
  return true;
}

std::string LabHelp() {
  LabOptions options;
  return LabParser(&options).Help();
}

}  // namespace jshost::lab
