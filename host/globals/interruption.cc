#include "host/globals/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

namespace jshost {
namespace {

using std::chrono::milliseconds;

// While there is no descriptor left for an event.
constexpr milliseconds kPatience{20};

}  // namespace

Interruption::~Interruption() {
  if (event_ >= 0) close(event_);
}

// Each side writes its own and then reads the other's, so that one of them
// sees both: who waits has made the event before it looks for the last time.
void Interruption::Raise() {
  is_raised_ = true;
  if (const int event = event_; event >= 0) eventfd_write(event, 1);
}

int Interruption::Event() {
  if (event_ < 0) event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return event_;
}

bool Interruption::WaitFor(int fd, short events) {
  for (;;) {
    const milliseconds time = Event() >= 0 ? milliseconds(-1) : kPatience;
    if (is_raised_) return false;
    if (Poll(fd, events, time)) return true;
  }
}

bool Interruption::Sleep(milliseconds time) {
  Event();
  if (!is_raised_) Poll(-1, 0, time);
  return !is_raised_;
}

// Whether the descriptor has something; poll passes over those below 0.
bool Interruption::Poll(int fd, short events, milliseconds time) {
  std::array<pollfd, 2> fds{{{.fd = fd, .events = events, .revents = 0},
                             {.fd = event_, .events = POLLIN, .revents = 0}}};
  return poll(fds.data(), fds.size(), static_cast<int>(time.count())) > 0 &&
         fds[0].revents != 0;
}

}  // namespace jshost
