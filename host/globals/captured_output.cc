#include "host/globals/captured_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace jshost {

size_t FitText(std::string_view text, size_t room) {
  size_t kept = std::min(text.size(), room);
  const auto continues = [&](size_t at) {
    return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
  };
  while (kept != 0 && continues(kept)) --kept;
  return kept;
}

std::string DroppedLine(uint64_t bytes) {
  return fmt::format("\n[{} more bytes of output were dropped]\n", bytes);
}

bool CapturedOutput::Write(std::string_view text) {
  // Once something is missing, what follows isn't the next.
  const size_t kept = dropped_ == 0 ? FitText(text, kMost - text_.size()) : 0;
  text_ += text.substr(0, kept);
  dropped_ += text.size() - kept;
  return true;
}

std::string CapturedOutput::Take() {
  if (dropped_ != 0) text_ += DroppedLine(dropped_);
  dropped_ = 0;
  return std::exchange(text_, {});
}

}  // namespace jshost
