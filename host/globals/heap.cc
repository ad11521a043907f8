// The global `heap`: what the custom heap tells of itself and does on request.

#include "host/globals/heap.h"

#include <fmt/format.h>
#include <v8-array-buffer.h>
#include <v8-exception.h>

#include <algorithm>

#include "allocator/operator_new/operator_new.h"
#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/record.h"

namespace jshost {
namespace heap {

v8::Maybe<bool> IsSet(Environment& env, const Options& options,
                      const char* name) {
  if (!options) return v8::Just(false);
  v8::Local<v8::Value> value;
  if (!(*options)
           ->Get(env.isolate->GetCurrentContext(), Name(env.isolate, name))
           .ToLocal(&value)) {
    return v8::Nothing<bool>();
  }
  return v8::Just(value->BooleanValue(env.isolate));
}

void ThrowNotSupported(Environment& env, const char* what) {
  const v8::Local<v8::Value> error = v8::Exception::TypeError(
      String(env.isolate,
             fmt::format("{} is not supported by the allocator '{}'; try slab",
                         what, env.buffers->heap().name())));
  Set(env.isolate->GetCurrentContext(), error.As<v8::Object>(), "code",
      String(env.isolate, "ERR_NOT_SUPPORTED"));
  env.isolate->ThrowException(error);
}

namespace {

uint64_t TrimOne(jsheap::Reclaimable* reclaimable) {
  return reclaimable != nullptr ? reclaimable->Trim() : 0;
}

double Trim(Environment& env) {
  jsheap::Reclaimable* const reclaimable = env.buffers->heap().reclaimable();
  if (reclaimable == nullptr) {
    ThrowNotSupported(env, "heap.trim");
    return 0;
  }
  if (env.arenas != nullptr) env.arenas->DropSpare();
  uint64_t bytes = TrimOne(reclaimable);
  const jsheap::ArenaHeap& arenas = *env.buffers->arena_heap();
  if (arenas.is_apart()) bytes += TrimOne(&arenas.pages());
  if (jsheap::Allocator* natives = jsheap::OperatorNewHeap()) {
    bytes += TrimOne(natives->reclaimable());
  }
  return static_cast<double>(bytes);
}

// The figures of both parts, where arenas have a heap of their own.
jsheap::CoalesceGain CoalesceAll(Environment& env,
                                 jsheap::Reclaimable* reclaimable) {
  jsheap::CoalesceGain gain = reclaimable->Coalesce();
  const jsheap::ArenaHeap& arenas = *env.buffers->arena_heap();
  if (!arenas.is_apart()) return gain;
  jsheap::Reclaimable* const other = &arenas.pages();
  const jsheap::CoalesceGain more = other->Coalesce();
  gain.merged += more.merged;
  gain.largest_free_before =
      std::max(gain.largest_free_before, more.largest_free_before);
  gain.largest_free_after =
      std::max(gain.largest_free_after, more.largest_free_after);
  return gain;
}

void Verify(Environment& env) {
  const jsheap::Inspectable* const inspectable =
      env.buffers->heap().inspectable();
  if (inspectable == nullptr) return ThrowNotSupported(env, "heap.verify");
  std::string fault = inspectable->Verify();
  const jsheap::ArenaHeap& arenas = *env.buffers->arena_heap();
  if (fault.empty() && arenas.is_apart()) {
    const char* other = arenas.pages().Verify();
    if (other != nullptr) fault = other;
  }
  if (!fault.empty()) {
    Throw(env.isolate, ErrorKind::kError, "the heap is damaged: " + fault);
  }
}

void Refuse(Environment& env, const char* what) {
  Throw(env.isolate, ErrorKind::kTypeError,
        fmt::format("heap.free: buffer must be an ArrayBuffer or a view of "
                    "one, got {}",
                    what));
}

void FreeBuffer(Environment& env, v8::Local<v8::Value> value) {
  v8::Local<v8::ArrayBuffer> buffer;
  if (value->IsArrayBuffer()) {
    buffer = value.As<v8::ArrayBuffer>();
  } else if (value->IsArrayBufferView()) {
    const v8::Local<v8::Value> of = value.As<v8::ArrayBufferView>()->Buffer();
    if (!of->IsArrayBuffer()) {
      return Refuse(env, "a view of a SharedArrayBuffer");
    }
    buffer = of.As<v8::ArrayBuffer>();
  } else if (value->IsSharedArrayBuffer()) {
    return Refuse(env, "a SharedArrayBuffer, which others may use");
  } else {
    return Refuse(env, Describe(env.isolate, value).c_str());
  }
  if (buffer->WasDetached()) return;
  if (!buffer->IsDetachable()) {
    return Refuse(env, "the buffer of a WebAssembly.Memory");
  }
  if (env.buffers->arena_heap()->Owns(buffer->Data())) {
    return Refuse(env, "memory of an arena; reset or dispose the arena");
  }
  if (env.records != nullptr && env.records->Owns(buffer)) {
    return Refuse(env, "the slab of a record; dispose the record");
  }
  buffer->Detach({}).FromMaybe(false);
}

}  // namespace

v8::MaybeLocal<v8::Object> Coalesce(Environment& env) {
  jsheap::Reclaimable* const reclaimable = env.buffers->heap().reclaimable();
  if (reclaimable == nullptr) {
    ThrowNotSupported(env, "heap.coalesce");
    return {};
  }
  if (env.arenas != nullptr) env.arenas->DropSpare();
  const jsheap::CoalesceGain gain = CoalesceAll(env, reclaimable);
  Record record(env.isolate);
  record.Add("merged", gain.merged);
  record.Add("largestFreeBefore", gain.largest_free_before);
  record.Add("largestFreeAfter", gain.largest_free_after);
  return record.object();
}

}  // namespace heap

void InstallHeap(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> heap = v8::Object::New(v8::Isolate::GetCurrent());
  Method<&heap::Stats, "options">(context, heap, "stats");
  Method<&heap::Map, "options">(context, heap, "map");
  Method<&heap::Measure, "fn">(context, heap, "measure");
  Method<&heap::FreeBuffer, "buffer">(context, heap, "free");
  Method<&heap::Coalesce>(context, heap, "coalesce");
  Method<&heap::Trim>(context, heap, "trim");
  Method<&heap::Verify>(context, heap, "verify");
  Method<&heap::Report, "path">(context, heap, "report");
  Method<&heap::Struct, "name", "fields">(context, heap, "struct");
  Define(context, context->Global(), "heap", heap);
}

void StartHeap(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  Define(context, GetObject(context, context->Global(), "heap"), "allocator",
         String(isolate, Environment::For(isolate).buffers->heap().name()));
}

}  // namespace jshost
