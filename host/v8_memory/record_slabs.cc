#include "host/v8_memory/record_slabs.h"

#include <v8-primitive.h>

#include <algorithm>

namespace jshost {

// ----------------------------------------------------------------- WeakList

void RecordSlabs::WeakList::Add(v8::Isolate* isolate,
                                v8::Local<v8::Object> object) {
  if (items_.size() >= drop_at_) {
    DropDead();
    drop_at_ = std::max<size_t>(8, 2 * items_.size());
  }
  items_.emplace_back(isolate, object).SetWeak();
}

void RecordSlabs::WeakList::DropDead() {
  std::erase_if(items_, [](const v8::Global<v8::Object>& item) {
    return item.IsEmpty();
  });
}

// -------------------------------------------------------------- RecordSlabs

RecordSlabs::RecordSlabs(v8::Isolate* isolate, ArrayBufferAllocator* buffers)
    : isolate_(isolate), buffers_(buffers) {
  const v8::HandleScope handles(isolate);
  detach_key_.Reset(isolate, v8::Symbol::New(isolate));
  mark_.Reset(isolate, v8::Private::New(isolate));
}

v8::MaybeLocal<v8::ArrayBuffer> RecordSlabs::MakeBuffer(size_t bytes) {
  if (bytes > buffers_->MaxAllocationSize()) return {};
  v8::Local<v8::ArrayBuffer> buffer;
  {
    const ArrayBufferAllocator::FromHeap from_heap(buffers_);
    if (!v8::ArrayBuffer::MaybeNew(isolate_, bytes).ToLocal(&buffer)) return {};
  }
  buffer->SetDetachKey(detach_key_.Get(isolate_));
  buffer
      ->SetPrivate(isolate_->GetCurrentContext(), mark_.Get(isolate_),
                   v8::True(isolate_))
      .Check();
  return buffer;
}

bool RecordSlabs::Owns(v8::Local<v8::ArrayBuffer> buffer) const {
  return buffer->HasPrivate(isolate_->GetCurrentContext(), mark_.Get(isolate_))
      .FromMaybe(false);
}

void RecordSlabs::Add(TypeId type, v8::Local<v8::Object> slab) {
  if (types_.size() >= drop_types_at_) DropDeadTypes();
  types_[type].all.Add(isolate_, slab);
}

// Those of which nothing is left; one that is used again begins anew.
void RecordSlabs::DropDeadTypes() {
  for (auto& [id, type] : types_) type.all.DropDead();
  std::erase_if(
      types_, [](const auto& type) { return type.second.all.items().empty(); });
  drop_types_at_ = std::max<size_t>(64, 2 * types_.size());
}

v8::Local<v8::Array> RecordSlabs::Of(TypeId type) {
  std::vector<v8::Local<v8::Value>> slabs;
  for (const v8::Global<v8::Object>& item : types_[type].all.items()) {
    if (!item.IsEmpty()) slabs.push_back(item.Get(isolate_));
  }
  return v8::Array::New(isolate_, slabs.data(), slabs.size());
}

void RecordSlabs::Offer(TypeId type, v8::Local<v8::Object> slab) {
  types_[type].offered.Add(isolate_, slab);
}

v8::MaybeLocal<v8::Object> RecordSlabs::Take(TypeId type) {
  std::vector<v8::Global<v8::Object>>& offered = types_[type].offered.items();
  while (!offered.empty()) {
    const v8::Global<v8::Object> last = std::move(offered.back());
    offered.pop_back();
    if (!last.IsEmpty()) return last.Get(isolate_);
  }
  return {};
}

}  // namespace jshost
