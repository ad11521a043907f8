#include "host/tools/lab.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "host/globals/files.h"
#include "host/globals/output.h"
#include "host/runtime/exit_status.h"
#include "host/shell/run_main.h"
#include "host/tools/lab_csv.h"
#include "host/tools/lab_interrupt.h"
#include "host/tools/lab_json.h"
#include "host/tools/lab_matrix.h"
#include "host/tools/lab_minimum.h"
#include "host/tools/lab_options.h"
#include "host/tools/lab_page.h"
#include "host/tools/lab_progress.h"
#include "host/tools/lab_results.h"
#include "host/tools/lab_runner.h"
#include "host/tools/lab_summary.h"
#include "host/tools/lab_table.h"

namespace jshost::lab {
namespace {

constexpr int kExitBroken = 1;
constexpr int kExitSignal = 128;  // more by the signal's number

// What takes longer than so many times as long as without a limit, and this,
// does nothing but collect garbage: it may take hours to fail.
constexpr double kSlowest = 10;
constexpr double kSlowestMs = 1000;

void Complain(const std::string& message) { PrintError("lab: " + message); }

uint64_t PhysicalMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

class Lab {
 public:
  explicit Lab(LabOptions options)
      : options_(std::move(options)), runner_(MakeRunner()) {
    results_.script = options_.script;
    results_.script_args = options_.script_args;
    results_.isolation = options_.in_threads ? "thread" : "process";
    results_.seed = options_.seed;
    results_.repeat = options_.repeat;
    for (const Axis& axis : options_.axes) results_.axes.push_back(axis.limit);
  }

  // Returns the exit status.
  int Main() {
    if (!CheckFiles()) return kExitUsage;
    const bool is_whole =
        options_.find_minimum.empty() ? RunMatrix() : FindMinima();
    progress_.Clear();
    if (is_refused_) return kExitUsage;
    results_.was_interrupted = interrupt_.signal() != 0;
    const int written = Write();
    const bool is_broken = TellBrokenBounds();
    if (results_.was_interrupted) return kExitSignal + interrupt_.signal();
    if (written != kExitOk) return written;
    return is_broken || !is_whole ? kExitBroken : kExitOk;
  }

 private:
  std::unique_ptr<Runner> MakeRunner() const {
    Script script{.path = options_.script, .args = options_.script_args};
    return options_.in_threads
               ? MakeThreadRunner(std::move(script), interrupt_.fd())
               : MakeProcessRunner(std::move(script), interrupt_.fd());
  }

  std::vector<Variant> Variants() const {
    std::vector<Variant> variants;
    for (const std::string& allocator : options_.allocators) {
      for (const std::string& policy : options_.gc_policies) {
        variants.push_back({allocator, policy});
      }
    }
    return variants;
  }

  // Files that can't be written are told now, not after hours.
  bool CheckFiles() const {
    const std::array<std::pair<const char*, const std::string*>, 3> files{
        {{"--csv", &options_.csv},
         {"--json", &options_.json},
         {"--html", &options_.html}}};
    for (const auto& [flag, path] : files) {
      if (!path->empty() && !WriteTo(flag, *path, "")) return false;
    }
    return true;
  }

  static bool WriteTo(const char* flag, const std::string& path,
                      const std::string& text) {
    const int error = WriteFile(path, text);
    if (error == 0) return true;
    Complain(
        fmt::format("{}: cannot write '{}': {}", flag, path, ErrorText(error)));
    return false;
  }

  // One run and its record; false when the laboratory has to stop.
  bool RunOnce(Record record, std::optional<double> timeout_ms) {
    if (interrupt_.signal() != 0 || is_refused_) return false;
    progress_.Show(Describe(record.given));
    std::string error;
    if (!runner_->RunOnce(record.given, timeout_ms, &record.run, &error)) {
      progress_.Clear();
      Complain(error);
      is_refused_ = true;
      return false;
    }
    // One that the interrupt ended says nothing.
    if (interrupt_.signal() != 0) return false;
    results_.records.push_back(std::move(record));
    return true;
  }

