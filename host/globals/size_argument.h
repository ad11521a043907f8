// A size as scripts write it: bytes, or text with a binary unit ('16MiB').

#ifndef HOST_GLOBALS_SIZE_ARGUMENT_H_
#define HOST_GLOBALS_SIZE_ARGUMENT_H_

#include <v8-isolate.h>
#include <v8-maybe.h>
#include <v8-value.h>

#include <cstdint>
#include <string_view>

namespace jshost {

// Infinity is Budget::kUnlimited. Nothing, with a TypeError or RangeError
// pending that names `name` and the value, when it is no such size.
v8::Maybe<uint64_t> ReadSize(v8::Isolate* isolate, v8::Local<v8::Value> value,
                             std::string_view name);

// The number that a script sees of a limit.
v8::Local<v8::Value> LimitValue(v8::Isolate* isolate, uint64_t limit);

}  // namespace jshost

#endif  // HOST_GLOBALS_SIZE_ARGUMENT_H_
