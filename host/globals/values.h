// Short names for the V8 calls that every global needs.

#ifndef HOST_GLOBALS_VALUES_H_
#define HOST_GLOBALS_VALUES_H_

#include <v8-container.h>
#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-primitive.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace jshost {

// Bytes of UTF-8 that V8's longest string may have.
inline constexpr uint64_t kMostText = uint64_t{3} * v8::String::kMaxLength;

// The text as a string; invalid UTF-8 becomes U+FFFD. Empty, with an exception
// pending, when it is longer than V8's longest string.
v8::MaybeLocal<v8::String> TryString(v8::Isolate* isolate,
                                     std::string_view text);

// The same for text that is surely short enough.
v8::Local<v8::String> String(v8::Isolate* isolate, std::string_view text);

// A name that is compared or looked up often.
v8::Local<v8::String> Name(v8::Isolate* isolate, std::string_view text);

// UTF-8; lone surrogates become U+FFFD. Empty when conversion throws.
std::string ToText(v8::Isolate* isolate, v8::Local<v8::Value> value);

enum class ErrorKind { kError, kTypeError, kRangeError };

// Throws; the caller must return to V8.
void Throw(v8::Isolate* isolate, ErrorKind kind, std::string_view message);

// A value in an error message: strings quoted and cut, objects by their class.
std::string Describe(v8::Isolate* isolate, v8::Local<v8::Value> value);

// Defines a property as the web's globals are: writable and configurable, not
// enumerable.
void Define(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
            std::string_view name, v8::Local<v8::Value> value);

// Sets an ordinary property.
void Set(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
         std::string_view name, v8::Local<v8::Value> value);

// The object that Define or Set put there.
v8::Local<v8::Object> GetObject(v8::Local<v8::Context> context,
                                v8::Local<v8::Object> target,
                                std::string_view name);

}  // namespace jshost

#endif  // HOST_GLOBALS_VALUES_H_
