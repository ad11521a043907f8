// heap.map().

#include <utility>
#include <vector>

#include "host/globals/heap.h"
#include "host/globals/record.h"

namespace jshost::heap {
namespace {

v8::Local<v8::Array> ToArray(v8::Isolate* isolate,
                             std::vector<v8::Local<v8::Value>>& items) {
  return v8::Array::New(isolate, items.data(), items.size());
}

v8::Local<v8::Array> Blocks(v8::Isolate* isolate,
                            const std::vector<jsheap::BlockInfo>& blocks) {
  std::vector<v8::Local<v8::Value>> items;
  items.reserve(blocks.size());
  for (const jsheap::BlockInfo& block : blocks) {
    Record record(isolate);
    record.Add("offset", block.offset);
    record.Add("size", block.size);
    record.Add("used", v8::Boolean::New(isolate, block.used));
    items.push_back(record.object());
  }
  return ToArray(isolate, items);
}

v8::Local<v8::Object> Describe(v8::Isolate* isolate,
                               const jsheap::SpanInfo& span, bool blocks) {
  using Kind = jsheap::SpanInfo::Kind;
  v8::EscapableHandleScope handles(isolate);
  Record record(isolate);
  record.Add("start", span.start);
  record.Add("pages", span.pages);
  record.AddText("kind", jsheap::NameOf(span.kind));
  if (span.size_class) record.Add("sizeClass", *span.size_class);
  if (span.live) record.Add("live", *span.live);
  if (span.capacity) record.Add("capacity", *span.capacity);
  if (span.zero) record.Add("zero", v8::Boolean::New(isolate, *span.zero));
  if (span.lifetime) {
    record.AddText("lifetime", jsheap::PolicyOf(*span.lifetime).name);
  }
  if (blocks && (span.kind == Kind::kSlab || span.kind == Kind::kLarge)) {
    record.Add("blocks", Blocks(isolate, span.blocks));
  }
  return handles.Escape(record.object());
}

// A heap of arenas apart lies behind the allocator's.
void AppendArenas(const Environment& env, jsheap::HeapMap& map) {
  const jsheap::ArenaHeap& arenas = *env.buffers->arena_heap();
  if (!arenas.is_apart()) return;
  const uint64_t start =
      env.buffers->heap().Stats(false).reserved_bytes.value_or(0);
  for (jsheap::SpanInfo& span : arenas.Map().spans) {
    span.start += start;
    map.spans.push_back(std::move(span));
  }
}

}  // namespace

v8::MaybeLocal<v8::Object> Map(Environment& env, Options options) {
  bool blocks = false;
  if (!IsSet(env, options, "blocks").To(&blocks)) return {};
  const jsheap::Inspectable* const inspectable =
      env.buffers->heap().inspectable();
  if (inspectable == nullptr) {
    ThrowNotSupported(env, "heap.map");
    return {};
  }
  jsheap::HeapMap map = inspectable->Map(blocks);
  AppendArenas(env, map);
  std::vector<v8::Local<v8::Value>> spans;
  spans.reserve(map.spans.size());
  for (const jsheap::SpanInfo& span : map.spans) {
    spans.push_back(Describe(env.isolate, span, blocks));
  }
  Record record(env.isolate);
  record.Add("pageSize", map.page_bytes);
  record.Add("spans", ToArray(env.isolate, spans));
  return record.object();
}

}  // namespace jshost::heap
