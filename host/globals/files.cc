#include "host/globals/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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

// Reads up to `size` bytes; the count, fewer at the end, or -1.
ssize_t ReadUpTo(int fd, char* data, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got = read(fd, data + done, size - done);
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<size_t>(got);
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(done);
}

// An endless device must not take all the memory there is.
constexpr uint64_t kMostUnsized = uint64_t{4} << 30;

// Appends what is left; 0 or errno, EFBIG beyond `most` bytes.
int ReadRest(int fd, uint64_t most, std::string* text) {
  constexpr size_t kStep = 64 << 10;
  for (;;) {
    const size_t had = text->size();
    text->resize(had + std::max(kStep, had));
    const ssize_t got = ReadUpTo(fd, text->data() + had, text->size() - had);
    text->resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (text->size() > most) return EFBIG;
  }
}

int ReadUnsized(int fd, uint64_t limit,
                const std::function<void*(size_t)>& allocate, size_t* size) {
  std::string text;
  int error = ReadRest(fd, std::min(limit, kMostUnsized), &text);
  // Most likely it is refused; if not, there is room for more than the limit
  // let hope.
  if (error == EFBIG && limit < kMostUnsized) {
    if (allocate(text.size()) == nullptr) return ENOMEM;
    error = ReadRest(fd, kMostUnsized, &text);
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
                 const std::function<void*(size_t)>& allocate, size_t* size) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return errno;
  struct stat status;
  if (fstat(file.get(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode) || status.st_size == 0) {
    return ReadUnsized(file.get(), limit, allocate, size);
  }
  *size = static_cast<size_t>(status.st_size);
  void* memory = allocate(*size);
  if (memory == nullptr) return ENOMEM;
  const ssize_t got = ReadUpTo(file.get(), static_cast<char*>(memory), *size);
  if (got < 0) return errno;
  // Truncated meanwhile: the rest reads as zero rather than as old memory.
  std::memset(static_cast<char*>(memory) + got, 0,
              *size - static_cast<size_t>(got));
  return 0;
}

int ReadFile(const std::string& path, std::string* text) {
  size_t size = 0;
  return ReadFileInto(
      path, kMostUnsized,
      [text](size_t bytes) {
        text->resize(bytes);
        return static_cast<void*>(text->data());
      },
      &size);
}

int ReadStandardInput(std::string* text) {
  return ReadRest(STDIN_FILENO, kMostUnsized, text);
}

int WriteFile(const std::string& path, std::string_view data) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) return errno;
  while (!data.empty()) {
    const ssize_t written = write(file.get(), data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
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
