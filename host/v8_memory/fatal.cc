#include "host/v8_memory/fatal.h"

#include <unistd.h>
#include <v8-callbacks.h>
#include <v8-initialization.h>
#include <v8-isolate.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "host/v8_memory/script_position.h"

namespace jshost {
namespace {

std::atomic<void (*)()> before_death{nullptr};
thread_local FatalHandler* fatal_handler = nullptr;

void OnProcessOutOfMemory(const char* location, const v8::OOMDetails&) {
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(), "the process is out of memory (%s)",
                location);
  DieOfMemory(text.data());
}

}  // namespace

void SetBeforeDeath(void (*hook)()) { before_death = hook; }

FatalScope::FatalScope(FatalHandler* handler) : previous_(fatal_handler) {
  fatal_handler = handler;
}

FatalScope::~FatalScope() { fatal_handler = previous_; }

void ParkThread() {
  for (;;) pause();
}

void DieOfMemory(std::string_view message) {
  // What goes wrong in the handler itself ends the process.
  if (FatalHandler* handler = std::exchange(fatal_handler, nullptr)) {
    handler->OnFatal(message);
  }
  if (void (*hook)() = before_death.exchange(nullptr)) hook();
  std::array<char, 1024> line;
  const int shown =
      static_cast<int>(std::min(message.size(), line.size() - 16));
  const int length = std::snprintf(line.data(), line.size(), "jshost: %.*s\n",
                                   shown, message.data());
  // There is nobody left to tell when standard error is closed.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, line.data(), static_cast<size_t>(length));
  _exit(kMemoryLimitExitStatus);
}

void InstallFatalHandlers() {
  v8::V8::SetFatalMemoryErrorCallback(OnProcessOutOfMemory);
}

}  // namespace jshost

// V8 prints and aborts here, with no hook, when a script wants an object beyond
// V8's largest (an array of more than 2^27 elements, say). The linker sends
// every call here instead (--wrap in host/BUILD.gn).
extern "C" [[noreturn]] void __wrap__ZN2v84base21FatalNoSecurityImpactEPKcz(
    const char* format, ...) {
  std::array<char, 256> text;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  std::string message = "V8's limit on the size of one object was reached (";
  message += text.data();
  message += ")";
  if (v8::Isolate* isolate = v8::Isolate::TryGetCurrent()) {
    message += " " + jshost::DescribeCurrentFrame(isolate);
  }
  jshost::DieOfMemory(message);
}
