#include "host/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "allocator/size_text.h"

namespace jshost {
namespace {

// What CLI11 fills in, before it is checked.
struct Raw {
  bool help = false;
  bool version = false;
  bool list_allocators = false;
  bool module = false;
  bool classic = false;
  std::vector<std::string> v8_flags;
  std::optional<std::string> js_heap;
  std::optional<std::string> young;
  std::optional<std::string> initial;
  std::optional<std::string> code;
  std::optional<std::string> stack;
  std::optional<std::string> buffers;
  std::optional<std::string> total;
  std::optional<std::string> gc_policy;
};

class Parser {
 public:
  explicit Parser(Options* options) : options_(options) {
    app_.set_help_flag();
    AddProgram();
    AddMemory();
    AddRest();
  }

  // Reads the options at the front of `words` and sets `*rest` to what follows
  // them.
  bool Parse(const std::vector<std::string>& words,
             std::vector<std::string>* rest, std::string* error) {
    std::vector<std::string> known;
    if (!Split(words, &known, rest, error)) return false;
    std::reverse(known.begin(), known.end());  // as CLI11 wants it
    try {
      app_.parse(known);
    } catch (const CLI::ParseError& failure) {
      *error = failure.what();
      std::replace(error->begin(), error->end(), '\n', ' ');
      return false;
    }
    return true;
  }

  // Turns what was read into options.
  bool Finish(std::string* error) {
    if (raw_.module && raw_.classic) {
      *error = "--module and --classic exclude each other; give one";
      return false;
    }
    if (options_->eval && options_->print) {
      *error = "-e and -p exclude each other; give one";
      return false;
    }
    if (options_->print && raw_.module) {
      *error =
          "-p prints a script's value and a module has none; use -e with "
          "print(…)";
      return false;
    }
    if (raw_.module) options_->kind = Options::SourceKind::kModule;
    if (raw_.classic) options_->kind = Options::SourceKind::kClassic;
    if (raw_.list_allocators) {
      options_->action = Options::Action::kListAllocators;
    }
    if (raw_.version) options_->action = Options::Action::kVersion;
    if (raw_.help) options_->action = Options::Action::kHelp;
    for (const std::string& flags : raw_.v8_flags) {
      options_->v8_flags += (options_->v8_flags.empty() ? "" : " ") + flags;
    }
    if (!ReadGcPolicy(error)) return false;
    Limits& limits = options_->limits;
    return ReadSize("--js-heap-limit", raw_.js_heap, &limits.js_heap, error) &&
           ReadSize("--young-limit", raw_.young, &limits.young, error) &&
           ReadSize("--initial-heap", raw_.initial, &limits.initial, error) &&
           ReadSize("--code-limit", raw_.code, &limits.code, error) &&
           ReadSize("--stack-limit", raw_.stack, &limits.stack, error) &&
           ReadSize("--buffer-limit", raw_.buffers, &limits.buffers, error) &&
           ReadSize("--memory-limit", raw_.total, &limits.total, error);
  }

  std::string Help() const {
    constexpr size_t kColumn = 26;  // where descriptions start
    std::string text =
        "Usage: jshost [options] [script | -] [arguments...]\n\n"
        "Runs JavaScript on V8, with buffers from a heap of its own. Without a "
        "script,\nthe program is read from standard input.\n\n";
    for (const CLI::Option* option : app_.get_options()) {
      std::string names = option->get_name(false, true);
      names.replace(0, 0, names.starts_with("--") ? "    " : "");
      for (size_t at = names.find(','); at != std::string::npos;
           at = names.find(',', at + 2)) {
        names.insert(at + 1, " ");
      }
      if (!option->get_type_name().empty()) {
        names += " " + option->get_type_name();
      }
      if (names.size() > kColumn) names += "\n" + std::string(kColumn + 2, ' ');
      fmt::format_to(std::back_inserter(text), "  {:<{}}{}\n", names, kColumn,
                     option->get_description());
    }
    text +=
        "\nSizes: 64K, 64KiB, 512MiB, 2GiB or bytes. -- ends the options; what "
        "follows the\nscript is the script's (scriptArgs). JSHOST_OPTIONS in "
        "the environment is read first.\n";
    return text;
  }

