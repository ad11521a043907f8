#include "host/globals/line_output.h"

namespace jshost {
namespace {

constexpr size_t kLongestLine = 1 << 20;  // bytes

}  // namespace

LineOutput::~LineOutput() {
  if (!line_.empty()) stream_->WriteLines(line_ + '\n');
}

bool LineOutput::Write(std::string_view text) {
  const size_t newline = text.rfind('\n');
  if (newline == std::string_view::npos) {
    line_ += text;
    if (line_.size() < kLongestLine) return error() == 0;
    line_ += '\n';
    const bool ok = stream_->WriteLines(line_);
    line_.clear();
    return ok;
  }
  line_ += text.substr(0, newline + 1);
  const bool ok = stream_->WriteLines(line_);
  line_ = text.substr(newline + 1);
  return ok;
}

}  // namespace jshost
