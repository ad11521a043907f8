// print, read and the rest of what JavaScript shells offer, as in d8.

#include <fmt/format.h>
#include <v8-array-buffer.h>
#include <v8-debug.h>
#include <v8-initialization.h>
#include <v8-typed-array.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>

#include "allocator/size_text.h"
#include "host/globals/binding.h"
#include "host/globals/file_error.h"
#include "host/globals/files.h"
#include "host/globals/globals.h"
#include "host/globals/standard_input.h"

namespace jshost {
namespace {

// String() of each value, joined by a space; false when one of them threw.
bool Join(v8::Isolate* isolate, const Rest& values, std::string* text) {
  for (int i = 0; i < values.size(); ++i) {
    v8::Local<v8::Value> value = values[i];
    // String(symbol) works where ToString throws.
    if (value->IsSymbol()) {
      value = value.As<v8::Symbol>()->Description(isolate);
      *text += fmt::format("{}Symbol({})", i == 0 ? "" : " ",
                           value->IsUndefined() ? "" : ToText(isolate, value));
      continue;
    }
    v8::Local<v8::String> string;
    if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&string)) {
      return false;
    }
    if (i != 0) *text += ' ';
    *text += ToText(isolate, string);
  }
  return true;
}

void Emit(Environment& env, Output* output, const std::string& text) {
  if (!output->Write(text) && output == env.out) env.host->OnOutputFailed();
}

void Print(Environment& env, const Rest& values) {
  std::string text;
  if (Join(env.isolate, values, &text)) Emit(env, env.out, text += '\n');
}

void PrintErr(Environment& env, const Rest& values) {
  std::string text;
  if (!Join(env.isolate, values, &text)) return;
  Emit(env, env.err, text += '\n');
  env.err->Flush();
}

void Write(Environment& env, const Rest& values) {
  std::string text;
  if (Join(env.isolate, values, &text)) Emit(env, env.out, text);
}

// The file's bytes in a buffer of the custom heap, read straight into it.
v8::MaybeLocal<v8::ArrayBuffer> ReadBuffer(Environment& env, const Path& path) {
  v8::Isolate* const isolate = env.isolate;
  v8::Local<v8::ArrayBuffer> buffer;
  const auto allocate = [&](size_t bytes) -> void* {
    const bool made =
        v8::ArrayBuffer::MaybeNew(
            isolate, bytes, v8::BackingStoreInitializationMode::kUninitialized)
            .ToLocal(&buffer);
    return made ? buffer->Data() : nullptr;
  };
  size_t size = 0;
  const uint64_t limit = env.buffers->budget().lowest_limit();
  const int error =
      ReadFileInto(path, limit, allocate, &size, &env.host->interruption());
  if (error == 0) return buffer;
  if (error == ENOMEM) {
    Throw(isolate, ErrorKind::kRangeError, "Array buffer allocation failed");
  } else {
    ThrowFileError(env, "read", path, error);
  }
  return {};
}

// Bytes of UTF-8: with more there is no string that V8 has room for, even if
// each two bytes are one character of one.
uint64_t MostText(const Environment& env) {
  return std::min({kMostText / 2, env.limits.js_heap,
                   env.budget->total().lowest_limit()}) *
         2;
}

v8::MaybeLocal<v8::Value> Read(Environment& env, const Path& path,
                               const std::optional<std::string>& mode) {
  if (mode && *mode != "binary") {
    Throw(env.isolate, ErrorKind::kTypeError,
          fmt::format("mode must be 'binary' or absent, got '{}'", *mode));
    return {};
  }
  if (mode) {
    v8::Local<v8::ArrayBuffer> buffer;
    if (!ReadBuffer(env, path).ToLocal(&buffer)) return {};
    return v8::Uint8Array::New(buffer, 0, buffer->ByteLength());
  }
  std::string text;
  const uint64_t most = MostText(env);
  const int error = ReadFile(path, most, &text, &env.host->interruption());
  if (error == EFBIG) {
    Throw(env.isolate, ErrorKind::kRangeError,
          fmt::format("'{}' is more than {}, which is more than a string can "
                      "hold here; read it with mode 'binary'",
                      static_cast<const std::string&>(path),
                      jsheap::FormatSize(most)));
    return {};
  }
  if (error != 0) {
    ThrowFileError(env, "read", path, error);
    return {};
  }
  return TryString(env.isolate, text);
}

std::optional<std::string> ReadLine(Environment& env) {
  env.out->Flush();
  std::optional<std::string> line;
  if (const int error =
          StandardInput::Process().ReadLine(&env.host->interruption(), &line)) {
    ThrowFileError(env, "read a line of", "standard input", error);
  }
  return line;
}

void WriteWholeFile(Environment& env, const Path& path, const Bytes& data) {
  if (const int error =
          WriteFile(path, data.view(), &env.host->interruption())) {
    ThrowFileError(env, "write", path, error);
  }
}

// `path` as the calling script means it: relative to its own folder.
std::string RelativeToCaller(v8::Isolate* isolate, const std::string& path) {
  const v8::Local<v8::String> caller =
      v8::StackTrace::CurrentScriptNameOrSourceURL(isolate);
  if (caller.IsEmpty()) return path;
  const std::filesystem::path script = ToText(isolate, caller);
  return (script.parent_path() / path).lexically_normal().string();
}

void Load(Environment& env, const Rest& paths) {
  for (int i = 0; i < paths.size(); ++i) {
    const v8::HandleScope handles(env.isolate);
    Path given;
    if (!binding::Read(env.isolate, paths[i], "path", &given)) return;
    const std::string path = RelativeToCaller(env.isolate, given);
    if (env.host->RunScriptFile(path).IsEmpty()) return;
  }
}

// A code that doesn't fit would become another, or success.
void Quit(Environment& env, v8::Local<v8::Value> code) {
  double status = 0;
  if (!code->IsUndefined()) {
    if (!code->IsNumber()) {
      binding::Refuse(env.isolate, "code", "a number", code);
      return;
    }
    status = code.As<v8::Number>()->Value();
  }
  if (!(status >= 0 && status <= 255) || status != std::trunc(status)) {
    Throw(env.isolate, ErrorKind::kRangeError,
          fmt::format("code must be a whole number from 0 to 255, got {}",
                      Describe(env.isolate, code)));
    return;
  }
  env.host->Quit(static_cast<int>(status));
}

std::string Version(Environment&) { return v8::V8::GetVersion(); }

v8::Local<v8::Array> ScriptArguments(v8::Isolate* isolate) {
  v8::LocalVector<v8::Value> args(isolate);
  for (const std::string& arg : Environment::For(isolate).script_args) {
    args.push_back(String(isolate, arg));
  }
  return v8::Array::New(isolate, args.data(), args.size());
}

}  // namespace

void InstallShellIo(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> global = context->Global();
  Method<&Print, "values">(context, global, "print");
  Method<&PrintErr, "values">(context, global, "printErr");
  Method<&Write, "values">(context, global, "write");
  Method<&Read, "path", "mode">(context, global, "read");
  Method<&ReadBuffer, "path">(context, global, "readbuffer");
  Method<&ReadLine>(context, global, "readline");
  Method<&WriteWholeFile, "path", "data">(context, global, "writeFile");
  Method<&Load, "paths">(context, global, "load");
  Method<&Quit, "code">(context, global, "quit");
  Method<&Version>(context, global, "version");
}

void StartShellIo(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> global = context->Global();
  const v8::Local<v8::Array> args = ScriptArguments(v8::Isolate::GetCurrent());
  Define(context, global, "scriptArgs", args);
  Define(context, global, "arguments", args);
}

}  // namespace jshost
