#include "host/globals/data_clone_error.h"

#include <v8-exception.h>

#include "host/globals/values.h"

namespace jshost {
namespace {

constexpr int kDataCloneErrorCode = 25;  // DOMException's

}  // namespace

void ThrowDataCloneError(v8::Isolate* isolate, v8::Local<v8::String> message) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const auto error = v8::Exception::Error(message).As<v8::Object>();
  Define(context, error, "name", String(isolate, "DataCloneError"));
  Define(context, error, "code",
         v8::Integer::New(isolate, kDataCloneErrorCode));
  isolate->ThrowException(error);
}

void ThrowDataCloneError(v8::Isolate* isolate, std::string_view message) {
  ThrowDataCloneError(isolate, String(isolate, message));
}

}  // namespace jshost
