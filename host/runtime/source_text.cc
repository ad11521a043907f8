#include "host/runtime/source_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "host/globals/files.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsAscii(const char* eight) {
  uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  return (word & 0x8080808080808080) == 0;
}

// The length of the sequence that starts with `first`, and the bounds of its
// second byte (Unicode, table 3-7); 0 when none starts so.
int SequenceLength(uint8_t first, uint8_t* low, uint8_t* high) {
  *low = 0x80;
  *high = 0xBF;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0) *low = 0xA0;
    if (first == 0xED) *high = 0x9F;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0) *low = 0x90;
    if (first == 0xF4) *high = 0x8F;
    return 4;
  }
  return 0;
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) {
  const auto at = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size() && IsAscii(text.data() + i)) {
      i += 8;
      continue;
    }
    uint8_t low = 0;
    uint8_t high = 0;
    const int length = SequenceLength(at(i), &low, &high);
    if (length == 0 || i + length > text.size()) return i;
    for (int k = 1; k < length; ++k) {
      if (at(i + k) < low || at(i + k) > high) return i;
      low = 0x80;
      high = 0xBF;
    }
    i += length;
  }
  return std::string_view::npos;
}

bool CheckSource(std::string_view name, std::string_view text,
                 std::string* error) {
  if (text.find('\0') != std::string_view::npos) {
    *error = fmt::format("'{}' is a binary file, not JavaScript", name);
    return false;
  }
  const size_t invalid = FindInvalidUtf8(text);
  if (invalid == std::string_view::npos) return true;
  const auto line = std::count(text.begin(), text.begin() + invalid, '\n') + 1;
  *error = fmt::format(
      "'{}' is not UTF-8: byte 0x{:02x} at offset {}, line {}; save it as "
      "UTF-8",
      name, static_cast<uint8_t>(text[invalid]), invalid, line);
  return false;
}

bool ReadSource(const std::string& path, std::string* text, std::string* error,
                Interruption* interruption) {
  if (const int number = ReadFile(path, kMostText, text, interruption)) {
    *error = number == EISDIR
                 ? fmt::format("'{}' is a directory; name a script in it", path)
                 : fmt::format("cannot read '{}': {}", path, ErrorText(number));
    return false;
  }
  if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  return CheckSource(path, *text, error);
}

}  // namespace jshost
