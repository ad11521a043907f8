// What arena.js gets from C++, and the global `Arena`, which is made when a
// script first looks at it.
//
// An arena's handle is the object that ScriptArenas::Make returns; scripts
// never see it.

#include <array>
#include <limits>
#include <memory>

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

using Handle = v8::Local<v8::Object>;
using Obstacle = ScriptArena::Obstacle;

ScriptArena& Of(Handle handle) { return *ScriptArenas::Of(handle); }

v8::Local<v8::Number> Number(Environment& env, uint64_t value) {
  return v8::Number::New(env.isolate,
                         value == jsheap::Budget::kUnlimited
                             ? std::numeric_limits<double>::infinity()
                             : static_cast<double>(value));
}

uint64_t ToBytes(double value) {
  return value >= 0x1p63 ? jsheap::Budget::kUnlimited
                         : static_cast<uint64_t>(value);
}

// The buffer, or the name of what is in the way as error.limit has it.
v8::Local<v8::Value> BufferOrObstacle(Environment& env,
                                      v8::MaybeLocal<v8::ArrayBuffer> buffer,
                                      Obstacle obstacle) {
  v8::Local<v8::ArrayBuffer> local;
  if (buffer.ToLocal(&local)) return local;
  switch (obstacle) {
    case Obstacle::kArenaLimit:
      return Name(env.isolate, "arena");
    case Obstacle::kBufferLimit:
      return Name(env.isolate, "buffers");
    case Obstacle::kTotalLimit:
      return Name(env.isolate, "total");
    default:
      return Name(env.isolate, "memory");
  }
}

Handle Make(Environment& env, double lifetime, double chunk_bytes, double limit,
            bool zero, v8::Local<v8::Value> parent) {
  return env.arenas->Make(
      {.lifetime = static_cast<jsheap::Lifetime>(lifetime),
       .chunk_bytes = static_cast<size_t>(chunk_bytes),
       .limit = ToBytes(limit),
       .zero = zero,
       .parent = parent->IsObject() ? &Of(parent.As<v8::Object>()) : nullptr});
}

bool IsAlive(Environment&, Handle handle) { return Of(handle).is_alive(); }

v8::Local<v8::Value> Allocate(Environment& env, Handle handle, double bytes,
                              double alignment) {
  if (!Of(handle).is_alive()) return Name(env.isolate, "disposed");
  Obstacle obstacle = Obstacle::kNone;
  const auto buffer = Of(handle).AllocateSlow(
      static_cast<size_t>(bytes), static_cast<size_t>(alignment), &obstacle);
  return BufferOrObstacle(env, buffer, obstacle);
}

v8::Local<v8::Value> MakeBuffer(Environment& env, Handle handle, double bytes) {
  Obstacle obstacle = Obstacle::kNone;
  const auto buffer =
      Of(handle).MakeBuffer(static_cast<size_t>(bytes), &obstacle);
  env.arenas->UpdateExternalMemory();
  return BufferOrObstacle(env, buffer, obstacle);
}

// Null when the arena is disposed, undefined when it has no chunk.
v8::Local<v8::Value> Reset(Environment& env, Handle handle) {
  if (!Of(handle).is_alive()) return v8::Null(env.isolate);
  v8::Local<v8::ArrayBuffer> buffer;
  if (Of(handle).Reset().ToLocal(&buffer)) return buffer;
  return v8::Undefined(env.isolate);
}

void Dispose(Environment& env, Handle handle) {
  env.arenas->Dispose(&Of(handle));
}

// Calls fn while the arena serves all buffers; leaves it however fn ends,
// termination included.
v8::MaybeLocal<v8::Value> Run(Environment& env, Handle handle,
                              v8::Local<v8::Function> fn) {
  const uint64_t entry = env.arenas->Enter(&Of(handle));
  const v8::MaybeLocal<v8::Value> result =
      fn->Call(env.isolate, env.isolate->GetCurrentContext(),
               v8::Undefined(env.isolate), 0, nullptr);
  env.arenas->Leave(entry);
  env.arenas->UpdateExternalMemory();
  return result;
}

bool IsAsync(Environment&, v8::Local<v8::Function> fn) {
  return fn->IsAsyncFunction();
}

double Enter(Environment& env, Handle handle) {
  return static_cast<double>(env.arenas->Enter(&Of(handle)));
}

void Leave(Environment& env, double entry) {
  env.arenas->Leave(static_cast<uint64_t>(entry));
  env.arenas->UpdateExternalMemory();
}

// The numbers of Arena.prototype.stats, in the order of arena.js.
v8::Local<v8::Array> Stats(Environment& env, Handle handle) {
  const ScriptArenaStats stats = Of(handle).Stats();
  std::array<v8::Local<v8::Value>, 8> numbers{
      Number(env, stats.used_bytes),     Number(env, stats.peak_bytes),
      Number(env, stats.chunk_bytes),    Number(env, stats.chunks),
      Number(env, stats.retired_chunks), Number(env, stats.allocations),
      Number(env, stats.resets),         Number(env, stats.limit)};
  return v8::Array::New(env.isolate, numbers.data(), numbers.size());
}

