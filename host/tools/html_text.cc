#include "host/tools/html_text.h"

#include "host/runtime/source_text.h"

namespace jshost {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  for (size_t bad; (bad = FindInvalidUtf8(text)) != std::string_view::npos;) {
    valid += text.substr(0, bad);
    valid += kReplacement;
    text.remove_prefix(bad + 1);
  }
  valid += text;
  return valid;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : ValidUtf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if ((static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') ||
            c == 0x7f) {
          escaped += kReplacement;
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

}  // namespace jshost
