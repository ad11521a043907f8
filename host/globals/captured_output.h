// Output that is kept as text: what an isolate prints for whoever runs it.

#ifndef HOST_GLOBALS_CAPTURED_OUTPUT_H_
#define HOST_GLOBALS_CAPTURED_OUTPUT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "host/globals/output.h"

namespace jshost {

// How many bytes of `text` are kept where there is room for `room`: whole
// characters of UTF-8.
size_t FitText(std::string_view text, size_t room);

// The line that ends what is kept when this many bytes more were written.
std::string DroppedLine(uint64_t bytes);

// One thread at a time.
class CapturedOutput final : public Output {
 public:
  // What comes after this many bytes is counted and dropped.
  static constexpr size_t kMost = 16 << 20;

  bool Write(std::string_view text) override;
  bool Flush() override { return true; }

  // All that was written, or its beginning and a line that says how much is
  // missing. Leaves nothing.
  std::string Take();

 private:
  std::string text_;
  uint64_t dropped_ = 0;  // bytes
};

}  // namespace jshost

#endif  // HOST_GLOBALS_CAPTURED_OUTPUT_H_
