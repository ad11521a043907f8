#include "host/tools/lab_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <string_view>

namespace jshost::lab {
namespace {

void Write(std::string_view text) {
  // Progress that can't be shown is no loss.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, text.data(), text.size());
}

size_t Columns() {
  winsize size{};
  const bool is_known =
      ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

}  // namespace

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::Begin(size_t total) {
  total_ = total;
  begun_ = 0;
  start_ = Clock::now();
}

void Progress::Show(const std::string& what) {
  if (!is_terminal_) return;
  std::string line = fmt::format("run {}", begun_ + 1);
  if (total_ > 0) line += fmt::format(" of {}", total_);
  if (total_ > 0 && begun_ > 0) {
    const std::chrono::duration<double> spent = Clock::now() - start_;
    const double left = spent.count() / static_cast<double>(begun_) *
                        static_cast<double>(total_ - begun_);
    line += fmt::format(", {:.0f} s left", std::ceil(left));
  }
  line += ": " + what;
  if (line.size() >= Columns()) line.resize(Columns() - 1);
  Write("\r\x1b[K" + line);
  ++begun_;
}

void Progress::Clear() {
  if (is_terminal_) Write("\r\x1b[K");
}

}  // namespace jshost::lab