 private:
  template <typename T>
  void Value(const char* names, T* variable, const char* type,
             const char* description) {
    app_.add_option(names, *variable, description)
        ->type_name(type)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  void List(const char* names, std::vector<std::string>* variable,
            const char* type, const char* description) {
    app_.add_option(names, *variable, description)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void Flag(const char* names, bool* variable, const char* description) {
    app_.add_flag(names, *variable, description);
  }

  void AddProgram() {
    Value("-e,--eval", &options_->eval, "CODE", "run CODE");
    Value("-p,--print", &options_->print, "CODE",
          "run CODE and print its value");
    List("-r,--preload", &options_->preloads, "FILE",
         "run a classic script first (repeatable)");
    Flag("--module", &raw_.module, "read the program as a module");
    Flag("--classic", &raw_.classic, "read the program as a classic script");
  }

  void AddMemory() {
    Value("--allocator", &options_->allocator, "NAME[:KEY=VALUE,...]",
          "where buffers come from: see --list-allocators");
    Value("--reclaimer", &options_->reclaimer, "WHO",
          "who gives free memory back: thread, inline[=N] (every N "
          "allocations) or off");
    Flag("--list-allocators", &raw_.list_allocators,
         "list the allocators and their keys");
    Value("--js-heap-limit", &raw_.js_heap, "SIZE",
          "V8's heap, young and old generation together");
    Value("--young-limit", &raw_.young, "SIZE", "V8's young generation");
    Value("--initial-heap", &raw_.initial, "SIZE", "V8's heap at the start");
    Value("--code-limit", &raw_.code, "SIZE", "V8's compiled code");
    Value("--stack-limit", &raw_.stack, "SIZE", "JavaScript's native stack");
    Value("--buffer-limit", &raw_.buffers, "SIZE",
          "ArrayBuffers, wasm memories and native objects");
    Value("--memory-limit", &raw_.total, "SIZE",
          "all of it together: V8's heap and buffers");
  }

  void AddRest() {
    Value("--gc-policy", &raw_.gc_policy, "WHO",
          "when buffers are worth a collection: v8 (as V8 has it) or adaptive "
          "(dropped buffers are collected while they are in the processor's "
          "caches; the default)");
    Flag("--stats", &options_->stats,
         "memory and GC summary at exit, on standard error");
    Value("--stats-json", &options_->stats_json, "FILE",
          "the same as JSON, to FILE");
    List("--v8-flags", &raw_.v8_flags, "\"FLAGS\"", "flags for V8");
    Flag("--expose-gc", &options_->expose_gc, "define the global gc()");
    Flag("--version", &raw_.version, "print the version");
    Flag("-h,--help", &raw_.help, "print this help");
  }

  // Options and their values up to the first word that is neither.
  bool Split(const std::vector<std::string>& words,
             std::vector<std::string>* known, std::vector<std::string>* rest,
             std::string* error) {
    size_t i = 0;
    while (i < words.size()) {
      const std::string& word = words[i];
      if (word == "--") {
        ++i;
        break;
      }
      if (word.size() < 2 || word[0] != '-') break;
      const bool is_long = word.starts_with("--");
      const size_t equals = is_long ? word.find('=') : std::string::npos;
      const std::string name =
          is_long ? word.substr(0, equals) : word.substr(0, 2);
      const CLI::Option* option = app_.get_option_no_throw(name);
      if (option == nullptr) {
        *error = Unknown(name);
        return false;
      }
      known->push_back(word);
      ++i;
      const bool has_value =
          equals != std::string::npos || (!is_long && word.size() > 2);
      if (has_value && is_long && equals + 1 == word.size()) {
        GiveEmptyValue(name, known);
      }
      if (option->get_items_expected_max() == 0 || has_value) continue;
      if (i == words.size()) {
        *error = fmt::format("{} needs a value: {} {}", name, name,
                             option->get_type_name());
        return false;
      }
      if (words[i].empty()) {
        GiveEmptyValue(name, known);
      } else {
        // In one word, so that a value may start with a dash.
        known->back() += is_long ? "=" + words[i] : words[i];
      }
      ++i;
    }
    rest->assign(words.begin() + static_cast<ptrdiff_t>(i), words.end());
    return true;
  }

  // CLI11 takes "--name=" for an option whose value follows.
  static void GiveEmptyValue(const std::string& name,
                             std::vector<std::string>* known) {
    known->back() = name;
    known->emplace_back();
  }

  std::string Unknown(const std::string& name) const {
    std::string nearest;
    // More changes than a third of it are another word.
    size_t least = std::min<size_t>(name.size() / 3, 3) + 1;
    for (const CLI::Option* option : app_.get_options()) {
      for (const std::string& known : option->get_lnames()) {
        const size_t distance = Distance(name, "--" + known);
        if (distance >= least) continue;
        least = distance;
        nearest = "--" + known;
      }
    }
    return nearest.empty()
               ? fmt::format("unknown option '{}'; --help lists them", name)
               : fmt::format("unknown option '{}'; did you mean '{}'?", name,
                             nearest);
  }

  // Levenshtein's.
  static size_t Distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
      size_t diagonal = std::exchange(row[0], i);
      for (size_t j = 1; j <= b.size(); ++j) {
        const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
      }
    }
    return row.back();
  }

