#include "host/runtime/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <utility>

#include "host/globals/files.h"

namespace jshost {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

double Milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_usec) / 1e3;
}

// Debian 12's <sys/pidfd.h> can't be included from C++.
int PidFd(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

struct Pipe {
  OwnedFd read;
  OwnedFd write;

  bool Open() {
    std::array<int, 2> fds{};
    if (pipe2(fds.data(), O_CLOEXEC) != 0) return false;
    read.reset(fds[0]);
    write.reset(fds[1]);
    return true;
  }
};

// What the child's descriptors are. It blocks no signals.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void Give(int fd, int as) {
    posix_spawn_file_actions_adddup2(&files_, fd, as);
  }
  void GiveEmptyInput() {
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
  }

  // Returns 0 or errno.
  int Spawn(const std::vector<std::string>& args, pid_t* pid) {
    std::vector<char*> argv{const_cast<char*>("jshost")};
    for (const std::string& arg : args) {
      argv.push_back(const_cast<char*>(arg.c_str()));
    }
    argv.push_back(nullptr);
    return posix_spawn(pid, kThisProgram, &files_, &attributes_, argv.data(),
                       environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

int MillisecondsUntil(std::optional<ChildProcess::Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      *deadline - ChildProcess::Clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
}

}  // namespace

void OwnedFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

std::unique_ptr<ChildProcess> ChildProcess::Start(const Options& options,
                                                  std::string* error) {
  std::unique_ptr<ChildProcess> child(new ChildProcess);
  Pipe input;
  Pipe output;
  Pipe errors;
  const auto fail = [error](int number) {
    *error = fmt::format("cannot start a process: {}", ErrorText(number));
    return nullptr;
  };
  if (!output.Open() || !errors.Open() ||
      (options.has_input && !input.Open())) {
    return fail(errno);
  }
  SpawnPlan plan;
  if (options.has_input) {
    plan.Give(input.read.get(), STDIN_FILENO);
  } else {
    plan.GiveEmptyInput();
  }
  plan.Give(output.write.get(), STDOUT_FILENO);
  plan.Give(errors.write.get(), STDERR_FILENO);
  if (options.file >= 0) plan.Give(options.file, kFile);
  if (const int number = plan.Spawn(options.args, &child->pid_)) {
    child->pid_ = -1;
    return fail(number);
  }
  child->process_.reset(PidFd(child->pid_));
  if (child->process_.get() < 0) return fail(errno);
  for (Pipe* pipe : {&output, &errors}) {
    fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
  }
  child->output_.fd = std::move(output.read);
  child->errors_.fd = std::move(errors.read);
  child->input_ = std::move(input.write);
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || end_) return;
  Kill();
  Reap();
}

ChildProcess::Event ChildProcess::Wait(
    std::optional<Clock::time_point> deadline, int wake_fd) {
  for (;;) {
    if (deadline && Clock::now() >= *deadline) return Event::kTimeout;
    // poll skips those that are -1.
    std::array<pollfd, 4> fds{{{output_.fd.get(), POLLIN, 0},
                               {errors_.fd.get(), POLLIN, 0},
                               {process_.get(), POLLIN, 0},
                               {wake_fd, POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), MillisecondsUntil(deadline));
    if (ready <= 0) continue;  // a signal, or the deadline
    if (fds[3].revents != 0) return Event::kWoken;
    const bool has_output = Read(&output_);
    const bool has_errors = Read(&errors_);
    if (has_output || has_errors) return Event::kOutput;
    if (fds[2].revents != 0) {
      if (!end_) Reap();
      return Event::kEnded;
    }
  }
}

std::string ChildProcess::Take(Stream* stream) {
  return std::exchange(stream->text, {});
}

bool ChildProcess::Read(Stream* stream) {
  std::array<char, 1 << 16> bytes;
  const ssize_t got = read(stream->fd.get(), bytes.data(), bytes.size());
  if (got > 0) {
    stream->text.append(bytes.data(), static_cast<size_t>(got));
    return true;
  }
  if (got == 0) stream->fd.reset();
  return false;
}

bool ChildProcess::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(input_.get(), text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void ChildProcess::Kill() {
  if (!end_) kill(pid_, SIGKILL);
}

void ChildProcess::Reap() {
  int status = 0;
  rusage usage{};
  while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) continue;
  end_ = {.exit_status = WEXITSTATUS(status),
          .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
          .cpu_ms = Milliseconds(usage.ru_utime) + Milliseconds(usage.ru_stime),
          .peak_rss = static_cast<uint64_t>(usage.ru_maxrss) << 10};
}

}  // namespace jshost
