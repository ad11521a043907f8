#include "host/globals/captured_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace jshost {

bool CapturedOutput::Write(std::string_view text) {
  // Once something is missing, what follows isn't the next.
  size_t kept = dropped_ == 0 ? std::min(text.size(), kMost - text_.size()) : 0;
  // Not within a character's UTF-8.
  const auto continues = [&](size_t at) {
    return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
  };
  while (kept != 0 && continues(kept)) --kept;
  text_ += text.substr(0, kept);
  dropped_ += text.size() - kept;
  return true;
}

std::string CapturedOutput::Take() {
  if (dropped_ != 0) {
    text_ +=
        fmt::format("\n[{} more bytes of output were dropped]\n", dropped_);
  }
  dropped_ = 0;
  return std::exchange(text_, {});
}

}  // namespace jshost
