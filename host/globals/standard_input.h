// Standard input, line by line, for all isolates of the process.

#ifndef HOST_GLOBALS_STANDARD_INPUT_H_
#define HOST_GLOBALS_STANDARD_INPUT_H_

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "host/globals/interruption.h"

namespace jshost {

// Any thread; each line goes to one reader.
class StandardInput {
 public:
  static StandardInput& Process();

  // The next line, without its end, or none at the end of the input. Returns 0
  // or errno: ECANCELED when it was interrupted, EFBIG when the line is longer
  // than a string can be; the next call goes on in it.
  int ReadLine(Interruption* interruption, std::optional<std::string>* line);

 private:
  StandardInput() = default;

  std::string Take(size_t end);

  std::timed_mutex mutex_;
  // Guarded by mutex_: what was read and not asked for yet, and how much of it
  // is known to hold no line's end.
  std::string buffer_;
  size_t start_ = 0;
  size_t searched_ = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_STANDARD_INPUT_H_
