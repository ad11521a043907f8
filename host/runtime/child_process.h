// Another process that runs this same program.

#ifndef HOST_RUNTIME_CHILD_PROCESS_H_
#define HOST_RUNTIME_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jshost {

// A file descriptor that is closed in the end, or -1.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() { reset(); }
  OwnedFd(OwnedFd&& other) : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;

  int get() const { return fd_; }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// For one thread. This process ignores SIGPIPE; so does the child.
class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  // The child's file descriptor for `Options::file`.
  static constexpr int kFile = 3;

  struct Options {
    std::vector<std::string> args;  // what follows the program's name
    bool has_input = false;         // see Write; otherwise its input is empty
    int file = -1;                  // is the child's kFile; -1 for none
  };

  struct End {
    int exit_status = 0;
    int signal = 0;  // that ended it, or 0; then exit_status means nothing
    double cpu_ms = 0;
    // Bytes, at least what this process itself ever had: the kernel counts what
    // the child was before it began its program. VmHWM in the child's
    // /proc/self/status is without that.
    uint64_t peak_rss = 0;
  };

  enum class Event {
    kOutput,   // there is more to take
    kEnded,    // and all of its output is there
    kTimeout,  // it is `deadline`
    kWoken,    // `wake_fd` can be read
  };

  // Null, with one line in `*error`, when the system has no process for it.
  static std::unique_ptr<ChildProcess> Start(const Options& options,
                                             std::string* error);
  // Kills it if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until something happens. `wake_fd` may be -1.
  Event Wait(std::optional<Clock::time_point> deadline, int wake_fd);

  // What it has written to standard output and standard error and nobody has
  // taken yet.
  std::string TakeOutput() { return Take(&output_); }
  std::string TakeErrors() { return Take(&errors_); }

  // To its standard input. False when it reads no more.
  bool Write(std::string_view text);

  // Ends it now; Wait tells of its end.
  void Kill();

  // After kEnded.
  const End& end() const { return *end_; }

 private:
  struct Stream {
    OwnedFd fd;
    std::string text;
  };

  ChildProcess() = default;
  static std::string Take(Stream* stream);
  // Reads what is there; true if there was something.
  static bool Read(Stream* stream);
  void Reap();

  pid_t pid_ = -1;
  OwnedFd process_;  // readable when it has ended
  OwnedFd input_;
  Stream output_;
  Stream errors_;
  std::optional<End> end_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_CHILD_PROCESS_H_
