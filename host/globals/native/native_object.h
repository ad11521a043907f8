// Native classes: C++ objects in the custom heap, each behind a JavaScript
// object that scripts construct, use, dispose and drop. A class is:
//
//   class Counter final : public NativeObject<Counter> {
//    public:
//     static constexpr char kName[] = "Counter";
//     static void Describe(NativeClass<Counter>& about) {
//       about.Constructor<&Counter::Start, "start">();
//       about.Method<&Counter::Add, "by">("add");
//       about.Getter<&Counter::Total>("total");
//     }
//     bool Start(Environment&, std::optional<double> start) {
//       total_ = start.value_or(0);
//       return true;
//     }
//     Self Add(Environment&, Number by) { total_ += by.value; return {}; }
//     double Total(Environment&) { return total_; }
//    private:
//     double total_ = 0;
//   };
//   …
//   Define(context, global, Counter::kName, NewClass<Counter>(context));
//
// Members take and return what functions of binding.h do; besides, a parameter
// may be a native object (`Counter*`), and Self returns the receiver. The
// constructor's member returns false, with an exception pending, when it fails.
//
// The base does the rest. The object, and what it allocates as its memory, are
// charged to the budget of ArrayBuffers, come from the same heap, and are known
// to V8 as external memory and to `heap.stats().nativeObjects` by kName. They
// go back at once on `[Symbol.dispose]()`, which every class has and which may
// be called again, else when the JavaScript object is collected. A method
// called on anything else than such an object, or on a disposed one, throws a
// TypeError that names class and method.
//
// On the isolate's thread only.

#ifndef HOST_GLOBALS_NATIVE_NATIVE_OBJECT_H_
#define HOST_GLOBALS_NATIVE_NATIVE_OBJECT_H_

#include <v8-array-buffer.h>
#include <v8-persistent-handle.h>
#include <v8-template.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <tuple>
#include <utility>

#include "host/globals/binding.h"
#include "host/globals/native/native_objects.h"

namespace jshost {

// A block of memory for a native object, until it is `Keep`s.
class NativeMemory {
 public:
  NativeMemory() = default;
  explicit NativeMemory(std::shared_ptr<v8::BackingStore> store)
      : store_(std::move(store)) {}

  void* data() const { return store_ == nullptr ? nullptr : store_->Data(); }
  size_t size() const { return store_ == nullptr ? 0 : store_->ByteLength(); }

 private:
  friend class NativeObjectBase;
  std::shared_ptr<v8::BackingStore> store_;
};

class NativeObjectBase {
 public:
  NativeObjectBase(const NativeObjectBase&) = delete;
  NativeObjectBase& operator=(const NativeObjectBase&) = delete;

  // The object's memory as an ArrayBuffer; empty without any. It is detached
  // as soon as the object keeps another or is disposed. For the host's own
  // JavaScript, never for scripts.
  v8::MaybeLocal<v8::ArrayBuffer> MemoryAsBuffer(Environment& env) const;

 protected:
  enum class Contents { kZero, kAny };
  enum class OnRefusal { kThrow, kIgnore };

  NativeObjectBase() = default;
  virtual ~NativeObjectBase() = default;

  // Memory that `Keep` may make the object's own. False when there is none,
  // with a memory limit's RangeError pending unless that is ignored. May
  // collect garbage; runs no JavaScript.
  bool Allocate(Environment& env, size_t bytes, Contents contents,
                NativeMemory* memory, OnRefusal on_refusal = OnRefusal::kThrow);

  // Takes over `memory`; what the object had before is freed now.
  void Keep(Environment& env, NativeMemory memory);

 private:
  friend class NativeObjects;

  v8::Global<v8::Object> wrapper_;
  NativeMemory memory_;
  NativeType* type_ = nullptr;
  size_t size_ = 0;  // of the object itself
  NativeObjectBase* next_ = nullptr;
  NativeObjectBase* previous_ = nullptr;
};

// What a method returns for its receiver.
struct Self {};

template <typename T>
class NativeClass;

template <typename T>
class NativeObject : public NativeObjectBase {
 public:
  // The live object behind `value`, or null.
  static T* From(v8::Isolate* isolate, v8::Local<v8::Value> value) {
    NativeObjects& objects = *Environment::For(isolate).native_objects;
    if (!objects.IsInstance(kId, value)) return nullptr;
    return static_cast<T*>(NativeObjects::Unwrap(value.As<v8::Object>()));
  }

  // Throws what is wrong with a receiver that is no live object; `method` is
  // as people write it ("Counter.add").
  static void RefuseReceiver(Environment& env, v8::Local<v8::Value> receiver,
                             std::string_view method) {
    env.native_objects->RefuseReceiver(kId, T::kName, receiver, method);
  }

