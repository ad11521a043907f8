// JavaScript from outside: read, and checked to be text at all.

#ifndef HOST_RUNTIME_SOURCE_TEXT_H_
#define HOST_RUNTIME_SOURCE_TEXT_H_

#include <string>
#include <string_view>

#include "host/globals/interruption.h"

namespace jshost {

// Reads `path` into `*text`, without a byte order mark. On failure returns
// false with one line in `*error` that names the file and the remedy; also when
// it was interrupted while it waited for the text.
bool ReadSource(const std::string& path, std::string* text, std::string* error,
                Interruption* interruption);

// Checks text that came another way; `name` is for the message.
bool CheckSource(std::string_view name, std::string_view text,
                 std::string* error);

// The offset of the first byte that isn't UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);

}  // namespace jshost

#endif  // HOST_RUNTIME_SOURCE_TEXT_H_
