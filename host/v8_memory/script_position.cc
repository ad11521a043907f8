#include "host/v8_memory/script_position.h"

#include <fmt/format.h>
#include <v8-debug.h>
#include <v8-isolate.h>
#include <v8-primitive.h>

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

}  // namespace

std::string ScriptPosition::Describe() const {
  const std::string place = fmt::format("{}:{}:{}", file, line, column);
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

}  // namespace jshost
