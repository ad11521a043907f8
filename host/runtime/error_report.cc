#include "host/runtime/error_report.h"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-isolate.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "host/globals/error_place.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

constexpr int kMostCauses = 8;
constexpr uint32_t kMostErrors = 5;  // of an AggregateError
constexpr size_t kWidestLine = 120;  // minified code has lines without end
constexpr std::string_view kOwnScript = "jshost:";  // see runtime/builtins.h
constexpr std::string_view kUncaught = "Uncaught ";

class Formatter {
 public:
  Formatter(v8::Local<v8::Context> context, const ErrorReport& report)
      : isolate_(v8::Isolate::GetCurrent()),
        context_(context),
        report_(report) {}

  std::string Format() {
    FindPlace();
    AddHeadline();
    place_ ? AddPlacedLine() : AddSourceLine();
    text_ += Frames(report_.error);
    AddErrors(report_.error);
    AddCauses(report_.error);
    return std::move(text_);
  }

  ErrorPlace Place() {
    FindPlace();
    if (place_) return *place_;
    const v8::Local<v8::Value> resource =
        report_.message->GetScriptResourceName();
    v8::Local<v8::String> line;
    if (!resource->IsString() ||
        !report_.message->GetSourceLine(context_).ToLocal(&line)) {
      return {};
    }
    return {ToText(isolate_, resource),
            report_.message->GetLineNumber(context_).FromMaybe(0),
            report_.message->GetStartColumn() + 1,
            Short(ToText(isolate_, line))};
  }

  // "TypeError: x is not a function", or the value that was thrown.
  std::string Summary() const {
    if (!report_.error->IsNativeError() && report_.error->IsObject()) {
      return report_.show(report_.error);
    }
    const std::string text = ToText(isolate_, report_.message->Get());
    const std::string summary =
        text.starts_with(kUncaught) ? text.substr(kUncaught.size()) : text;
    // V8 runs no getters, and those of a DOMException say all there is.
    v8::Local<v8::String> said;
    if (!summary.empty() || !report_.error->IsNativeError() ||
        !report_.error->ToString(context_).ToLocal(&said)) {
      return summary;
    }
    return ToText(isolate_, said);
  }

 private:
  void FindPlace() {
    place_ = GetErrorPlace(context_, report_.error);
    if (!place_) place_ = PlaceOfCaller();
  }

  static std::string Short(std::string line) {
    if (line.size() > kWidestLine) line.clear();
    return line;
  }

  static bool IsOwn(std::string_view script) {
    return script.starts_with(kOwnScript);
  }

  bool IsOwnScript() const {
    const v8::Local<v8::Value> resource =
        report_.message->GetScriptResourceName();
    return resource->IsString() && IsOwn(ToText(isolate_, resource));
  }

  // What the shell's own JavaScript throws belongs where a script called it.
  std::optional<ErrorPlace> PlaceOfCaller() const {
    const v8::Local<v8::Value> resource =
        report_.message->GetScriptResourceName();
    const v8::Local<v8::StackTrace> trace = report_.message->GetStackTrace();
    if (!resource->IsString() || !IsOwn(ToText(isolate_, resource)) ||
        trace.IsEmpty()) {
      return std::nullopt;
    }
    for (int i = 0; i < trace->GetFrameCount(); ++i) {
      const v8::Local<v8::StackFrame> frame =
          trace->GetFrame(isolate_, static_cast<uint32_t>(i));
      const v8::Local<v8::String> name = frame->GetScriptName();
      if (name.IsEmpty() || IsOwn(ToText(isolate_, name))) continue;
      const int line = frame->GetLineNumber();
      return ErrorPlace{ToText(isolate_, name), line, frame->GetColumn(),
                        LineOf(frame->GetScriptSource(), line)};
    }
    return std::nullopt;
  }

  // Line `number`, from 1, of a text.
  std::string LineOf(v8::Local<v8::String> source, int number) const {
    if (source.IsEmpty()) return {};
    const std::string text = ToText(isolate_, source);
    size_t start = 0;
    for (int i = 1; i < number; ++i) {
      start = text.find('\n', start);
      if (start == std::string::npos) return {};
      ++start;
    }
    return Short(text.substr(start, text.find('\n', start) - start));
  }

  std::string Location() const {
    if (place_) {
      return fmt::format("{}:{}:{}", place_->file, place_->line,
                         place_->column);
    }
    const v8::Local<v8::Value> resource =
        report_.message->GetScriptResourceName();
    const int line = report_.message->GetLineNumber(context_).FromMaybe(0);
    if (!resource->IsString() || line == 0 || IsOwnScript()) return {};
    return fmt::format("{}:{}:{}", ToText(isolate_, resource), line,
                       report_.message->GetStartColumn() + 1);
  }

  void AddHeadline() {
    const std::string location = Location();
    text_ += fmt::format("{}: Uncaught {}{}\n",
                         location.empty() ? "jshost" : location,
                         report_.in_promise ? "(in promise) " : "", Summary());
  }

