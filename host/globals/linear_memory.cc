// The global `LinearMemory`, which is JavaScript (host/js/linear_memory.js),
// and what that asks of C++: sizes and UTF-8.

#include <v8-array-buffer.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "host/globals/binding.h"
#include "host/globals/bytes.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

// A lone surrogate counts as U+FFFD.
double Utf8Length(Environment& env, v8::Local<v8::Value> text) {
  return static_cast<double>(text.As<v8::String>()->Utf8Length(env.isolate));
}

char* StartOf(v8::Local<v8::Object> buffer) {
  return static_cast<char*>(buffer->IsArrayBuffer()
                                ? buffer.As<v8::ArrayBuffer>()->Data()
                                : buffer.As<v8::SharedArrayBuffer>()->Data());
}

// The caller has seen to it that the bytes from `offset` on are enough.
void WriteUtf8(Environment& env, v8::Local<v8::Object> buffer, double offset,
               double length, v8::Local<v8::Value> text) {
  text.As<v8::String>()->WriteUtf8(
      env.isolate, StartOf(buffer) + static_cast<size_t>(offset),
      static_cast<size_t>(length), v8::String::WriteFlags::kReplaceInvalidUtf8);
}

// Of a copy: V8 reads the bytes twice, and another thread may write to them.
v8::MaybeLocal<v8::String> ReadUtf8(Environment& env,
                                    v8::Local<v8::Object> buffer, double offset,
                                    double length) {
  const std::string text(StartOf(buffer) + static_cast<size_t>(offset),
                         static_cast<size_t>(length));
  return TryString(env.isolate, text);
}

void GetLinearMemory(v8::Local<v8::Name>,
                     const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Value> type;
  if (Environment::For(info.GetIsolate())
          .host->RequireInternal("linear_memory")
          .ToLocal(&type)) {
    info.GetReturnValue().Set(type);
  }
}

}  // namespace

void AddLinearMemoryNatives(v8::Local<v8::Context> context,
                            v8::Local<v8::Object> natives) {
  Method<&Utf8Length, "text">(context, natives, "utf8Length");
  Method<&WriteUtf8, "buffer", "offset", "length", "text">(context, natives,
                                                           "writeUtf8");
  Method<&ReadUtf8, "buffer", "offset", "length">(context, natives, "readUtf8");
}

// Loaded when it is first asked for.
void InstallLinearMemory(v8::Local<v8::Context> context) {
  LazyProperty<&GetLinearMemory>(context, context->Global(), "LinearMemory");
}

}  // namespace jshost