  static bool ReadSize(const char* flag, const std::optional<std::string>& text,
                       std::optional<uint64_t>* size, std::string* error) {
    if (!text) return true;
    *size = jsheap::ParseSize(*text);
    if (*size) return true;
    *error =
        fmt::format("{}: '{}' is not a size; write e.g. 64MiB, 512K or 1048576",
                    flag, *text);
    return false;
  }

  bool ReadGcPolicy(std::string* error) {
    if (!raw_.gc_policy) return true;
    const std::optional<GcPolicy> policy = ParseGcPolicy(*raw_.gc_policy);
    if (policy) {
      options_->gc_policy = *policy;
      return true;
    }
    *error =
        fmt::format("--gc-policy: '{}' is not a policy; write v8 or adaptive",
                    *raw_.gc_policy);
    return false;
  }

  Options* const options_;
  Raw raw_;
  CLI::App app_;
};

// The quote that is open at the end of the text, or 0.
char OpenQuote(std::string_view text) {
  char open = 0;
  for (const char c : text) {
    if (open == 0 && (c == '"' || c == '\'' || c == '`')) {
      open = c;
    } else if (c == open) {
      open = 0;
    }
  }
  return open;
}

}  // namespace

bool ParseOptions(const std::vector<std::string>& arguments,
                  const std::string& environment, Options* options,
                  std::string* error) {
  Parser parser(options);
  if (const char quote = OpenQuote(environment)) {
    *error = fmt::format(
        "JSHOST_OPTIONS: '{}' has a {} that is never closed; add one",
        environment, quote);
    return false;
  }
  // CLI11 forgets earlier values at each parse, so both are read as one.
  std::vector<std::string> words = CLI::detail::split_up(environment);
  std::vector<std::string> rest;
  {
    Options unused;
    if (!Parser(&unused).Parse(words, &rest, error)) {
      *error = "JSHOST_OPTIONS: " + *error;
      return false;
    }
    if (!rest.empty()) {
      *error = fmt::format("JSHOST_OPTIONS: '{}' is not an option", rest[0]);
      return false;
    }
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  if (!parser.Parse(words, &rest, error) || !parser.Finish(error)) return false;
  if (!options->eval && !options->print && !rest.empty()) {
    options->script = rest.front();
    rest.erase(rest.begin());
  }
  options->script_args = std::move(rest);
  return true;
}

std::vector<std::pair<std::string, std::string>> DescribeOptions(
    const Options& options) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto add = [&](const char* name, const std::string& value) {
    rows.emplace_back(name, value);
  };
  const auto add_size = [&](const char* name,
                            const std::optional<uint64_t>& size,
                            const char* otherwise) {
    add(name, size ? jsheap::FormatSizeExact(*size) : otherwise);
  };
  constexpr const char* kOfV8 = "V8's default";
  constexpr const char* kNone = "none";
  add("program", options.eval     ? "--eval"
                 : options.print  ? "--print"
                 : options.script ? *options.script
                                  : "standard input");
  for (const std::string& argument : options.script_args) {
    add("argument", argument);
  }
  for (const std::string& preload : options.preloads) {
    add("--preload", preload);
  }
  add("--allocator", options.allocator);
  add("--reclaimer", options.reclaimer);
  add_size("--js-heap-limit", options.limits.js_heap, kOfV8);
  add_size("--young-limit", options.limits.young, kOfV8);
  add_size("--initial-heap", options.limits.initial, kOfV8);
  add_size("--code-limit", options.limits.code, kOfV8);
  add_size("--stack-limit", options.limits.stack, kOfV8);
  add_size("--buffer-limit", options.limits.buffers, kNone);
  add_size("--memory-limit", options.limits.total, kNone);
  add("--gc-policy", options.gc_policy == GcPolicy::kV8 ? "v8" : "adaptive");
  add("--v8-flags", options.v8_flags.empty() ? kNone : options.v8_flags);
  add("--expose-gc", options.expose_gc ? "yes" : "no");
  return rows;
}

std::vector<std::string> ProcessOptions(const Options& options) {
  std::vector<std::string> words{
      "--allocator=" + options.allocator, "--reclaimer=" + options.reclaimer,
      std::string("--gc-policy=") +
          (options.gc_policy == GcPolicy::kV8 ? "v8" : "adaptive")};
  if (!options.v8_flags.empty()) {
    words.push_back("--v8-flags=" + options.v8_flags);
  }
  if (options.expose_gc) words.emplace_back("--expose-gc");
  return words;
}

std::string HelpText() {
  Options options;
  return Parser(&options).Help();
}

}  // namespace jshost
