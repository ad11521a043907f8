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

FileOutput::FileOutput(int fd, FileOutput* before)
    : fd_(fd), before_(before), is_terminal_(isatty(fd) == 1) {}

bool FileOutput::Write(std::string_view text) {
  if (before_ != nullptr) before_->Flush();
  const std::lock_guard lock(mutex_);
  if (error_ != 0) return false;
  const size_t newline = text.rfind('\n');
  if (newline != std::string_view::npos) {
    line_start_ = buffer_.size() + newline + 1;
  }
  buffer_ += text;
  return AfterWrite(newline != std::string_view::npos);
}

bool FileOutput::WriteLines(std::string_view lines) {
  if (before_ != nullptr) before_->Flush();
  const std::lock_guard lock(mutex_);
  if (error_ != 0) return false;
  buffer_.insert(line_start_, lines);
  line_start_ += lines.size();
  return AfterWrite(true);
}

bool FileOutput::Flush() {
  const std::lock_guard lock(mutex_);
  return FlushBytes(buffer_.size());
}

bool FileOutput::AfterWrite(bool line_ends) {
  if (is_terminal_ && line_ends) return FlushBytes(buffer_.size());
  if (buffer_.size() < kBufferSize) return true;
  // Not the line that is being written, unless it is all there is.
  return FlushBytes(line_start_ != 0 ? line_start_ : buffer_.size());
}

bool FileOutput::FlushBytes(size_t count) {
  if (error_ == 0 && count != 0) {
    error_ = WriteAll(fd_, std::string_view(buffer_).substr(0, count));
  }
  buffer_.erase(0, count);
  line_start_ -= count < line_start_ ? count : line_start_;
  return error_ == 0;
}

}  // namespace jshost
