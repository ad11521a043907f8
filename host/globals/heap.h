// The parts of the global `heap`, one file for each.

#ifndef HOST_GLOBALS_HEAP_H_
#define HOST_GLOBALS_HEAP_H_

#include <v8-function.h>
#include <v8-object.h>

#include <optional>

#include "host/globals/binding.h"
#include "host/globals/environment.h"

namespace jshost::heap {

using Options = std::optional<v8::Local<v8::Object>>;

v8::MaybeLocal<v8::Object> Stats(Environment& env, Options options);
v8::MaybeLocal<v8::Object> Map(Environment& env, Options options);
v8::MaybeLocal<v8::Object> Measure(Environment& env,
                                   v8::Local<v8::Function> fn);

// The page as HTML; empty with an exception pending.
v8::MaybeLocal<v8::String> ReportPage(Environment& env);
void Report(Environment& env, const Path& path);
v8::MaybeLocal<v8::Object> Coalesce(Environment& env);
v8::MaybeLocal<v8::Value> Struct(Environment& env, v8::Local<v8::Value> name,
                                 v8::Local<v8::Value> fields);

// Whether options[name] is truthy; empty when reading it throws.
v8::Maybe<bool> IsSet(Environment& env, const Options& options,
                      const char* name);

// Throws TypeError with code 'ERR_NOT_SUPPORTED'.
void ThrowNotSupported(Environment& env, const char* what);

}  // namespace jshost::heap

#endif  // HOST_GLOBALS_HEAP_H_
