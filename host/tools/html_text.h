// Text in HTML.

#ifndef HOST_TOOLS_HTML_TEXT_H_
#define HOST_TOOLS_HTML_TEXT_H_

#include <string>
#include <string_view>

namespace jshost {

// As content or as a quoted attribute's value; what HTML has no character for
// becomes U+FFFD.
std::string EscapeHtml(std::string_view text);

}  // namespace jshost

#endif  // HOST_TOOLS_HTML_TEXT_H_
