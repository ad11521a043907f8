// The error of what can't be cloned or transferred.

#ifndef HOST_GLOBALS_DATA_CLONE_ERROR_H_
#define HOST_GLOBALS_DATA_CLONE_ERROR_H_

#include <v8-isolate.h>
#include <v8-primitive.h>

#include <string_view>

namespace jshost {

// Throws a DataCloneError; the caller must return to V8.
void ThrowDataCloneError(v8::Isolate* isolate, v8::Local<v8::String> message);
void ThrowDataCloneError(v8::Isolate* isolate, std::string_view message);

}  // namespace jshost

#endif  // HOST_GLOBALS_DATA_CLONE_ERROR_H_
