#include "host/globals/values.h"

#include <fmt/format.h>
#include <v8-context.h>
#include <v8-exception.h>

#include <limits>

namespace jshost {
namespace {

v8::MaybeLocal<v8::String> Make(v8::Isolate* isolate, std::string_view text,
                                v8::NewStringType type) {
  if (text.size() > static_cast<size_t>(v8::String::kMaxLength)) return {};
  return v8::String::NewFromUtf8(isolate, text.data(), type,
                                 static_cast<int>(text.size()));
}

}  // namespace

v8::MaybeLocal<v8::String> TryString(v8::Isolate* isolate,
                                     std::string_view text) {
  v8::MaybeLocal<v8::String> string =
      Make(isolate, text, v8::NewStringType::kNormal);
  if (string.IsEmpty()) {
    Throw(isolate, ErrorKind::kRangeError,
          fmt::format("{} bytes of text are more than a string can hold",
                      text.size()));
  }
  return string;
}

v8::Local<v8::String> String(v8::Isolate* isolate, std::string_view text) {
  return Make(isolate, text, v8::NewStringType::kNormal).ToLocalChecked();
}

v8::Local<v8::String> Name(v8::Isolate* isolate, std::string_view text) {
  return Make(isolate, text, v8::NewStringType::kInternalized).ToLocalChecked();
}

std::string ToText(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::Local<v8::String> string;
  if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&string)) {
    return {};
  }
  std::string text(string->Utf8Length(isolate), '\0');
  string->WriteUtf8(isolate, text.data(), text.size(),
                    v8::String::WriteFlags::kReplaceInvalidUtf8);
  return text;
}

void Throw(v8::Isolate* isolate, ErrorKind kind, std::string_view message) {
  const v8::Local<v8::String> text = String(isolate, message);
  v8::Local<v8::Value> error;
  switch (kind) {
    case ErrorKind::kError:
      error = v8::Exception::Error(text);
      break;
    case ErrorKind::kTypeError:
      error = v8::Exception::TypeError(text);
      break;
    case ErrorKind::kRangeError:
      error = v8::Exception::RangeError(text);
      break;
  }
  isolate->ThrowException(error);
}

std::string Describe(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  constexpr size_t kLongest = 40;
  if (value->IsSymbol()) return "a symbol";
  if (value->IsFunction()) return "a function";
  if (value->IsObject()) {
    return "an object of class " +
           ToText(isolate, value.As<v8::Object>()->GetConstructorName());
  }
  std::string text = ToText(isolate, value);
  if (!value->IsString()) return text;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  return "'" + text + "'";
}

void Define(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
            std::string_view name, v8::Local<v8::Value> value) {
  target
      ->DefineOwnProperty(context, Name(v8::Isolate::GetCurrent(), name), value,
                          v8::DontEnum)
      .Check();
}

void Set(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
         std::string_view name, v8::Local<v8::Value> value) {
  target
      ->CreateDataProperty(context, Name(v8::Isolate::GetCurrent(), name),
                           value)
      .Check();
}

v8::Local<v8::Object> GetObject(v8::Local<v8::Context> context,
                                v8::Local<v8::Object> target,
                                std::string_view name) {
  return target->Get(context, Name(v8::Isolate::GetCurrent(), name))
      .ToLocalChecked()
      .As<v8::Object>();
}

}  // namespace jshost
