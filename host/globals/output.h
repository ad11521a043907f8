// Where a program's standard output and standard error go.
//
// FileOutput is a file descriptor's buffer. A terminal gets every line at once;
// a file or pipe gets 64 KiB at a time, and the rest at Flush.

#ifndef HOST_GLOBALS_OUTPUT_H_
#define HOST_GLOBALS_OUTPUT_H_

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

namespace jshost {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  // Both return false, and drop the text, once writing has failed.
  virtual bool Write(std::string_view text) = 0;
  virtual bool Flush() = 0;

  // 0, or the errno of the first write that failed.
  virtual int error() const { return 0; }
  virtual bool is_terminal() const { return false; }
};

// Thread-safe. `Write` is for the program's main thread, other threads have
// WriteLines.
class FileOutput final : public Output {
 public:
  // `fd` isn't owned. `before`, if not null, is flushed before anything is
  // written here, so that what was printed first is seen first.
  explicit FileOutput(int fd, FileOutput* before = nullptr);
  ~FileOutput() override { Flush(); }

  bool Write(std::string_view text) override;
  bool Flush() override;

  // Writes `lines`, which end in a newline, before a line that `Write` has
  // begun and that isn't flushed yet.
  bool WriteLines(std::string_view lines);

  int error() const override { return error_; }
  bool is_terminal() const override { return is_terminal_; }

 private:
  // All of these under the mutex.
  bool FlushBytes(size_t count);
  bool AfterWrite(bool line_ends);

  const int fd_;
  FileOutput* const before_;
  const bool is_terminal_;
  std::atomic<int> error_{0};
  std::mutex mutex_;
  std::string buffer_;     // guarded by mutex_
  size_t line_start_ = 0;  // in buffer_, of what follows its last newline
};

}  // namespace jshost

#endif  // HOST_GLOBALS_OUTPUT_H_
