#include "host/v8_memory/script_position.h"

#include <fmt/format.h>
#include <v8-debug.h>
#include <v8-isolate.h>
#include <v8-primitive.h>

namespace jshost {
namespace {

constexpr int kFramesToSearch = 8;
constexpr int kFramesToShow = 10;

std::string ToText(v8::Isolate* isolate, v8::Local<v8::String> string) {
  if (string.IsEmpty()) return {};
  const v8::String::Utf8Value text(isolate, string);
  return *text == nullptr ? std::string() : std::string(*text, text.length());
}

// "at NAME (FILE:LINE:COLUMN)", or empty for a frame that isn't the user's.
std::string Describe(v8::Isolate* isolate, v8::Local<v8::StackFrame> frame) {
  const std::string file = ToText(isolate, frame->GetScriptNameOrSourceURL());
  // The shell's own JavaScript is named jshost:….
  if (file.empty() || file.starts_with("jshost:")) return {};
  const std::string place =
      fmt::format("{}:{}:{}", file, frame->GetLineNumber(), frame->GetColumn());
  const std::string name = ToText(isolate, frame->GetFunctionName());
  return name.empty() ? "at " + place : fmt::format("at {} ({})", name, place);
}

}  // namespace

std::string DescribeFrame(v8::Isolate* isolate,
                          v8::Local<v8::StackTrace> trace) {
  if (trace.IsEmpty()) return {};
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    const std::string text = Describe(isolate, trace->GetFrame(isolate, i));
    if (!text.empty()) return text;
  }
  return {};
}

std::string DescribeCurrentFrame(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  return DescribeFrame(
      isolate, v8::StackTrace::CurrentStackTrace(isolate, kFramesToSearch));
}

std::string DescribeCurrentStack(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::StackTrace> trace =
      v8::StackTrace::CurrentStackTrace(isolate, kFramesToShow);
  std::string text;
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    const std::string line = Describe(isolate, trace->GetFrame(isolate, i));
    if (!line.empty()) text += "  " + line + "\n";
  }
  return text;
}

}  // namespace jshost
