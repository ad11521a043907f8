#include "host/globals/standard_input.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "host/globals/values.h"

namespace jshost {
namespace {

constexpr std::chrono::milliseconds kPatience{20};
constexpr size_t kStep = 64 << 10;

}  // namespace

StandardInput& StandardInput::Process() {
  // Never destroyed: a thread may still wait when the process ends.
  static auto& input = *new StandardInput;
  return input;
}

int StandardInput::ReadLine(Interruption* interruption,
                            std::optional<std::string>* line) {
  std::unique_lock lock(mutex_, std::defer_lock);
  while (!lock.try_lock_for(kPatience)) {
    if (interruption->is_raised()) return ECANCELED;
  }
  for (;;) {
    const size_t end = buffer_.find('\n', searched_);
    if (end != std::string::npos) {
      *line = Take(end);
      return 0;
    }
    searched_ = buffer_.size();
    if (!interruption->WaitFor(STDIN_FILENO, POLLIN)) return ECANCELED;
    buffer_.erase(0, start_);
    const size_t had = buffer_.size();
    start_ = 0;
    buffer_.resize(had + kStep);
    const ssize_t got = read(STDIN_FILENO, buffer_.data() + had, kStep);
    const int error = errno;
    buffer_.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    searched_ = had;
    if (buffer_.size() > kMostText) {
      buffer_.clear();
      searched_ = 0;
      return EFBIG;
    }
    if (got > 0 || (got < 0 && (error == EINTR || error == EAGAIN))) continue;
    if (!buffer_.empty()) *line = Take(buffer_.size());
    return 0;
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
