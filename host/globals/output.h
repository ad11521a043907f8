// A buffered stream to a file descriptor: standard output and standard error.
//
// A terminal gets every line at once; a file or pipe gets 64 KiB at a time, and
// the rest at Flush. One thread.

#ifndef HOST_GLOBALS_OUTPUT_H_
#define HOST_GLOBALS_OUTPUT_H_

#include <string>
#include <string_view>

namespace jshost {

class Output {
 public:
  // `fd` isn't owned. `before`, if not null, is flushed before anything is
  // written here, so that what was printed first is seen first.
  explicit Output(int fd, Output* before = nullptr);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { Flush(); }

  // Both return false, and drop the text, once writing has failed.
  bool Write(std::string_view text);
  bool Flush();

  // 0, or the errno of the first write that failed.
  int error() const { return error_; }
  int fd() const { return fd_; }
  bool is_terminal() const { return is_terminal_; }

 private:
  const int fd_;
  Output* const before_;
  const bool is_terminal_;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_OUTPUT_H_
