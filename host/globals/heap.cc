// The global `heap`: what the custom heap tells of itself.

#include <limits>

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

// Fills one result object.
class Record {
 public:
  explicit Record(v8::Isolate* isolate)
      : isolate_(isolate), object_(v8::Object::New(isolate)) {}

  void Add(std::string_view name, v8::Local<v8::Value> value) {
    Set(isolate_->GetCurrentContext(), object_, name, value);
  }
  void Add(std::string_view name, uint64_t value) {
    Add(name, v8::Number::New(isolate_, static_cast<double>(value)));
  }
  // What the allocator can't tell is null.
  void Add(std::string_view name, const std::optional<uint64_t>& value) {
    if (value) return Add(name, *value);
    Add(name, v8::Null(isolate_));
  }
  v8::Local<v8::Object> object() const { return object_; }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Object> object_;
};

v8::Local<v8::Object> Spans(v8::Isolate* isolate,
                            const std::optional<jsheap::SpanCounts>& spans) {
  Record record(isolate);
  const auto field = [&](uint64_t jsheap::SpanCounts::* member) {
    return spans ? std::optional((*spans).*member) : std::nullopt;
  };
  record.Add("inUse", field(&jsheap::SpanCounts::in_use));
  record.Add("freeZero", field(&jsheap::SpanCounts::free_zero));
  record.Add("freeDirty", field(&jsheap::SpanCounts::free_dirty));
  record.Add("released", field(&jsheap::SpanCounts::released));
  return record.object();
}

// No arenas exist yet, so nothing is in them.
v8::Local<v8::Object> Lifetimes(v8::Isolate* isolate) {
  Record lifetimes(isolate);
  for (const char* name : {"transient", "intermediate", "persistent"}) {
    Record lifetime(isolate);
    for (const char* field : {"arenas", "usedBytes", "chunkBytes"}) {
      lifetime.Add(field, uint64_t{0});
    }
    lifetimes.Add(name, lifetime.object());
  }
  return lifetimes.object();
}

v8::Local<v8::Value> Limit(v8::Isolate* isolate, uint64_t limit) {
  return v8::Number::New(isolate, limit == jsheap::Budget::kUnlimited
                                      ? std::numeric_limits<double>::infinity()
                                      : static_cast<double>(limit));
}

v8::Local<v8::Array> NativeObjectsByType(Environment& env) {
  v8::LocalVector<v8::Value> types(env.isolate);
  for (const NativeType& type : env.native_types->all()) {
    Record record(env.isolate);
    record.Add("type", String(env.isolate, type.name()));
    record.Add("count", static_cast<uint64_t>(type.count()));
    record.Add("bytes", static_cast<uint64_t>(type.bytes()));
    types.push_back(record.object());
  }
  return v8::Array::New(env.isolate, types.data(), types.size());
}

v8::Local<v8::Object> Stats(Environment& env) {
  v8::Isolate* const isolate = env.isolate;
  const ArrayBufferAllocator& buffers = *env.buffers;
  const jsheap::AllocatorStats heap = buffers.heap().Stats();
  Record stats(isolate);
  stats.Add("allocator", String(isolate, buffers.heap().name()));
  stats.Add("liveBytes", buffers.account().live_bytes());
  stats.Add("liveBlocks", buffers.account().live_blocks());
  stats.Add("allocatedBytes", heap.allocated_bytes);
  stats.Add("committedBytes", heap.committed_bytes);
  stats.Add("reservedBytes", heap.reserved_bytes);
  stats.Add("zeroedBytes", heap.zeroed_bytes);
  stats.Add("cachedBytes", heap.cached_bytes);
  stats.Add("peakLiveBytes", buffers.account().peak_live_bytes());
  stats.Add("peakCommittedBytes", heap.peak_committed_bytes);
  stats.Add("allocations", buffers.account().allocations());
  stats.Add("frees", buffers.account().frees());
  stats.Add("failures", buffers.failures());
  stats.Add("limit", Limit(isolate, buffers.budget().limit()));
  stats.Add("nativeObjects", NativeObjectsByType(env));
  stats.Add("spans", Spans(isolate, heap.spans));
  stats.Add("lifetimes", Lifetimes(isolate));
  return stats.object();
}

}  // namespace

void InstallHeap(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Object> heap = v8::Object::New(isolate);
  Method<&Stats>(context, heap, "stats");
  Define(context, heap, "allocator",
         String(isolate, Environment::For(isolate).buffers->heap().name()));
  Define(context, context->Global(), "heap", heap);
}

}  // namespace jshost
