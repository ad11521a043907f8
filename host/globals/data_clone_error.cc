#include "host/globals/data_clone_error.h"

#include <array>

#include "host/globals/environment.h"
#include "host/globals/values.h"

namespace jshost {

void ThrowDataCloneError(v8::Isolate* isolate, v8::Local<v8::String> message) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  std::array<v8::Local<v8::Value>, 2> arguments{
      message, String(isolate, "DataCloneError")};
  v8::Local<v8::Value> file;
  v8::Local<v8::Object> error;
  // What fails here has thrown.
  if (!Environment::For(isolate)
           .host->RequireInternal("dom_exception")
           .ToLocal(&file) ||
      !GetObject(context, file.As<v8::Object>(), "DOMException")
           .As<v8::Function>()
           ->NewInstance(context, arguments.size(), arguments.data())
           .ToLocal(&error)) {
    return;
  }
  isolate->ThrowException(error);
}

void ThrowDataCloneError(v8::Isolate* isolate, std::string_view message) {
  ThrowDataCloneError(isolate, String(isolate, message));
}

}  // namespace jshost
