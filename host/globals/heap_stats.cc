// heap.stats().

#include <algorithm>
#include <string_view>
#include <vector>

#include "host/globals/heap.h"
#include "host/globals/record.h"
#include "host/globals/size_argument.h"

namespace jshost::heap {
namespace {

using jsheap::AllocatorStats;

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

v8::Local<v8::Object> Lifetimes(Environment& env) {
  std::array<ScriptArenas::LifetimeTotals, jsheap::kLifetimes> totals{};
  if (env.arenas != nullptr) totals = env.arenas->Totals();
  Record lifetimes(env.isolate);
  for (size_t i = 0; i < totals.size(); ++i) {
    Record lifetime(env.isolate);
    lifetime.Add("arenas", totals[i].arenas);
    lifetime.Add("usedBytes", totals[i].used_bytes);
    lifetime.Add("chunkBytes", totals[i].chunk_bytes);
    lifetimes.Add(jsheap::kLifetimePolicies[i].name, lifetime.object());
  }
  return lifetimes.object();
}

v8::Local<v8::Array> ToArray(v8::Isolate* isolate,
                             std::vector<v8::Local<v8::Value>>& items) {
  return v8::Array::New(isolate, items.data(), items.size());
}

v8::Local<v8::Array> SizeClasses(v8::Isolate* isolate,
                                 const AllocatorStats& heap) {
  std::vector<v8::Local<v8::Value>> items;
  for (const jsheap::SizeClassStats& c : heap.size_classes) {
    Record record(isolate);
    record.Add("size", c.size);
    record.Add("slabs", c.slabs);
    record.Add("live", c.live);
    record.Add("free", c.free);
    items.push_back(record.object());
  }
  return ToArray(isolate, items);
}

v8::Local<v8::Array> Caches(v8::Isolate* isolate, const AllocatorStats& heap) {
  std::vector<v8::Local<v8::Value>> items;
  for (const jsheap::CacheStats& cache : heap.caches) {
    Record record(isolate);
    record.AddText("name", cache.name);
    record.Add("blocks", cache.blocks);
    record.Add("bytes", cache.bytes);
    items.push_back(record.object());
  }
  return ToArray(isolate, items);
}

// The part of `whole` that isn't `part`, 0 to 1.
double Rest(uint64_t part, uint64_t whole) {
  if (whole == 0 || part >= whole) return 0;
  return 1 - static_cast<double>(part) / static_cast<double>(whole);
}

// Internal: of what live blocks occupy, what they didn't ask for. External: of
// the free pages, those that aren't in the longest run.
v8::Local<v8::Value> Fragmentation(Environment& env, uint64_t live,
                                   const std::optional<uint64_t>& allocated) {
  const jsheap::Inspectable* const inspectable =
      env.buffers->heap().inspectable();
  if (!allocated || inspectable == nullptr) return v8::Null(env.isolate);
  uint64_t free = 0;
  uint64_t longest = 0;
  uint64_t run = 0;
  for (const jsheap::SpanInfo& span : inspectable->Map(false).spans) {
    const bool is_free = span.kind == jsheap::SpanInfo::Kind::kFree ||
                         span.kind == jsheap::SpanInfo::Kind::kReleased;
    run = is_free ? run + span.pages : 0;
    if (is_free) free += span.pages;
    longest = std::max(longest, run);
  }
  Record record(env.isolate);
  record.AddNumber("internal", Rest(live, *allocated));
  record.AddNumber("external", Rest(longest, free));
  return record.object();
}

v8::Local<v8::Array> NativeObjectsByType(Environment& env) {
  v8::LocalVector<v8::Value> types(env.isolate);
  const auto add = [&](std::string_view name, uint64_t count, uint64_t bytes) {
    Record record(env.isolate);
    record.AddText("type", name);
    record.Add("count", count);
    record.Add("bytes", bytes);
    types.push_back(record.object());
  };
  for (const NativeType& type : env.native_types->all()) {
    add(type.name(), static_cast<uint64_t>(type.count()),
        static_cast<uint64_t>(type.bytes()));
  }
  if (env.arenas != nullptr) {
    add("Arena", env.arenas->object_count(), env.arenas->object_bytes());
  }
  if (env.records != nullptr) {
    add("Struct", env.records->type_count(), env.records->type_bytes());
  }
  return v8::Array::New(env.isolate, types.data(), types.size());
}

}  // namespace

v8::MaybeLocal<v8::Object> Stats(Environment& env, Options options) {
  bool detail = false;
  if (!IsSet(env, options, "detail").To(&detail)) return {};
  v8::Isolate* const isolate = env.isolate;
  const ArrayBufferAllocator& buffers = *env.buffers;
  AllocatorStats heap = buffers.heap().Stats(detail);
  const uint64_t live = buffers.account().live_bytes();
  // Blocks that arenas serve are live blocks too.
  if (heap.allocated_bytes && env.arenas != nullptr) {
    *heap.allocated_bytes += env.arenas->counted_chunk_bytes();
  }
  Record stats(isolate);
  stats.AddText("allocator", buffers.heap().name());
  stats.Add("liveBytes", live);
  stats.Add("liveBlocks", buffers.account().live_blocks());
  stats.Add("allocatedBytes", heap.allocated_bytes);
  stats.Add("committedBytes", heap.committed_bytes);
  stats.Add("reservedBytes", heap.reserved_bytes);
  if (detail) stats.Add("residentBytes", heap.resident_bytes);
  stats.Add("zeroedBytes", heap.zeroed_bytes);
  stats.Add("cachedBytes", heap.cached_bytes);
  stats.Add("peakLiveBytes", buffers.account().peak_live_bytes());
  stats.Add("peakCommittedBytes", heap.peak_committed_bytes);
  stats.Add("allocations", buffers.account().allocations());
  stats.Add("frees", buffers.account().frees());
  stats.Add("failures", buffers.failures());
  stats.Add("limit", LimitValue(isolate, buffers.budget().limit()));
  stats.Add("nativeObjects", NativeObjectsByType(env));
  if (detail && !heap.size_classes.empty()) {
    stats.Add("sizeClasses", SizeClasses(isolate, heap));
  }
  if (detail && !heap.caches.empty()) {
    stats.Add("caches", Caches(isolate, heap));
  }
  stats.Add("spans", Spans(isolate, heap.spans));
  stats.Add("lifetimes", Lifetimes(env));
  if (detail) {
    stats.Add("fragmentation", Fragmentation(env, live, heap.allocated_bytes));
  }
  return stats.object();
}

}  // namespace jshost::heap
