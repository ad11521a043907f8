// Looks into values without running their code, for inspect.js.

#include <v8-promise.h>
#include <v8-proxy.h>

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

v8::Local<v8::Array> Pair(v8::Isolate* isolate, v8::Local<v8::Value> first,
                          v8::Local<v8::Value> second) {
  std::array<v8::Local<v8::Value>, 2> values{first, second};
  return v8::Array::New(isolate, values.data(), values.size());
}

// [target, handler], both null for a revoked proxy; undefined for no proxy.
v8::MaybeLocal<v8::Value> GetProxyDetails(Environment& env,
                                          v8::Local<v8::Value> value) {
  if (!value->IsProxy()) return {};
  const auto proxy = value.As<v8::Proxy>();
  return Pair(env.isolate, proxy->GetTarget(), proxy->GetHandler());
}

// [state, result]: 0 pending (result is undefined), 1 fulfilled, 2 rejected.
v8::MaybeLocal<v8::Value> GetPromiseDetails(Environment& env,
                                            v8::Local<v8::Value> value) {
  if (!value->IsPromise()) return {};
  const auto promise = value.As<v8::Promise>();
  v8::Local<v8::Value> result = v8::Undefined(env.isolate);
  if (promise->State() != v8::Promise::kPending) result = promise->Result();
  return Pair(env.isolate, v8::Integer::New(env.isolate, promise->State()),
              result);
}

v8::MaybeLocal<v8::Array> GetOwnNonIndexProperties(Environment& env,
                                                   v8::Local<v8::Object> object,
                                                   bool only_enumerable) {
  return object->GetPropertyNames(
      env.isolate->GetCurrentContext(), v8::KeyCollectionMode::kOwnOnly,
      only_enumerable ? v8::ONLY_ENUMERABLE : v8::ALL_PROPERTIES,
      v8::IndexFilter::kSkipIndices);
}

// [entries, whether they alternate keys and values].
v8::Local<v8::Value> PreviewEntries(Environment& env,
                                    v8::Local<v8::Value> value) {
  bool is_key_value = false;
  v8::Local<v8::Array> entries;
  if (!value->IsObject() || !value.As<v8::Object>()
                                 ->PreviewEntries(&is_key_value)
                                 .ToLocal(&entries)) {
    entries = v8::Array::New(env.isolate);
  }
  return Pair(env.isolate, entries,
              v8::Boolean::New(env.isolate, is_key_value));
}

v8::Local<v8::String> GetConstructorName(Environment&,
                                         v8::Local<v8::Object> object) {
  return object->GetConstructorName();
}

using Test = bool (v8::Value::*)() const;
struct Class {
  const char* name;
  Test is;
  Test also = nullptr;
};

// V8's own brands; the first that fits counts.
constexpr Class kClasses[] = {
    {"Arguments", &v8::Value::IsArgumentsObject},
    {"ModuleNamespace", &v8::Value::IsModuleNamespaceObject},
    {"External", &v8::Value::IsExternal},
    {"NativeError", &v8::Value::IsNativeError},
    {"Promise", &v8::Value::IsPromise},
    {"RegExp", &v8::Value::IsRegExp},
    {"Date", &v8::Value::IsDate},
    {"Map", &v8::Value::IsMap},
    {"Set", &v8::Value::IsSet},
    {"MapIterator", &v8::Value::IsMapIterator},
    {"SetIterator", &v8::Value::IsSetIterator},
    {"WeakMap", &v8::Value::IsWeakMap},
    {"WeakSet", &v8::Value::IsWeakSet},
    {"ArrayBuffer", &v8::Value::IsArrayBuffer},
    {"SharedArrayBuffer", &v8::Value::IsSharedArrayBuffer},
    {"DataView", &v8::Value::IsDataView},
    {"AsyncGeneratorFunction", &v8::Value::IsAsyncFunction,
     &v8::Value::IsGeneratorFunction},
    {"AsyncFunction", &v8::Value::IsAsyncFunction},
    {"GeneratorFunction", &v8::Value::IsGeneratorFunction},
    {"NumberObject", &v8::Value::IsNumberObject},
    {"StringObject", &v8::Value::IsStringObject},
    {"BooleanObject", &v8::Value::IsBooleanObject},
    {"BigIntObject", &v8::Value::IsBigIntObject},
    {"SymbolObject", &v8::Value::IsSymbolObject},
};

// The class's name, or an empty string for anything else.
v8::Local<v8::String> ClassOf(Environment& env, v8::Local<v8::Value> value) {
  if (value->IsObject() && !value->IsProxy()) {
    for (const Class& candidate : kClasses) {
      if (((*value)->*candidate.is)() &&
          (candidate.also == nullptr || ((*value)->*candidate.also)())) {
        return Name(env.isolate, candidate.name);
      }
    }
  }
  return v8::String::Empty(env.isolate);
}

}  // namespace

void AddInspectNatives(v8::Local<v8::Context> context,
                       v8::Local<v8::Object> natives) {
  Method<&GetProxyDetails, "value">(context, natives, "getProxyDetails");
  Method<&GetPromiseDetails, "value">(context, natives, "getPromiseDetails");
  Method<&GetOwnNonIndexProperties, "object", "onlyEnumerable">(
      context, natives, "getOwnNonIndexProperties");
  Method<&PreviewEntries, "value">(context, natives, "previewEntries");
  Method<&GetConstructorName, "object">(context, natives, "getConstructorName");
  Method<&ClassOf, "value">(context, natives, "classOf");
}

}  // namespace jshost