 private:
  friend class NativeClass<T>;
  static inline const int kId = NativeObjects::NewClassId();
};

// An argument that is a live native object.
template <typename T>
  requires std::derived_from<T, NativeObject<T>>
bool Read(v8::Isolate* isolate, v8::Local<v8::Value> value, const char* name,
          T** result) {
  *result = T::From(isolate, value);
  if (*result != nullptr) return true;
  const std::string wanted = std::string("a ") + T::kName + " in use";
  return binding::Refuse(isolate, name, wanted.c_str(), value);
}

namespace binding {

template <typename T, typename R, typename... Parameters>
struct Signature<R (T::*)(Environment&, Parameters...)> {
  using Result = R;
  using Arguments = std::tuple<std::decay_t<Parameters>...>;
};

}  // namespace binding

// Describes T to V8.
template <typename T>
class NativeClass {
 public:
  // At most one; without it the constructor takes nothing.
  template <auto kMember, binding::Literal... kNames>
  void Constructor() {
    template_->SetCallHandler(Construct<kMember, kNames...>);
    template_->SetLength(0);
  }

  template <auto kMember, binding::Literal... kNames>
  void Method(std::string_view name) {
    objects_.AddMethod(template_, T::kName, name, Call<kMember, kNames...>,
                       sizeof...(kNames));
  }

  template <auto kMember>
  void Getter(std::string_view name) {
    objects_.AddGetter(template_, T::kName, name, Call<kMember>);
  }

 private:
  template <typename Class>
  friend v8::Local<v8::Function> NewClass(v8::Local<v8::Context> context);

  explicit NativeClass(NativeObjects& objects)
      : objects_(objects),
        template_(objects.NewTemplate(NativeObject<T>::kId, T::kName)) {
    template_->SetCallHandler(ConstructPlain);
    objects_.AddDispose(template_, T::kName, Dispose);
    T::Describe(*this);
  }

  // Null, with an exception pending, without `new` or without memory.
  static T* Create(const CallbackInfo& info) {
    Environment& env = Environment::For(info.GetIsolate());
    void* place = NativeObjects::Place(env, info, T::kName, sizeof(T));
    if (place == nullptr) return nullptr;
    T* const object = new (place) T();
    env.native_objects->Add(object, info.This(), T::kName, sizeof(T));
    return object;
  }

  static void ConstructPlain(const CallbackInfo& info) { Create(info); }

  template <auto kMember, binding::Literal... kNames>
  static void Construct(const CallbackInfo& info) {
    using Types = binding::Signature<decltype(kMember)>;
    binding::WithArguments<typename Types::Arguments, kNames...>(
        info, [&](Environment& env, auto&&... arguments) {
          T* const object = Create(info);
          if (object == nullptr) return;
          if (!(object->*kMember)(env, std::move(arguments)...)) {
            env.native_objects->Dispose(info.This());
          }
        });
  }

  template <auto kMember, binding::Literal... kNames>
  static void Call(const CallbackInfo& info) {
    using Types = binding::Signature<decltype(kMember)>;
    using Result = typename Types::Result;
    binding::WithArguments<typename Types::Arguments, kNames...>(
        info, [&](Environment& env, auto&&... arguments) {
          // Only now: reading arguments may have run a script.
          T* const object = NativeObject<T>::From(env.isolate, info.This());
          if (object == nullptr) {
            T::RefuseReceiver(env, info.This(),
                              ToText(env.isolate, info.Data()));
          } else if constexpr (std::is_void_v<Result>) {
            (object->*kMember)(env, std::move(arguments)...);
          } else if constexpr (std::is_same_v<Result, Self>) {
            (object->*kMember)(env, std::move(arguments)...);
            info.GetReturnValue().Set(info.This());
          } else {
            binding::Return(info,
                            (object->*kMember)(env, std::move(arguments)...));
          }
        });
  }

  static void Dispose(const CallbackInfo& info) {
    Environment& env = Environment::For(info.GetIsolate());
    if (env.native_objects->IsInstance(NativeObject<T>::kId, info.This())) {
      env.native_objects->Dispose(info.This());
    } else {
      T::RefuseReceiver(env, info.This(), ToText(env.isolate, info.Data()));
    }
  }

  NativeObjects& objects_;
  const v8::Local<v8::FunctionTemplate> template_;
};

// T's constructor. Once for each isolate.
template <typename T>
v8::Local<v8::Function> NewClass(v8::Local<v8::Context> context) {
  Environment& env = Environment::For(v8::Isolate::GetCurrent());
  const NativeClass<T> about(*env.native_objects);
  return about.template_->GetFunction(context).ToLocalChecked();
}

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_NATIVE_OBJECT_H_
