#include "host/tools/lab_page.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "host/tools/html_text.h"
#include "host/tools/lab_plots.h"
#include "host/tools/lab_table.h"
#include "host/tools/plot.h"

namespace jshost::lab {
namespace {

constexpr std::string_view kHead = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark; --line: #d8dce2; --soft: #5c6570; --back: #ffffff; --text: #1b1f24; --head: #f3f5f7;
  --c0: #1f6fb4; --c1: #c1521b; --c2: #2a7f3f; --c3: #8a3ea8; --c4: #a3162e; --c5: #0d7d83; --c6: #7a6400; --c7: #555c66; }
@media (prefers-color-scheme: dark) {
  :root { --line: #363c44; --soft: #9aa4b0; --back: #15181c; --text: #e4e8ed; --head: #1f242a;
    --c0: #6cb0ee; --c1: #f2935c; --c2: #6cc884; --c3: #c48be0; --c4: #f0788c; --c5: #55c5cb; --c6: #d6bd4a; --c7: #b4bbc5; }
}
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .3rem; }
p { margin: .3rem 0; color: var(--soft); }
.wide { overflow-x: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1.5rem; margin-top: 1rem; }
.plots div { border: 1px solid var(--line); border-radius: .4rem; padding: .8rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg .grid { stroke: var(--line); }
svg .tick { fill: var(--soft); }
svg .name { fill: var(--text); }
svg polyline { fill: none; stroke: currentColor; stroke-width: 2; }
svg circle { fill: currentColor; stroke: currentColor; stroke-width: 2; }
svg circle.hollow { fill: var(--back); }
svg .level { stroke: currentColor; stroke-dasharray: 6 4; stroke-width: 2; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
.c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
.key { margin-right: 1.2rem; white-space: nowrap; }
.key b { color: var(--text); font-weight: normal; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem; text-align: left; font-weight: normal;
  vertical-align: top; }
thead th { background: var(--head); color: var(--soft); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
</style>
)html";

void AddTable(const Table& table, std::string* page) {
  *page += "<div class=\"wide\"><table>\n<thead><tr>";
  const auto class_of = [&table](size_t column) {
    return table.columns[column].is_number ? " class=\"number\"" : "";
  };
  for (size_t i = 0; i < table.columns.size(); ++i) {
    fmt::format_to(std::back_inserter(*page), "<th scope=\"col\"{}>{}</th>",
                   class_of(i), EscapeHtml(table.columns[i].title));
  }
  *page += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    *page += "<tr>";
    for (size_t i = 0; i < row.size(); ++i) {
      fmt::format_to(std::back_inserter(*page), "<td{}>{}</td>", class_of(i),
                     EscapeHtml(row[i]));
    }
    *page += "</tr>\n";
  }
  *page += "</tbody>\n</table></div>\n";
}

void AddPlots(const LimitPlots& plots, std::string* page) {
  const auto out = std::back_inserter(*page);
  const LimitKind& kind = kLimits[plots.limit];
  fmt::format_to(out,
                 "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1} limit"
                 "</h2>\n<p>",
                 kind.name, kind.title);
  for (size_t i = 0; i < plots.names.size(); ++i) {
    fmt::format_to(out, "<span class=\"key c{}\">&#9679; <b>{}</b></span>",
                   i % kPlotColors, EscapeHtml(plots.names[i]));
  }
  *page += "</p>\n";
  if (!plots.others.empty()) {
    fmt::format_to(out, "<p>With {}.</p>\n", plots.others);
  }
  *page += "<div class=\"plots\">\n";
  for (const Plot& plot : plots.plots) {
    fmt::format_to(out, "<div>\n<h3>{}</h3>\n{}</div>\n",
                   EscapeHtml(plot.title), DrawPlot(plot));
  }
  *page += "</div>\n</section>\n";
}

void AddErrors(const std::vector<Summary>& summaries, std::string* page) {
  Table table{.columns = {{"setting", false},
                          {"outcome", false},
                          {"first error", false}},
              .rows = {}};
  for (const Summary& summary : summaries) {
    if (summary.completed == summary.runs) continue;
    table.rows.push_back(
        {Describe(summary.setting), summary.Outcome(), summary.error});
  }
  if (table.rows.empty()) return;
  *page += "<h2>What went wrong</h2>\n";
  AddTable(table, page);
}

std::string CommandOf(const Results& results) {
  std::string command = results.script;
  for (const std::string& argument : results.script_args) {
    command += " " + argument;
  }
  return command;
}

}  // namespace

std::string FormatPage(const Results& results,
                       const std::vector<Summary>& summaries) {
  std::string page(kHead);
  const std::string command = EscapeHtml(CommandOf(results));
  fmt::format_to(
      std::back_inserter(page),
      "<title>jshost lab: {0}</title>\n</head>\n<body>\n<main>\n"
      "<h1><code>{0}</code> under limits</h1>\n"
      "<p>Medians of {1} run{2} of each setting, in random order (seed {3}), "
      "each in {4}.{5}</p>\n",
      command, results.repeat, results.repeat == 1 ? "" : "s", results.seed,
      results.isolation == "process" ? "a process of its own"
                                     : "an isolate of one process",
      results.was_interrupted ? " Interrupted: some runs are missing." : "");
  const std::vector<LimitPlots> plots = PlotLimits(results, summaries);
  if (!plots.empty()) {
    page +=
        "<p>A hollow point has runs that didn't complete; a dashed line is "
        "without that limit. Rest the pointer on a point for its figures.</p>"
        "\n";
  }
  if (!results.minima.empty()) {
    page += "<h2>Smallest limits</h2>\n";
    AddTable(MinimumTable(results), &page);
  }
  for (const LimitPlots& one : plots) AddPlots(one, &page);
  if (!summaries.empty()) {
    page += "<h2>All settings</h2>\n";
    AddTable(SettingTable(results, summaries), &page);
    AddErrors(summaries, &page);
  }
  page += "</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace jshost::lab