  void AddPlacedLine() {
    if (place_->source_line.empty()) return;
    const size_t before =
        std::min(place_->source_line.size(),
                 static_cast<size_t>(std::max(1, place_->column)) - 1);
    text_ += place_->source_line + "\n" + std::string(before, ' ') + "^\n";
  }

  // The line, or what is around the place, and carets under it.
  void AddSourceLine() {
    if (IsOwnScript()) return;  // and no script's frame is near
    v8::Local<v8::String> source;
    if (!report_.message->GetSourceLine(context_).ToLocal(&source)) return;
    const size_t length = static_cast<size_t>(source->Length());
    size_t start =
        static_cast<size_t>(std::max(0, report_.message->GetStartColumn()));
    size_t end =
        static_cast<size_t>(std::max(0, report_.message->GetEndColumn()));
    if (length == 0 || start > length) return;
    std::vector<uint16_t> units(length);
    source->Write(isolate_, 0, static_cast<uint32_t>(length), units.data());
    end = std::clamp(end, start + 1, length + 1);

    const size_t from = length > kWidestLine && start > kWidestLine / 2
                            ? start - kWidestLine / 2
                            : 0;
    const size_t to = std::min(length, from + kWidestLine);
    text_ += ToUtf8(units.data() + from, to - from) + "\n";
    for (size_t i = from; i < start; ++i) {
      text_ += units[i] == '\t' ? '\t' : ' ';
    }
    text_.append(std::max<size_t>(std::min(end, to) - start, 1), '^');
    text_ += '\n';
  }

  std::string ToUtf8(const uint16_t* units, size_t size) const {
    v8::Local<v8::String> part;
    if (!v8::String::NewFromTwoByte(isolate_, units, v8::NewStringType::kNormal,
                                    static_cast<int>(size))
             .ToLocal(&part)) {
      return {};
    }
    return ToText(isolate_, part);
  }

  std::string StackOf(v8::Local<v8::Value> error) const {
    v8::Local<v8::Value> stack;
    if (!error->IsObject() ||
        !error.As<v8::Object>()
             ->Get(context_, Name(isolate_, "stack"))
             .ToLocal(&stack) ||
        !stack->IsString()) {
      return {};
    }
    return ToText(isolate_, stack);
  }

  // The stack without its headline, which is above already.
  std::string Frames(v8::Local<v8::Value> error) const {
    if (!error->IsNativeError()) return {};
    const std::string stack = StackOf(error);
    size_t at = stack.starts_with("    at ") ? 0 : stack.find("\n    at ");
    if (at == std::string::npos) return {};
    if (stack[at] == '\n') ++at;
    // The shell's own frames tell a script's author nothing.
    std::string frames;
    while (at < stack.size()) {
      const size_t end = std::min(stack.find('\n', at), stack.size());
      const std::string_view line =
          std::string_view(stack).substr(at, end - at);
      if (line.find(kOwnScript) == std::string_view::npos) {
        frames.append(line).push_back('\n');
      }
      at = end + 1;
    }
    return frames;
  }

  // One error within another: its stack, or what it is.
  std::string Describe(v8::Local<v8::Value> error) const {
    const std::string stack =
        error->IsNativeError() ? StackOf(error) : std::string();
    return stack.empty() ? report_.show(error) : stack;
  }

  v8::MaybeLocal<v8::Value> Own(v8::Local<v8::Value> error,
                                std::string_view name) const {
    if (!error->IsNativeError()) return {};
    const auto object = error.As<v8::Object>();
    const v8::Local<v8::String> key = Name(isolate_, name);
    if (!object->HasOwnProperty(context_, key).FromMaybe(false)) return {};
    return object->Get(context_, key);
  }

  void AddCauses(v8::Local<v8::Value> error) {
    v8::Local<v8::Value> cause;
    for (int i = 0; i < kMostCauses && Own(error, "cause").ToLocal(&cause);
         ++i) {
      text_ += "Caused by: " + Describe(cause) + "\n";
      error = cause;
    }
  }

  void AddErrors(v8::Local<v8::Value> error) {
    v8::Local<v8::Value> errors;
    if (!Own(error, "errors").ToLocal(&errors) || !errors->IsArray()) return;
    const auto list = errors.As<v8::Array>();
    for (uint32_t i = 0; i < std::min(list->Length(), kMostErrors); ++i) {
      v8::Local<v8::Value> each;
      if (!list->Get(context_, i).ToLocal(&each)) return;
      text_ += fmt::format("Error {} of {}: {}\n", i + 1, list->Length(),
                           Describe(each));
    }
  }

  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const ErrorReport& report_;
  std::optional<ErrorPlace> place_;
  std::string text_;
};

}  // namespace

std::string FormatError(v8::Local<v8::Context> context,
                        const ErrorReport& report) {
  return Formatter(context, report).Format();
}

std::string SummaryOfError(v8::Local<v8::Context> context,
                           const ErrorReport& report) {
  return std::string(kUncaught) + Formatter(context, report).Summary();
}

ErrorPlace PlaceOfError(v8::Local<v8::Context> context,
                        const ErrorReport& report) {
  return Formatter(context, report).Place();
}

}  // namespace jshost
