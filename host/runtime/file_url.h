// file: URLs and paths.

#ifndef HOST_RUNTIME_FILE_URL_H_
#define HOST_RUNTIME_FILE_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace jshost {

// "/a b.js" -> "file:///a%20b.js". `path` is absolute.
std::string PathToFileUrl(std::string_view path);

// "file:///a%20b.js" -> "/a b.js". Empty for another host or a bad escape;
// `url` has no query and no fragment.
std::optional<std::string> FileUrlToPath(std::string_view url);

// Undoes %XX. Empty when an escape is malformed, or stands for '/' or NUL.
std::optional<std::string> DecodePercent(std::string_view text);

// "https:" of "https://x", or empty. A scheme has at least two characters.
std::string_view UrlScheme(std::string_view text);

// `path` as people want to see it: relative to the working directory when it
// lies in it, else as it is.
std::string DisplayPath(const std::string& path);

}  // namespace jshost

#endif  // HOST_RUNTIME_FILE_URL_H_
