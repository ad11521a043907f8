// Native functions for JavaScript, written as plain C++.
//
//   std::optional<std::string> ReadLine(Environment& env);
//   void WriteFile(Environment& env, const std::string& path, Bytes data);
//   …
//   Method<&WriteFile, "path", "data">(context, global, "writeFile");
//
// The function takes the environment first, then one parameter for each name;
// its types say what a caller may pass, and a TypeError that names the
// parameter and the value answers anything else:
//   bool, double, int32_t        coerced as the web's are
//   Number                       a number, and nothing else
//   std::string                  a string, as UTF-8
//   Path                         a string without a NUL, which no file name has
//   v8::Local<v8::Function>      a function
//   v8::Local<v8::Object>        an object
//   v8::Local<v8::Value>         anything
//   Bytes                        a string, ArrayBuffer or view
//   std::optional<T>             T, or undefined for none
//   Rest                         all arguments from here on; the last
// It returns void, bool, double, int32_t, std::string, a Local, an optional
// (none is undefined), or a MaybeLocal, where empty says that an exception is
// pending. A function that throws returns anything.
//
// A function that takes Host& instead of the environment also works while the
// startup snapshot is made; others throw there.

#ifndef HOST_GLOBALS_BINDING_H_
#define HOST_GLOBALS_BINDING_H_

#include <fmt/format.h>
#include <v8-context.h>
#include <v8-function-callback.h>
#include <v8-function.h>
#include <v8-isolate.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "host/globals/bytes.h"
#include "host/globals/environment.h"
#include "host/globals/external_reference.h"
#include "host/globals/values.h"

namespace jshost {

using CallbackInfo = v8::FunctionCallbackInfo<v8::Value>;

struct Path : std::string {};

struct Number {
  double value = 0;
};

// The arguments from one on.
class Rest {
 public:
  Rest() = default;
  Rest(const CallbackInfo* info, int first) : info_(info), first_(first) {}
  int size() const { return std::max(0, info_->Length() - first_); }
  v8::Local<v8::Value> operator[](int i) const { return (*info_)[first_ + i]; }

 private:
  const CallbackInfo* info_ = nullptr;
  int first_ = 0;
};

namespace binding {

// A string literal as a template argument.
template <size_t kSize>
struct Literal {
  consteval Literal(const char (&text)[kSize]) {  // NOLINT: implicit on purpose
    std::copy_n(text, kSize, value);
  }
  char value[kSize];
};

inline bool Refuse(v8::Isolate* isolate, const char* name, const char* wanted,
                   v8::Local<v8::Value> got) {
  Throw(isolate, ErrorKind::kTypeError,
        fmt::format("{} must be {}, got {}", name, wanted,
                    Describe(isolate, got)));
  return false;
}

// Reads one argument; false when an exception is pending.
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value, const char*,
                 bool* result) {
  *result = value->BooleanValue(isolate);
  return true;
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value, const char*,
                 double* result) {
  return value->NumberValue(isolate->GetCurrentContext()).To(result);
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value, const char*,
                 int32_t* result) {
  return value->Int32Value(isolate->GetCurrentContext()).To(result);
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, Number* result) {
  if (!value->IsNumber()) return Refuse(isolate, name, "a number", value);
  result->value = value.As<v8::Number>()->Value();
  return true;
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, std::string* result) {
  if (!value->IsString()) return Refuse(isolate, name, "a string", value);
  *result = ToText(isolate, value);
  return true;
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, Path* result) {
  if (!value->IsString()) return Refuse(isolate, name, "a string", value);
  result->assign(ToText(isolate, value));
  if (result->find('\0') == std::string::npos) return true;
  return Refuse(isolate, name, "a path, which has no NUL character", value);
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, v8::Local<v8::Function>* result) {
  if (!value->IsFunction()) return Refuse(isolate, name, "a function", value);
  *result = value.As<v8::Function>();
  return true;
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, v8::Local<v8::Object>* result) {
  if (!value->IsObject()) return Refuse(isolate, name, "an object", value);
  *result = value.As<v8::Object>();
  return true;
}
inline bool Read(v8::Isolate*, v8::Local<v8::Value> value, const char*,
                 v8::Local<v8::Value>* result) {
  *result = value;
  return true;
}
inline bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value,
                 const char* name, Bytes* result) {
  if (result->Assign(isolate, value)) return true;
  return Refuse(isolate, name, "a string, an ArrayBuffer or a view", value);
}
template <typename T>
bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value, const char* name,
          std::optional<T>* result) {
  if (value->IsUndefined()) return true;
  return Read(isolate, value, name, &result->emplace());
}

template <typename T>
bool ReadArgument(const CallbackInfo& info, int index, const char* name,
                  T* result) {
  if constexpr (std::is_same_v<T, Rest>) {
    *result = Rest(&info, index);
    return true;
  } else {
    return Read(info.GetIsolate(), info[index], name, result);
  }
}

inline void RefuseInSnapshot(const CallbackInfo& info) {
  Throw(info.GetIsolate(), ErrorKind::kError,
        "this native function needs a running program, and the startup "
        "snapshot is only being made: call it later, or list the file that "
        "calls it in lazy_sources (host/BUILD.gn)");
}

