#include "host/tools/lab_interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace jshost::lab {
namespace {

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

// For the handler, which may only use what is lock-free.
std::atomic<int> arrived{0};
std::atomic<int> event{-1};

void OnSignal(int signal) {
  const int error = errno;
  arrived = signal;
  const uint64_t one = 1;
  // It only fails when it is readable already.
  [[maybe_unused]] const ssize_t written = write(event, &one, sizeof one);
  errno = error;
}

}  // namespace

Interrupt::Interrupt() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  event = fd_;
  for (const int signal : kSignals) {
    struct sigaction before{};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;  // nohup, say
    struct sigaction action{};
    action.sa_handler = OnSignal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (const int signal : kSignals) {
    struct sigaction before{};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == OnSignal) std::signal(signal, SIG_DFL);
  }
  event = -1;
  if (fd_ >= 0) close(fd_);
}

int Interrupt::signal() const { return arrived; }

}  // namespace jshost::lab
