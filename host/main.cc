// The shell's entry: reads the command line, then runs the program.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <v8-initialization.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/registry.h"
#include "host/globals/files.h"
#include "host/globals/output.h"
#include "host/options.h"
#include "host/runtime/exit_status.h"
#include "host/runtime/isolate_process.h"
#include "host/shell/isolate_child.h"
#include "host/shell/run_main.h"

namespace jshost {
namespace {

// Without this the next file opened would become the standard output of a
// process that was started without one. Writing fails, as it should.
void OccupyStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    [[maybe_unused]] const int opened = open("/dev/null", O_RDONLY);
  }
}

void AddAllocator(const jsheap::AllocatorInfo& info, std::string* text) {
  // A name too long for its column has a line of its own.
  const bool is_long = info.name.size() > 10;
  fmt::format_to(std::back_inserter(*text), "{}{:<{}}{}\n",
                 is_long ? info.name + "\n" : "", is_long ? "" : info.name, 12,
                 info.summary);
  for (const std::string& option : info.options) {
    fmt::format_to(std::back_inserter(*text), "{:<12}  {}\n", "", option);
  }
}

std::string AllocatorList() {
  std::string text;
  for (const jsheap::AllocatorInfo& info : jsheap::KnownAllocators()) {
    AddAllocator(info, &text);
  }
  AddAllocator(jsheap::PluginInfo(), &text);
  return text;
}

int PrintText(const std::string& text) {
  FileOutput out(STDOUT_FILENO);
  if (out.Write(text) && out.Flush()) return kExitOk;
  PrintError(OutputErrorText(out.error()));
  return kExitUncaught;
}

int Main(int argc, char** argv) {
  OccupyStandardDescriptors();
  std::signal(SIGPIPE, SIG_IGN);  // Writing then fails with EPIPE instead.
  if (argc > 1 && std::string_view(argv[1]) == kIsolateProcessOption) {
    return RunIsolateChild({argv + 2, argv + argc});
  }
  const char* environment = std::getenv("JSHOST_OPTIONS");
  Options options;
  std::string error;
  if (!ParseOptions({argv + 1, argv + argc},
                    environment == nullptr ? "" : environment, &options,
                    &error)) {
    PrintError(error);
    return kExitUsage;
  }
  switch (options.action) {
    case Options::Action::kHelp:
      return PrintText(HelpText());
    case Options::Action::kVersion:
      return PrintText(
          fmt::format("jshost 0.1.0 (V8 {})\n", v8::V8::GetVersion()));
    case Options::Action::kListAllocators:
      return PrintText(AllocatorList());
    case Options::Action::kRun:
      break;
  }
  const bool has_program = options.eval || options.print || options.script;
  if (!has_program && isatty(STDIN_FILENO) == 1) return PrintText(HelpText());
  return RunMain(options);
}

}  // namespace
}  // namespace jshost

int main(int argc, char** argv) {
  const int status = jshost::Main(argc, argv);
  // What V8's own flags print. Not all streams: a thread that was left behind
  // may hold standard input's.
  std::fflush(stdout);
  // No destructors: V8's threads are still there.
  _exit(status);
}
