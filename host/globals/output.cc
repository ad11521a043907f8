#include "host/globals/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace jshost {
namespace {

constexpr size_t kBufferSize = 64 << 10;

// Writes all of `text`; 0 or errno.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // A pipe that somebody made non-blocking.
      pollfd ready{fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

Output::Output(int fd, Output* before)
    : fd_(fd), before_(before), is_terminal_(isatty(fd) == 1) {}

bool Output::Write(std::string_view text) {
  if (error_ != 0) return false;
  if (before_ != nullptr) before_->Flush();
  if (text.size() >= kBufferSize) {  // Not worth a copy.
    if (!Flush()) return false;
    error_ = WriteAll(fd_, text);
    return error_ == 0;
  }
  buffer_ += text;
  const bool line_ends =
      is_terminal_ && text.find('\n') != std::string_view::npos;
  return line_ends || buffer_.size() >= kBufferSize ? Flush() : true;
}

bool Output::Flush() {
  if (error_ == 0 && !buffer_.empty()) error_ = WriteAll(fd_, buffer_);
  buffer_.clear();
  return error_ == 0;
}

}  // namespace jshost
