// A line on a terminal that tells how far the laboratory is.

#ifndef HOST_TOOLS_LAB_PROGRESS_H_
#define HOST_TOOLS_LAB_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <string>

namespace jshost::lab {

// On standard error, and nothing when that is no terminal.
class Progress {
 public:
  Progress();
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Counts from here: `total` runs, or 0 when nobody knows.
  void Begin(size_t total);

  // A run begins.
  void Show(const std::string& what);

  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const bool is_terminal_;
  size_t total_ = 0;
  size_t begun_ = 0;
  Clock::time_point start_;
};

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_PROGRESS_H_