  Minimum FindOne(const Setting& setting, size_t limit) {
    const LimitKind& kind = kLimits[limit];
    const MinimumSearch search{
        .limit = limit,
        .precision = options_.precision,
        .confirm = options_.repeat,
        .most = kind.most != 0 ? kind.most : PhysicalMemory()};
    int number = 0;
    std::optional<double> timeout_ms = options_.timeout_ms;
    const Try try_once =
        [&](std::optional<uint64_t> bytes) -> std::optional<Run> {
      Record record{.is_search = true,
                    .setting = 0,
                    .repeat = ++number,
                    .given = setting,
                    .run = {}};
      record.given.limits[limit] = bytes;
      if (!RunOnce(std::move(record), timeout_ms)) return std::nullopt;
      const Run& run = results_.records.back().run;
      if (!timeout_ms) timeout_ms = run.wall_ms * kSlowest + kSlowestMs;
      return run;
    };
    progress_.Begin(0);
    Minimum minimum = FindMinimum(search, try_once);
    minimum.setting = setting;
    results_.minima.push_back(minimum);
    return minimum;
  }

  // False when there is none.
  bool FindMinima() {
    bool found_all = true;
    for (const Variant& variant : Variants()) {
      std::vector<LimitSeries> fixed;
      for (const Axis& axis : options_.axes) {
        fixed.push_back({axis.limit, Values(axis, 0)});
      }
      for (const Setting& setting : Combine(variant, fixed)) {
        for (const size_t limit : options_.find_minimum) {
          found_all = FindOne(setting, limit).works && found_all;
        }
      }
    }
    return found_all;
  }

  // Adds the settings of a variant. False when a limit is to be a multiple of
  // what there isn't.
  bool AddSettings(const Variant& variant) {
    std::vector<LimitSeries> series;
    for (const Axis& axis : options_.axes) {
      uint64_t smallest = 0;
      if (!axis.multiples.empty()) {
        const Minimum minimum = FindOne({variant, {}}, axis.limit);
        if (!minimum.works) return false;
        smallest = *minimum.works;
      }
      series.push_back({axis.limit, Values(axis, smallest)});
    }
    for (Setting& setting : Combine(variant, series)) {
      results_.settings.push_back(std::move(setting));
    }
    return true;
  }

  // False when nothing completes.
  bool RunMatrix() {
    for (const Variant& variant : Variants()) {
      if (!AddSettings(variant)) return false;
    }
    const std::vector<Turn> order =
        Order(results_.settings.size(), options_.repeat, options_.seed);
    progress_.Begin(order.size());
    for (const Turn& turn : order) {
      if (!RunOnce({.is_search = false,
                    .setting = turn.setting,
                    .repeat = turn.repeat,
                    .given = results_.settings[turn.setting],
                    .run = {}},
                   options_.timeout_ms)) {
        break;
      }
    }
    return std::any_of(results_.records.begin(), results_.records.end(),
                       [](const Record& record) {
                         return !record.is_search && record.run.completed();
                       });
  }

  // Everything that was asked for; returns the exit status.
  int Write() const {
    const std::vector<Summary> summaries = Summarize(results_);
    std::string text;
    if (!results_.minima.empty()) text = FormatTable(MinimumTable(results_));
    if (!summaries.empty()) {
      if (!text.empty()) text += "\n";
      text += FormatTable(SettingTable(results_, summaries));
    }
    FileOutput out(STDOUT_FILENO);
    int status = kExitOk;
    if (!out.Write(text) || !out.Flush()) {
      Complain(OutputErrorText(out.error()));
      status = kExitUncaught;
    }
    const auto write = [&status](const char* flag, const std::string& path,
                                 const auto& format) {
      if (!path.empty() && !WriteTo(flag, path, format())) status = kExitUsage;
    };
    write("--csv", options_.csv, [&] { return FormatCsv(results_); });
    write("--json", options_.json,
          [&] { return FormatJson(results_, summaries); });
    write("--html", options_.html,
          [&] { return FormatPage(results_, summaries); });
    return status;
  }

  bool TellBrokenBounds() const {
    const std::vector<std::string> lines =
        BrokenBounds(options_.bounds, results_);
    for (const std::string& line : lines) Complain(line);
    return !lines.empty();
  }

  const LabOptions options_;
  Interrupt interrupt_;
  const std::unique_ptr<Runner> runner_;
  Progress progress_;
  Results results_;
  bool is_refused_ = false;
};

int PrintHelp() {
  FileOutput out(STDOUT_FILENO);
  if (out.Write(LabHelp()) && out.Flush()) return kExitOk;
  Complain(OutputErrorText(out.error()));
  return kExitUncaught;
}

}  // namespace
}  // namespace jshost::lab

namespace jshost {

int LabMain(const std::vector<std::string>& arguments) {
  lab::LabOptions options;
  std::string error;
  if (!lab::ParseLabOptions(arguments, &options, &error)) {
    lab::Complain(error);
    return kExitUsage;
  }
  if (options.help) return lab::PrintHelp();
  return lab::Lab(std::move(options)).Main();
}

}  // namespace jshost
