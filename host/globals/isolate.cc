// The global `isolate`: its limits, what it uses, and collections on request.

#include "host/globals/isolate.h"

#include <fmt/format.h>
#include <v8-context.h>
#include <v8-extension.h>
#include <v8-function.h>
#include <v8-isolate.h>

#include <string>
#include <utility>

#include "allocator/size_text.h"
#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/record.h"
#include "host/globals/size_argument.h"
#include "host/v8_memory/limits.h"

namespace jshost {
namespace {

v8::Local<v8::Object> LimitsInEffect(Environment& env) {
  Record record(env.isolate);
  const auto add = [&](const char* name, uint64_t limit) {
    record.Add(name, LimitValue(env.isolate, limit));
  };
  const LimitsInForce& limits = env.limits;
  add("jsHeap", limits.js_heap);
  add("young", limits.young);
  add("initial", limits.initial);
  add("code", limits.code);
  add("stack", limits.stack);
  add("buffers", env.budget->buffers().limit());
  add("total", env.budget->total().lowest_limit());
  record.object()
      ->SetIntegrityLevel(env.isolate->GetCurrentContext(),
                          v8::IntegrityLevel::kFrozen)
      .Check();
  return record.object();
}

// options[name], if there; false when an exception is pending.
bool ReadLimit(Environment& env, v8::Local<v8::Object> options,
               const char* name, std::optional<uint64_t>* limit) {
  v8::Local<v8::Value> value;
  if (!options->Get(env.isolate->GetCurrentContext(), Name(env.isolate, name))
           .ToLocal(&value)) {
    return false;
  }
  if (value->IsUndefined()) return true;
  uint64_t size;
  if (!ReadSize(env.isolate, value, fmt::format("limits.{}", name)).To(&size)) {
    return false;
  }
  *limit = size;
  return true;
}

// What V8 fixes when an isolate is made.
bool RefuseFixed(Environment& env, v8::Local<v8::Object> options) {
  for (const char* name : {"jsHeap", "young", "initial", "code", "stack"}) {
    v8::Local<v8::Value> value;
    if (!options->Get(env.isolate->GetCurrentContext(), Name(env.isolate, name))
             .ToLocal(&value)) {
      return true;
    }
    if (value->IsUndefined()) continue;
    Throw(env.isolate, ErrorKind::kTypeError,
          fmt::format("limits.{} can't change while the isolate runs, got {}; "
                      "only buffers and total can",
                      name, Describe(env.isolate, value)));
    return true;
  }
  return false;
}

void SetLimits(Environment& env, v8::Local<v8::Object> limits) {
  std::optional<uint64_t> buffers;
  std::optional<uint64_t> total;
  if (RefuseFixed(env, limits) ||
      !ReadLimit(env, limits, "buffers", &buffers) ||
      !ReadLimit(env, limits, "total", &total)) {
    return;
  }
  if (total && *total < kMinTotal) {
    return Throw(env.isolate, ErrorKind::kRangeError,
                 fmt::format("limits.total: {} is below the minimum of {}",
                             jsheap::FormatSizeExact(*total),
                             jsheap::FormatSizeExact(kMinTotal)));
  }
  if (buffers) env.budget->buffers().set_limit(*buffers);
  if (total) env.budget->total().set_limit(*total);
  env.heap_limit->OnLimitsChanged();
}

v8::Local<v8::Object> Memory(Environment& env) {
  return MemoryObject(env.isolate, MeasureMemory(env));
}

void Collect(Environment& env, std::optional<v8::Local<v8::Value>> kind) {
  v8::Isolate* const isolate = env.isolate;
  if (kind && !(*kind)->IsString()) {
    return Throw(isolate, ErrorKind::kTypeError,
                 fmt::format("kind must be 'minor' or 'major', got {}",
                             Describe(isolate, *kind)));
  }
  const std::string name = kind ? ToText(isolate, *kind) : "major";
  if (name != "major" && name != "minor") {
    return Throw(isolate, ErrorKind::kRangeError,
                 fmt::format("kind must be 'minor' or 'major', got {}",
                             Describe(isolate, *kind)));
  }
  CollectGarbage(env, name == "major");
}

// V8's own gc(). It is everybody's only with --expose-gc, and the API has no
// minor collection without that flag (api.cc:10013), but any context may ask
// for the extension that defines it.
void MakeCollector(Environment& env) {
  v8::Isolate* const isolate = env.isolate;
  const char* name = "v8/gc";
  v8::ExtensionConfiguration extension(1, &name);
  const v8::Local<v8::Context> context = v8::Context::New(isolate, &extension);
  env.collector.Reset(isolate, context->Global()
                                   ->Get(context, Name(isolate, "gc"))
                                   .ToLocalChecked()
                                   .As<v8::Function>());
  Record minor(isolate);
  minor.AddText("type", "minor");
  env.minor_collection.Reset(isolate, minor.object());
}

v8::Local<v8::Array> SpacesArray(v8::Isolate* isolate,
                                 const std::vector<IsolateMemory::Space>& all) {
  v8::LocalVector<v8::Value> spaces(isolate);
  for (const IsolateMemory::Space& space : all) {
    Record record(isolate);
    record.AddText("name", space.name);
    record.Add("used", space.used);
    record.Add("committed", space.committed);
    record.Add("available", space.available);
    spaces.push_back(record.object());
  }
  return v8::Array::New(isolate, spaces.data(), spaces.size());
}

}  // namespace

void CollectGarbage(Environment& env, bool everything) {
  v8::Isolate* const isolate = env.isolate;
  const v8::HandleScope handles(isolate);
  if (env.collector.IsEmpty()) MakeCollector(env);
  const v8::Local<v8::Function> collector = env.collector.Get(isolate);
  v8::Local<v8::Value> options = v8::Undefined(isolate);
  if (!everything) options = env.minor_collection.Get(isolate);
  collector
      ->Call(isolate, collector->GetCreationContextChecked(isolate),
             v8::Undefined(isolate), everything ? 0 : 1, &options)
      .IsEmpty();
}

IsolateMemory MeasureMemory(Environment& env) {
  IsolateMemory memory = MeasureIsolate(
      env.isolate, *env.budget,
      static_cast<uint64_t>(std::max<int64_t>(env.native_types->bytes(), 0)),
      env.buffers->record_bytes());
  memory.js_heap_limit = env.limits.js_heap;
  memory.gc = env.gc->counts();
  return memory;
}

v8::Local<v8::Object> GcObject(v8::Isolate* isolate, const GcCounts& gc) {
  Record record(isolate);
  record.Add("minor", gc.minor);
  record.Add("major", gc.major);
  record.AddNumber("pauseMs", gc.pause_ms);
  record.AddNumber("maxPauseMs", gc.max_pause_ms);
  return record.object();
}

v8::Local<v8::Object> MemoryObject(v8::Isolate* isolate,
                                   const IsolateMemory& memory) {
  Record record(isolate);
  record.Add("jsHeapUsed", memory.js_heap_used);
  record.Add("jsHeapCommitted", memory.js_heap_committed);
  record.Add("jsHeapLimit", memory.js_heap_limit);
  record.Add("external", memory.external);
  record.Add("arrayBuffers", memory.array_buffers);
  record.Add("wasm", memory.wasm);
  record.Add("native", memory.native);
  record.Add("total", memory.total);
  record.Add("totalLimit", LimitValue(isolate, memory.total_limit));
  record.Add("processRss", memory.process_rss);
  record.Add("spaces", SpacesArray(isolate, memory.spaces));
  record.Add("gc", GcObject(isolate, memory.gc));
  return record.object();
}

void InstallIsolate(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> isolate =
      v8::Object::New(v8::Isolate::GetCurrent());
  isolate->SetAccessorProperty(Name(v8::Isolate::GetCurrent(), "limits"),
                               NewFunction<&LimitsInEffect>(context, "limits"),
                               {}, v8::DontEnum);
  Method<&SetLimits, "limits">(context, isolate, "setLimits");
  Method<&Memory>(context, isolate, "memory");
  Method<&Collect, "kind">(context, isolate, "gc");
  Define(context, context->Global(), "isolate", isolate);
}

}  // namespace jshost