inline void Return(const CallbackInfo& info, bool value) {
  info.GetReturnValue().Set(value);
}
inline void Return(const CallbackInfo& info, double value) {
  info.GetReturnValue().Set(value);
}
inline void Return(const CallbackInfo& info, int32_t value) {
  info.GetReturnValue().Set(value);
}
inline void Return(const CallbackInfo& info, const std::string& value) {
  v8::Local<v8::String> string;
  if (TryString(info.GetIsolate(), value).ToLocal(&string)) {
    info.GetReturnValue().Set(string);
  }
}
template <typename T>
void Return(const CallbackInfo& info, v8::Local<T> value) {
  info.GetReturnValue().Set(value);
}
template <typename T>
void Return(const CallbackInfo& info, v8::MaybeLocal<T> value) {
  v8::Local<T> result;
  if (value.ToLocal(&result)) info.GetReturnValue().Set(result);
}
template <typename T>
void Return(const CallbackInfo& info, const std::optional<T>& value) {
  if (value) Return(info, *value);
}

template <typename Function>
struct Signature;
template <typename R, typename Of, typename... Parameters>
struct Signature<R (*)(Of&, Parameters...)> {
  using Receiver = Of;
  using Result = R;
  using Arguments = std::tuple<std::decay_t<Parameters>...>;
};

template <typename Receiver>
Receiver& ReceiverOf(Environment& env) {
  if constexpr (std::is_same_v<Receiver, Host>) {
    return *env.host;
  } else {
    return env;
  }
}

// Calls function(env, arguments…) with what was passed, unless that is refused.
template <typename Arguments, Literal... kNames, typename Function>
void WithArguments(const CallbackInfo& info, Function function) {
  static_assert(std::tuple_size_v<Arguments> == sizeof...(kNames),
                "one name for each parameter");
  constexpr std::array<const char*, sizeof...(kNames)> kTexts{kNames.value...};
  [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
    Arguments arguments;
    const bool all =
        (ReadArgument(info, static_cast<int>(kIndex), kTexts[kIndex],
                      &std::get<kIndex>(arguments)) &&
         ...);
    if (!all) return;
    function(Environment::For(info.GetIsolate()),
             std::move(std::get<kIndex>(arguments))...);
  }(std::make_index_sequence<sizeof...(kNames)>());
}

template <auto kFunction, Literal... kNames>
void Invoke(const CallbackInfo& info) {
  using Types = Signature<decltype(kFunction)>;
  using Receiver = typename Types::Receiver;
  if constexpr (std::is_same_v<Receiver, Environment>) {
    if (Environment::For(info.GetIsolate()).makes_snapshot) [[unlikely]]
      return RefuseInSnapshot(info);
  }
  WithArguments<typename Types::Arguments, kNames...>(
      info, [&](Environment& env, auto&&... arguments) {
        Receiver& receiver = ReceiverOf<Receiver>(env);
        if constexpr (std::is_void_v<typename Types::Result>) {
          kFunction(receiver, std::move(arguments)...);
        } else {
          Return(info, kFunction(receiver, std::move(arguments)...));
        }
      });
}

// The arguments, as the compiler writes them.
template <auto... kArguments>
consteval std::string_view Spell() {
  return __PRETTY_FUNCTION__;
}

// What kCallback is known by in the startup snapshot. Functions of two files
// may be spelt alike, hence the file that is being compiled.
template <auto kCallback, auto... kSpelling>
inline const ExternalReference kReference{
    {Spell<kSpelling...>(), __BASE_FILE__},
    reinterpret_cast<intptr_t>(kCallback)};

}  // namespace binding

// A JavaScript function that calls kFunction.
template <auto kFunction, binding::Literal... kNames>
v8::Local<v8::Function> NewFunction(v8::Local<v8::Context> context,
                                    std::string_view name) {
  constexpr v8::FunctionCallback kCallback =
      binding::Invoke<kFunction, kNames...>;
  static_cast<void>(&binding::kReference<kCallback, kFunction, kNames...>);
  const v8::Local<v8::Function> function =
      v8::Function::New(context, kCallback, {},
                        static_cast<int>(sizeof...(kNames)),
                        v8::ConstructorBehavior::kThrow)
          .ToLocalChecked();
  function->SetName(Name(v8::Isolate::GetCurrent(), name));
  return function;
}

// Defines it on `target`, as the web's globals are.
template <auto kFunction, binding::Literal... kNames>
void Method(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
            std::string_view name) {
  Define(context, target, name,
         NewFunction<kFunction, kNames...>(context, name));
}

// Defines a property, as the web's globals are, whose value kGetter gives when
// it is first asked for; it gets `data`.
template <v8::AccessorNameGetterCallback kGetter>
void LazyProperty(v8::Local<v8::Context> context, v8::Local<v8::Object> target,
                  std::string_view name, v8::Local<v8::Value> data = {}) {
  static_cast<void>(&binding::kReference<kGetter, kGetter>);
  target
      ->SetLazyDataProperty(context, Name(v8::Isolate::GetCurrent(), name),
                            kGetter, data, v8::DontEnum)
      .Check();
}

}  // namespace jshost

#endif  // HOST_GLOBALS_BINDING_H_
