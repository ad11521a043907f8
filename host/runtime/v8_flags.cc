#include "host/runtime/v8_flags.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <v8-initialization.h>
#include <v8-script.h>

#include <cstdio>
#include <sstream>
#include <vector>

namespace jshost {
namespace {

// Collects what is written to standard error while it lives: V8 complains
// there and nowhere else.
class CapturedStandardError {
 public:
  CapturedStandardError() {
    std::fflush(stderr);
    file_ = memfd_create("stderr", MFD_CLOEXEC);
    saved_ = dup(STDERR_FILENO);
    dup2(file_, STDERR_FILENO);
  }
  ~CapturedStandardError() { Restore(); }
  CapturedStandardError(const CapturedStandardError&) = delete;
  CapturedStandardError& operator=(const CapturedStandardError&) = delete;

  // The first line, without V8's "Error: ".
  std::string Restore() {
    if (saved_ < 0) return {};
    std::fflush(stderr);
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
    std::string text(512, '\0');
    const ssize_t size = pread(file_, text.data(), text.size(), 0);
    close(file_);
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    text = text.substr(0, text.find('\n'));
    return text.starts_with("Error: ") ? text.substr(7) : text;
  }

 private:
  int file_ = -1;
  int saved_ = -1;
};

}  // namespace

bool SetV8Flags(const std::string& flags, std::string* error) {
  std::vector<std::string> words{"jshost"};
  std::istringstream stream(flags);
  for (std::string word; stream >> word;) words.push_back(word);
  for (size_t i = 1; i < words.size(); ++i) {
    // V8 ignores what doesn't look like a flag.
    const bool is_value = i > 1 && words[i - 1].starts_with('-') &&
                          words[i - 1].find('=') == std::string::npos;
    if (!words[i].starts_with('-') && !is_value) {
      *error = fmt::format("'{}' is not a V8 flag; write e.g. --{}", words[i],
                           words[i]);
      return false;
    }
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());

  CapturedStandardError captured;
  v8::V8::SetFlagsFromCommandLine(&argc, argv.data(), /*remove_flags=*/true);
  const std::string complaint = captured.Restore();
  if (!complaint.empty()) {
    *error = complaint;
    return false;
  }
  if (argc > 1) {  // What V8 took is gone.
    *error = fmt::format(
        "V8 has no flag '{}'; --v8-flags=--help lists its flags", argv[1]);
    return false;
  }
  return true;
}

uint32_t V8FlagsTag() { return v8::ScriptCompiler::CachedDataVersionTag(); }

}  // namespace jshost