// How many bytes `source` has; -1 when it is neither a buffer nor a view, -2
// when it is detached.
double SizeOf(Environment&, v8::Local<v8::Value> source) {
  if (source->IsArrayBufferView()) {
    const auto view = source.As<v8::ArrayBufferView>();
    if (view->HasBuffer() && view->Buffer()->WasDetached()) return -2;
    return static_cast<double>(view->ByteLength());
  }
  if (source->IsArrayBuffer()) {
    const auto buffer = source.As<v8::ArrayBuffer>();
    if (buffer->WasDetached()) return -2;
    return static_cast<double>(buffer->ByteLength());
  }
  if (source->IsSharedArrayBuffer()) {
    return static_cast<double>(
        source.As<v8::SharedArrayBuffer>()->ByteLength());
  }
  return -1;
}

char* StartOf(v8::Local<v8::ArrayBufferView> view) {
  return static_cast<char*>(view->Buffer()->Data()) + view->ByteOffset();
}

// Copies the bytes of `source` to the start of `target`, a buffer or a view, as
// far as it has room: another thread may have made the source grow meanwhile.
void CopyBytes(Environment&, v8::Local<v8::Value> target, Bytes source) {
  const std::string_view bytes = source.view();
  if (bytes.empty()) return;
  if (target->IsArrayBuffer()) {
    const auto buffer = target.As<v8::ArrayBuffer>();
    bytes.copy(static_cast<char*>(buffer->Data()), buffer->ByteLength());
  } else {
    const auto view = target.As<v8::ArrayBufferView>();
    bytes.copy(StartOf(view), view->ByteLength());
  }
}

double Utf8Length(Environment& env, v8::Local<v8::Value> text) {
  return static_cast<double>(text.As<v8::String>()->Utf8Length(env.isolate));
}

void WriteUtf8(Environment& env, v8::Local<v8::Value> target,
               v8::Local<v8::Value> text) {
  const auto view = target.As<v8::ArrayBufferView>();
  if (view->ByteLength() == 0) return;
  text.As<v8::String>()->WriteUtf8(env.isolate, StartOf(view),
                                   view->ByteLength(),
                                   v8::String::WriteFlags::kReplaceInvalidUtf8);
}

void OnPromise(v8::PromiseHookType type, v8::Local<v8::Promise>,
               v8::Local<v8::Value>) {
  Environment::For(v8::Isolate::GetCurrent()).arenas->OnPromise(type);
}

// The functions above; from here on there are arenas.
Handle StartArenas(Environment& env) {
  if (env.arenas == nullptr) {
    env.arenas = std::make_unique<ScriptArenas>(env.isolate, env.buffers.get(),
                                                OnPromise);
  }
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  const Handle natives = v8::Object::New(env.isolate);
  Method<&Make, "lifetime", "chunkBytes", "limit", "zero", "parent">(
      context, natives, "make");
  Method<&IsAlive, "handle">(context, natives, "isAlive");
  Method<&Allocate, "handle", "bytes", "alignment">(context, natives,
                                                    "allocate");
  Method<&MakeBuffer, "handle", "bytes">(context, natives, "makeBuffer");
  Method<&Reset, "handle">(context, natives, "reset");
  Method<&Dispose, "handle">(context, natives, "dispose");
  Method<&Run, "handle", "fn">(context, natives, "run");
  Method<&IsAsync, "fn">(context, natives, "isAsync");
  Method<&Enter, "handle">(context, natives, "enter");
  Method<&Leave, "entry">(context, natives, "leave");
  Method<&Stats, "handle">(context, natives, "stats");
  Method<&SizeOf, "source">(context, natives, "sizeOf");
  Method<&CopyBytes, "target", "source">(context, natives, "copyBytes");
  Method<&Utf8Length, "text">(context, natives, "utf8Length");
  Method<&WriteUtf8, "target", "text">(context, natives, "writeUtf8");
  return natives;
}

void GetArena(v8::Local<v8::Name>,
              const v8::PropertyCallbackInfo<v8::Value>& info) {
  Environment& env = Environment::For(info.GetIsolate());
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  v8::Local<v8::Value> part;
  v8::Local<v8::Value> start;
  v8::Local<v8::Value> arena;
  if (env.host->RequireInternal("arena").ToLocal(&part) &&
      part.As<v8::Object>()
          ->Get(context, Name(env.isolate, "start"))
          .ToLocal(&start) &&
      start.As<v8::Function>()
          ->Call(env.isolate, context, part, 0, nullptr)
          .ToLocal(&arena)) {
    info.GetReturnValue().Set(arena);
  }
}

}  // namespace

void AddArenaNatives(v8::Local<v8::Context> context,
                     v8::Local<v8::Object> natives) {
  Method<&StartArenas>(context, natives, "startArenas");
}

void InstallArena(v8::Local<v8::Context> context) {
  LazyProperty<&GetArena>(context, context->Global(), "Arena");
}

}  // namespace jshost
