#include "host/globals/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

namespace jshost {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// How long what can't be waited for is left alone until it is tried again.
constexpr std::chrono::milliseconds kPatience{10};

// One system call shouldn't take long: nobody interrupts it.
constexpr size_t kMostAtOnce = 16 << 20;

// Nothing of it waits in the kernel, where nobody could interrupt it.
int OpenWaiting(const char* path, int flags, Interruption* interruption) {
  for (;;) {
    const int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd >= 0 || errno == EINTR) {
      if (fd >= 0) return fd;
      continue;
    }
    // Somebody holds a lease on it; or it is a pipe that nobody reads yet.
    struct stat status;
    const int error = errno;
    const bool may_come =
        error == EWOULDBLOCK || (error == ENXIO && stat(path, &status) == 0 &&
                                 S_ISFIFO(status.st_mode));
    errno = may_come ? ECANCELED : error;
    if (!may_come || !interruption->Sleep(kPatience)) return -1;
  }
}

// Whether to try again after a read or a write that failed with `error`.
bool WaitAfter(int error, int fd, short events, Interruption* interruption) {
  if (error == EINTR) return true;
  if (error != EAGAIN) return false;
  if (interruption->WaitFor(fd, events)) return true;
  errno = ECANCELED;
  return false;
}

// Reads up to `size` bytes; the count, fewer at the end, or -1.
ssize_t ReadUpTo(int fd, char* data, size_t size, Interruption* interruption) {
  size_t done = 0;
  while (done < size) {
    if (interruption->is_raised()) {
      errno = ECANCELED;
      return -1;
    }
    const ssize_t got =
        read(fd, data + done, std::min(size - done, kMostAtOnce));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (!WaitAfter(errno, fd, POLLIN, interruption)) {
      return -1;
    }
  }
  return static_cast<ssize_t>(done);
}

// An endless device must not take all the memory there is.
constexpr uint64_t kMostUnsized = uint64_t{4} << 30;

// Appends what is left; 0 or errno, EFBIG beyond `most` bytes.
int ReadRest(int fd, uint64_t most, std::string* text,
             Interruption* interruption) {
  constexpr size_t kStep = 64 << 10;
  for (;;) {
    const size_t had = text->size();
    text->resize(had + std::clamp(had, kStep, kMostAtOnce));
    const ssize_t got =
        ReadUpTo(fd, text->data() + had, text->size() - had, interruption);
    const int error = errno;
    text->resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return error;
    if (got == 0) return 0;
    if (text->size() > most) return EFBIG;
  }
}

int ReadUnsized(int fd, uint64_t limit,
                const std::function<void*(size_t)>& allocate, size_t* size,
                Interruption* interruption) {
  std::string text;
  int error = ReadRest(fd, std::min(limit, kMostUnsized), &text, interruption);
  // Most likely it is refused; if not, there is room for more than the limit
  // let hope.
  if (error == EFBIG && limit < kMostUnsized) {
    if (allocate(text.size()) == nullptr) return ENOMEM;
    error = ReadRest(fd, kMostUnsized, &text, interruption);
  }
  if (error != 0) return error;
  *size = text.size();
  void* memory = allocate(text.size());
  if (memory == nullptr && !text.empty()) return ENOMEM;
  if (!text.empty()) std::memcpy(memory, text.data(), text.size());
  return 0;
}

}  // namespace

int ReadFileInto(const std::string& path, uint64_t limit,
                 const std::function<void*(size_t)>& allocate, size_t* size,
                 Interruption* interruption) {
  const Descriptor file(OpenWaiting(path.c_str(), O_RDONLY, interruption));
  if (file.get() < 0) return errno;
  struct stat status;
  if (fstat(file.get(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  // Without a writer it would seem to be at its end. This waits for one.
  if (S_ISFIFO(status.st_mode) && !interruption->WaitFor(file.get(), POLLIN)) {
    return ECANCELED;
  }
  if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    return ReadUnsized(file.get(), limit, allocate, size, interruption);
  }
  *size = static_cast<size_t>(status.st_size);
  void* memory = allocate(*size);
  if (memory == nullptr) return ENOMEM;
  const ssize_t got =
      ReadUpTo(file.get(), static_cast<char*>(memory), *size, interruption);
  if (got < 0) return errno;
  // Truncated meanwhile: the rest reads as zero rather than as old memory.
  std::memset(static_cast<char*>(memory) + got, 0,
              *size - static_cast<size_t>(got));
  return 0;
}

int ReadFile(const std::string& path, uint64_t most, std::string* text,
             Interruption* interruption) {
  size_t size = 0;
  const int error = ReadFileInto(
      path, most,
      [text, most](size_t bytes) -> void* {
        if (bytes > most) return nullptr;
        text->resize(bytes);
        return text->data();
      },
      &size, interruption);
  return error == ENOMEM ? EFBIG : error;
}

int ReadStandardInput(std::string* text) {
  Interruption never;
  return ReadRest(STDIN_FILENO, kMostUnsized, text, &never);
}

int WriteFile(const std::string& path, std::string_view data,
              Interruption* interruption) {
  const Descriptor file(
      OpenWaiting(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, interruption));
  if (file.get() < 0) return errno;
  while (!data.empty()) {
    if (interruption->is_raised()) return ECANCELED;
    const ssize_t written =
        write(file.get(), data.data(), std::min(data.size(), kMostAtOnce));
    if (written >= 0) {
      data.remove_prefix(static_cast<size_t>(written));
    } else if (!WaitAfter(errno, file.get(), POLLOUT, interruption)) {
      return errno;
    }
  }
  return 0;
}

int WriteFile(const std::string& path, std::string_view data) {
  Interruption never;
  return WriteFile(path, data, &never);
}

std::string ErrorText(int error) {
  return std::generic_category().message(error);
}

std::string OutputErrorText(int error) {
  const char* remedy = "send it elsewhere";
  if (error == EPIPE) remedy = "its reader must read to the end";
  if (error == ENOSPC) remedy = "make room, or send it elsewhere";
  if (error == EBADF) remedy = "it is closed: open it, e.g. with >/dev/null";
  return "cannot write to standard output: " + ErrorText(error) + "; " + remedy;
}

}  // namespace jshost
