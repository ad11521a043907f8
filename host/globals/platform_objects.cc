#include "host/globals/platform_objects.h"

#include <array>
#include <span>

#include "host/globals/port_handle.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

// Calls a function of one of the shell's own files.
v8::MaybeLocal<v8::Value> Call(Environment& env, const char* file,
                               const char* name,
                               std::span<v8::Local<v8::Value>> arguments) {
  v8::Isolate* const isolate = env.isolate;
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Value> functions;
  if (!env.host->RequireInternal(file).ToLocal(&functions)) return {};
  return GetObject(context, functions.As<v8::Object>(), name)
      .As<v8::Function>()
      ->Call(isolate, context, v8::Undefined(isolate),
             static_cast<int>(arguments.size()), arguments.data());
}

v8::MaybeLocal<v8::Value> Call(Environment& env, const char* file,
                               const char* name,
                               v8::Local<v8::Value> argument) {
  return Call(env, file, name, std::span(&argument, 1));
}

}  // namespace

std::optional<PlatformKind> PlatformKindOf(Environment& env,
                                           v8::Local<v8::Object> object) {
  v8::Local<v8::Value> kind;
  if (!Call(env, "platform_objects", "kindOf", object).ToLocal(&kind)) {
    return {};
  }
  return static_cast<PlatformKind>(kind.As<v8::Int32>()->Value());
}

PortHandle* HandleOfPort(Environment& env, v8::Local<v8::Object> port) {
  v8::Local<v8::Value> handle;
  if (!Call(env, "message_port", "handleOf", port).ToLocal(&handle)) {
    return nullptr;
  }
  return PortHandle::From(env.isolate, handle);
}

v8::MaybeLocal<v8::Object> MakePort(Environment& env,
                                    std::unique_ptr<PipeEnd> end) {
  v8::Local<v8::Value> port;
  if (!Call(env, "message_port", "makePort", std::span<v8::Local<v8::Value>>())
           .ToLocal(&port)) {
    return {};
  }
  PortHandle* const handle = HandleOfPort(env, port.As<v8::Object>());
  if (handle == nullptr) return {};
  handle->Attach(std::move(end));
  return port.As<v8::Object>();
}

std::optional<DOMExceptionParts> PartsOfDOMException(
    Environment& env, v8::Local<v8::Object> exception) {
  v8::Isolate* const isolate = env.isolate;
  v8::Local<v8::Value> message;
  v8::Local<v8::Value> name;
  v8::Local<v8::Value> stack;
  if (!Call(env, "platform_objects", "messageOf", exception)
           .ToLocal(&message) ||
      !Call(env, "platform_objects", "nameOf", exception).ToLocal(&name) ||
      !exception->Get(isolate->GetCurrentContext(), Name(isolate, "stack"))
           .ToLocal(&stack)) {
    return {};
  }
  return DOMExceptionParts{
      ToText(isolate, message), ToText(isolate, name),
      stack->IsString() ? ToText(isolate, stack) : std::string()};
}

v8::MaybeLocal<v8::Object> MakeDOMException(Environment& env,
                                            const DOMExceptionParts& parts) {
  std::array<v8::Local<v8::Value>, 3> arguments;
  size_t filled = 0;
  for (const std::string* part : {&parts.message, &parts.name, &parts.stack}) {
    v8::Local<v8::String> string;
    if (!TryString(env.isolate, *part).ToLocal(&string)) return {};
    arguments[filled++] = string;
  }
  v8::Local<v8::Value> exception;
  if (!Call(env, "platform_objects", "reviveException", arguments)
           .ToLocal(&exception)) {
    return {};
  }
  return exception.As<v8::Object>();
}

}  // namespace jshost
