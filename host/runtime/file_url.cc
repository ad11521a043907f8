#include "host/runtime/file_url.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <filesystem>

namespace jshost {
namespace {

constexpr std::string_view kPrefix = "file://";
// What a URL's path may hold as it is, besides letters and digits (RFC 3986).
constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";

}  // namespace

std::string PathToFileUrl(std::string_view path) {
  std::string url(kPrefix);
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) ||
        kPlain.find(c) != std::string_view::npos) {
      url += c;
    } else {
      url += fmt::format("%{:02X}", byte);
    }
  }
  return url;
}

std::optional<std::string> FileUrlToPath(std::string_view url) {
  if (url.starts_with("file:///")) {
    return DecodePercent(url.substr(kPrefix.size()));
  }
  if (url.starts_with("file://localhost/")) {
    return DecodePercent(url.substr(kPrefix.size() + 9));
  }
  if (url.starts_with("file:/") && !url.starts_with(kPrefix)) {
    return DecodePercent(url.substr(5));
  }
  return std::nullopt;
}

std::optional<std::string> DecodePercent(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(
        digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() ||
        end != digits.data() + 2 || value == 0 || value == '/') {
      return std::nullopt;
    }
    result += static_cast<char>(value);
    i += 2;
  }
  return result;
}

std::string_view UrlScheme(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  if (std::isalpha(static_cast<unsigned char>(text[0])) == 0) return {};
  for (const char c : text.substr(0, colon)) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' &&
        c != '-' && c != '.') {
      return {};
    }
  }
  return text.substr(0, colon + 1);
}

std::string DisplayPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (error || path.empty() || path[0] != '/') return path;
  const std::string relative =
      std::filesystem::path(path).lexically_relative(here).string();
  return relative.empty() || relative.starts_with("..") ? path : relative;
}

}  // namespace jshost
