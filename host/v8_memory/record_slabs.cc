#include "host/v8_memory/record_slabs.h"

#include <v8-context.h>
#include <v8-primitive.h>

#include <algorithm>
#include <utility>

namespace jshost {
namespace {

v8::Local<v8::String> Key(v8::Isolate* isolate, const char* name) {
  return v8::String::NewFromUtf8(isolate, name,
                                 v8::NewStringType::kInternalized)
      .ToLocalChecked();
}

}  // namespace

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
  current_key_.Reset(isolate, Key(isolate, "current"));
  none_key_.Reset(isolate, Key(isolate, "none"));
  isolate->AddGCPrologueCallback(OnCollection, this,
                                 v8::kGCTypeMarkSweepCompact);
}

RecordSlabs::~RecordSlabs() {
  isolate_->RemoveGCPrologueCallback(OnCollection, this);
}

RecordSlabs::TypeId RecordSlabs::NewType(v8::Local<v8::Object> state) {
  if (types_.size() >= drop_types_at_) DropDeadTypes();
  Type& type = types_[++last_type_];
  type.state.Reset(isolate_, state);
  type.state.SetWeak();
  return last_type_;
}

uint64_t RecordSlabs::type_count() const {
  return static_cast<uint64_t>(std::count_if(
      types_.begin(), types_.end(),
      [](const auto& type) { return !type.second.state.IsEmpty(); }));
}

uint64_t RecordSlabs::type_bytes() const {
  uint64_t bytes = 0;
  for (const auto& [id, type] : types_) {
    bytes +=
        sizeof(id) + sizeof(type) + type.all.bytes() + type.offered.bytes();
  }
  return bytes;
}

// Nothing of a type outlives its state.
void RecordSlabs::DropDeadTypes() {
  std::erase_if(types_,
                [](const auto& type) { return type.second.state.IsEmpty(); });
  drop_types_at_ = std::max<size_t>(64, 2 * types_.size());
}

void RecordSlabs::OnCollection(v8::Isolate* isolate, v8::GCType,
                               v8::GCCallbackFlags, void* slabs) {
  const v8::HandleScope handles(isolate);
  auto* const self = static_cast<RecordSlabs*>(slabs);
  for (auto& [id, type] : self->types_) self->LetGoOfCurrent(type);
}

// Only touches properties that no script can reach, so none runs.
void RecordSlabs::LetGoOfCurrent(Type& type) {
  if (type.state.IsEmpty()) return;
  const v8::HandleScope handles(isolate_);
  const v8::Local<v8::Object> state = type.state.Get(isolate_);
  v8::Local<v8::Context> context;
  if (!state->GetCreationContext(isolate_).ToLocal(&context)) return;
  const v8::Local<v8::String> current = current_key_.Get(isolate_);
  v8::Local<v8::Value> slab;
  v8::Local<v8::Value> none;
  if (!state->Get(context, current).ToLocal(&slab) ||
      !state->Get(context, none_key_.Get(isolate_)).ToLocal(&none) ||
      slab == none || !slab->IsObject()) {
    return;
  }
  type.offered.Add(isolate_, slab.As<v8::Object>());
  state->Set(context, current, none).Check();
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
  types_[type].all.Add(isolate_, slab);
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
