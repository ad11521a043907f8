#include "host/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "allocator/size_text.h"
#include "host/option_parser.h"

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

class Parser final : public OptionParser {
 public:
  explicit Parser(Options* options) : options_(options) {
    AddProgram();
    AddMemory();
    AddRest();
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
    return "Usage: jshost [options] [script | -] [arguments...]\n"
           "       jshost lab --help\n\n"
           "Runs JavaScript on V8, with buffers from a heap of its own. "
           "Without a script,\nthe program is read from standard input.\n\n" +
           DescribeAll() +
           "\nSizes: 64K, 64KiB, 512MiB, 2GiB or bytes. -- ends the options; "
           "what follows the\nscript is the script's (scriptArgs). "
           "JSHOST_OPTIONS in the environment is read first.\n";
  }

 private:
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
