// The native classes that scripts get, and what their JavaScript needs.

#include <v8-typed-array.h>

#include "host/globals/globals.h"
#include "host/globals/native/bit_set.h"
#include "host/globals/native/number_map.h"

namespace jshost {
namespace {

// The object's memory as an Int32Array; undefined without any.
template <typename T>
v8::MaybeLocal<v8::Value> Words(Environment& env, T* object) {
  v8::Local<v8::ArrayBuffer> buffer;
  if (!object->MemoryAsBuffer(env).ToLocal(&buffer)) {
    return v8::Undefined(env.isolate);
  }
  return v8::Int32Array::New(buffer, 0, buffer->ByteLength() / 4);
}

v8::MaybeLocal<v8::Value> BitSetWords(Environment& env, BitSet* set) {
  return Words(env, set);
}

v8::MaybeLocal<v8::Value> NumberMapWords(Environment& env, NumberMap* map) {
  return Words(env, map);
}

// [capacity, most entries, words a slot]: see NumberMap::Layout.
v8::Local<v8::Object> NumberMapLayout(Environment& env, NumberMap* map) {
  const NumberMap::Layout layout = map->layout();
  v8::LocalVector<v8::Value> numbers(env.isolate);
  for (const uint64_t number :
       {layout.capacity, layout.most_entries, layout.slot_words}) {
    numbers.push_back(
        v8::Number::New(env.isolate, static_cast<double>(number)));
  }
  return v8::Array::New(env.isolate, numbers.data(), numbers.size());
}

// Throws, naming `method`, unless `object` is one in use.
template <typename T>
void Demand(Environment& env, v8::Local<v8::Value> object,
            const std::string& method) {
  if (T::From(env.isolate, object) == nullptr) {
    T::RefuseReceiver(env, object, method);
  }
}

// `state` is a Float64Array: see NumberMap::CopyEntries.
int32_t NumberMapEntries(Environment&, NumberMap* map,
                         v8::Local<v8::Object> state) {
  const auto view = state.As<v8::Float64Array>();
  auto* const data = reinterpret_cast<double*>(
      static_cast<char*>(view->Buffer()->Data()) + view->ByteOffset());
  return map->CopyEntries(data, view->Length());
}

v8::MaybeLocal<v8::Value> BitSetNatives(Environment& env) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  const v8::Local<v8::Object> natives = v8::Object::New(env.isolate);
  Define(context, natives, "BitSet", NewClass<BitSet>(context));
  Method<&BitSetWords, "set">(context, natives, "words");
  Method<&Demand<BitSet>, "set", "method">(context, natives, "demand");
  return natives;
}

v8::MaybeLocal<v8::Value> NumberMapNatives(Environment& env) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  const v8::Local<v8::Object> natives = v8::Object::New(env.isolate);
  Define(context, natives, "NumberMap", NewClass<NumberMap>(context));
  Method<&NumberMapWords, "map">(context, natives, "words");
  Method<&NumberMapLayout, "map">(context, natives, "layout");
  Method<&Demand<NumberMap>, "map", "method">(context, natives, "demand");
  Method<&NumberMapEntries, "map", "state">(context, natives, "entries");
  constexpr uint64_t kSalt = DoubleKeys::kSalt;
  Define(context, natives, "saltLow",
         v8::Integer::New(env.isolate, static_cast<int32_t>(kSalt)));
  Define(context, natives, "saltHigh",
         v8::Integer::New(env.isolate, static_cast<int32_t>(kSalt >> 32)));
  return natives;
}

// A class is made when a script first names it.
void GetClass(v8::Local<v8::Name>,
              const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  v8::Local<v8::Value> made;
  if (Environment::For(isolate)
          .host->RequireInternal(ToText(isolate, info.Data()))
          .ToLocal(&made)) {
    info.GetReturnValue().Set(made);
  }
}

}  // namespace

void AddNativeClassNatives(v8::Local<v8::Context> context,
                           v8::Local<v8::Object> natives) {
  Method<&BitSetNatives>(context, natives, "bitSetNatives");
  Method<&NumberMapNatives>(context, natives, "numberMapNatives");
}

void InstallNativeClasses(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  for (const auto& [name, file] :
       {std::pair{"BitSet", "bit_set"}, std::pair{"NumberMap", "number_map"}}) {
    LazyProperty<&GetClass>(context, context->Global(), name,
                            String(isolate, file));
  }
}

}  // namespace jshost
