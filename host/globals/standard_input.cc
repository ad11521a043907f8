#include "host/globals/standard_input.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace jshost {
namespace {

constexpr std::chrono::milliseconds kPatience{20};
constexpr size_t kStep = 64 << 10;

// Whether a read would return at once, be it with an error.
bool IsReadable() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return poll(&input, 1, static_cast<int>(kPatience.count())) > 0;
}

}  // namespace

StandardInput& StandardInput::Process() {
  // Never destroyed: a thread may still wait when the process ends.
  static auto& input = *new StandardInput;
  return input;
}

std::optional<std::string> StandardInput::ReadLine(
    const std::function<bool()>& gives_up) {
  std::unique_lock lock(mutex_, std::defer_lock);
  while (!lock.try_lock_for(kPatience)) {
    if (gives_up()) return std::nullopt;
  }
  for (;;) {
    const size_t end = buffer_.find('\n', searched_);
    if (end != std::string::npos) return Take(end);
    searched_ = buffer_.size();
    if (!IsReadable()) {
      if (gives_up()) return std::nullopt;
      continue;
    }
    buffer_.erase(0, start_);
    const size_t had = buffer_.size();
    start_ = 0;
    buffer_.resize(had + kStep);
    const ssize_t got = read(STDIN_FILENO, buffer_.data() + had, kStep);
    const int error = errno;
    buffer_.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    searched_ = had;
    if (got > 0 || (got < 0 && (error == EINTR || error == EAGAIN))) continue;
    if (buffer_.empty()) return std::nullopt;
    return Take(buffer_.size());
  }
}

// What is before `end`, which is a line's, or the input's.
std::string StandardInput::Take(size_t end) {
  std::string line = buffer_.substr(start_, end - start_);
  start_ = std::min(end + 1, buffer_.size());
  searched_ = start_;
  return line;
}

}  // namespace jshost
