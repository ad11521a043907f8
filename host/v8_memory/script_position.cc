#include "host/v8_memory/script_position.h"

#include <fmt/format.h>
#include <v8-debug.h>
#include <v8-isolate.h>
#include <v8-primitive.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace jshost {
namespace {

constexpr int kFramesToSearch = 8;
constexpr int kFramesToShow = 10;

std::string ToText(v8::Isolate* isolate, v8::Local<v8::String> string) {
  if (string.IsEmpty()) return {};
  const v8::String::Utf8Value text(isolate, string);
  return *text == nullptr ? std::string() : std::string(*text, text.length());
}

// None for a frame that isn't the user's.
std::optional<ScriptPosition> PositionOf(v8::Isolate* isolate,
                                         v8::Local<v8::StackFrame> frame) {
  std::string file = ToText(isolate, frame->GetScriptNameOrSourceURL());
  // The shell's own JavaScript is named jshost:….
  if (file.empty() || file.starts_with("jshost:")) return std::nullopt;
  return ScriptPosition{.function = ToText(isolate, frame->GetFunctionName()),
                        .file = std::move(file),
                        .line = frame->GetLineNumber(),
                        .column = frame->GetColumn()};
}

std::optional<ScriptPosition> PositionOf(v8::Isolate* isolate,
                                         v8::Local<v8::StackTrace> trace) {
  if (trace.IsEmpty()) return std::nullopt;
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    auto position = PositionOf(isolate, trace->GetFrame(isolate, i));
    if (position) return position;
  }
  return std::nullopt;
}

std::string DescribeIfAny(const std::optional<ScriptPosition>& position) {
  return position ? position->Describe() : std::string();
}

// Cuts ":NUMBER" off the end; 0 where there is none.
int CutNumber(std::string* place) {
  const size_t colon = place->find_last_not_of("0123456789");
  if (colon == place->npos || (*place)[colon] != ':') return 0;
  int number = 0;
  const char* const end = place->data() + place->size();
  if (std::from_chars(place->data() + colon + 1, end, number).ec !=
      std::errc()) {
    return 0;
  }
  place->resize(colon);
  return number;
}

}  // namespace

std::string ScriptPosition::Describe() const {
  const std::string place =
      line == 0 ? file : fmt::format("{}:{}:{}", file, line, column);
  return function.empty() ? "at " + place
                          : fmt::format("at {} ({})", function, place);
}

std::optional<ScriptPosition> CurrentPosition(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  return PositionOf(
      isolate, v8::StackTrace::CurrentStackTrace(isolate, kFramesToSearch));
}

std::string DescribeFrame(v8::Isolate* isolate,
                          v8::Local<v8::StackTrace> trace) {
  return DescribeIfAny(PositionOf(isolate, trace));
}

std::string DescribeCurrentFrame(v8::Isolate* isolate) {
  return DescribeIfAny(CurrentPosition(isolate));
}

std::string DescribeCurrentStack(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::StackTrace> trace =
      v8::StackTrace::CurrentStackTrace(isolate, kFramesToShow);
  std::string text;
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    const auto position = PositionOf(isolate, trace->GetFrame(isolate, i));
    if (position) text += "  " + position->Describe() + "\n";
  }
  return text;
}

std::vector<ScriptPosition> ParseStackText(std::string_view text) {
  constexpr std::string_view kIn = " in ";
  std::vector<ScriptPosition> frames;
  std::string file;  // of the line before
  while (!text.empty() && frames.size() < kFramesToShow) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t in = line.find(kIn);
    if (in == std::string_view::npos) continue;
    ScriptPosition frame{.function = std::string(line.substr(0, in)),
                         .file = std::string(line.substr(in + kIn.size()))};
    if (frame.function == "<none>") frame.function.clear();
    frame.column = CutNumber(&frame.file);
    frame.line = CutNumber(&frame.file);
    if (frame.file != "=") {
      file = frame.file;
    } else if (!file.empty()) {
      frame.file = file;
    }
    if (!file.starts_with("jshost:")) frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace jshost
