// heap.struct, and what struct.js gets from C++.

#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/heap.h"

namespace jshost {
namespace {

using TypeId = RecordSlabs::TypeId;

double NewType(Environment& env, v8::Local<v8::Object> state) {
  return static_cast<double>(env.records->NewType(state));
}

// The code of a type: a function whose parameters are `names`, separated by
// commas. V8 would share the feedback of two functions of the same text, so
// each text is different.
v8::MaybeLocal<v8::Function> Compile(Environment& env, const std::string& type,
                                     v8::Local<v8::Value> text,
                                     v8::Local<v8::Object> names) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  const auto list = names.As<v8::Array>();
  v8::LocalVector<v8::String> parameters(env.isolate);
  for (uint32_t i = 0; i < list->Length(); ++i) {
    parameters.push_back(
        list->Get(context, i).ToLocalChecked().As<v8::String>());
  }
  const v8::ScriptOrigin origin(String(env.isolate, "jshost:struct/" + type));
  v8::ScriptCompiler::Source source(text.As<v8::String>(), origin);
  return v8::ScriptCompiler::CompileFunction(
      context, &source, parameters.size(), parameters.data());
}

// The buffer, or what is in the way as error.limit has it.
v8::Local<v8::Value> BufferOrObstacle(Environment& env,
                                      v8::MaybeLocal<v8::ArrayBuffer> buffer,
                                      double bytes) {
  v8::Local<v8::ArrayBuffer> local;
  if (buffer.ToLocal(&local)) return local;
  const jsheap::Budget* const obstacle =
      env.buffers->budget().ObstacleFor(static_cast<uint64_t>(bytes));
  return Name(env.isolate, obstacle != nullptr ? obstacle->name() : "memory");
}

v8::Local<v8::Value> MakeSlabBuffer(Environment& env, double bytes) {
  return BufferOrObstacle(
      env, env.records->MakeBuffer(static_cast<size_t>(bytes)), bytes);
}

// The storage of an array, which is the script's own buffer.
v8::Local<v8::Value> MakeArrayBuffer(Environment& env, double bytes) {
  v8::MaybeLocal<v8::ArrayBuffer> buffer;
  if (bytes <= static_cast<double>(env.buffers->MaxAllocationSize())) {
    buffer = v8::ArrayBuffer::MaybeNew(env.isolate, static_cast<size_t>(bytes));
  }
  return BufferOrObstacle(env, buffer, bytes);
}

void AddSlab(Environment& env, double type, v8::Local<v8::Object> slab) {
  env.records->Add(static_cast<TypeId>(type), slab);
}

void OfferSlab(Environment& env, double type, v8::Local<v8::Object> slab) {
  env.records->Offer(static_cast<TypeId>(type), slab);
}

v8::MaybeLocal<v8::Object> TakeSlab(Environment& env, double type) {
  return env.records->Take(static_cast<TypeId>(type));
}

v8::Local<v8::Array> SlabsOf(Environment& env, double type) {
  return env.records->Of(static_cast<TypeId>(type));
}

// The functions above; from here on there are records.
v8::Local<v8::Object> StartRecords(Environment& env) {
  if (env.records == nullptr) {
    env.records = std::make_unique<RecordSlabs>(env.isolate, env.buffers.get());
  }
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  const v8::Local<v8::Object> natives = v8::Object::New(env.isolate);
  Method<&NewType, "state">(context, natives, "newType");
  Method<&Compile, "type", "text", "names">(context, natives, "compile");
  Method<&MakeSlabBuffer, "bytes">(context, natives, "makeSlabBuffer");
  Method<&MakeArrayBuffer, "bytes">(context, natives, "makeArrayBuffer");
  Method<&AddSlab, "type", "slab">(context, natives, "addSlab");
  Method<&OfferSlab, "type", "slab">(context, natives, "offerSlab");
  Method<&TakeSlab, "type">(context, natives, "takeSlab");
  Method<&SlabsOf, "type">(context, natives, "slabsOf");
  return natives;
}

}  // namespace

void AddStructNatives(v8::Local<v8::Context> context,
                      v8::Local<v8::Object> natives) {
  Method<&StartRecords>(context, natives, "startRecords");
}

v8::MaybeLocal<v8::Value> heap::Struct(Environment& env,
                                       v8::Local<v8::Value> name,
                                       v8::Local<v8::Value> fields) {
  v8::Local<v8::Value> declare;
  if (!env.host->RequireInternal("struct").ToLocal(&declare)) return {};
  std::array<v8::Local<v8::Value>, 2> arguments{name, fields};
  return declare.As<v8::Function>()->Call(
      env.isolate, env.isolate->GetCurrentContext(), v8::Undefined(env.isolate),
      arguments.size(), arguments.data());
}

}  // namespace jshost
