#include "host/globals/native/native_objects.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "host/globals/native/memory_limit.h"
#include "host/globals/native/native_object.h"

namespace jshost {
namespace {

// A wrapper's internal fields.
constexpr int kObjectField = 0;
constexpr int kBufferField = 1;  // the object's memory, or undefined
constexpr int kFields = 2;

void SetObject(v8::Local<v8::Object> wrapper, NativeObjectBase* object) {
  wrapper->SetAlignedPointerInInternalField(kObjectField, object,
                                            v8::kEmbedderDataTypeTagDefault);
}

// Ends the views that the host's JavaScript has of an object's memory.
void DropBuffer(v8::Isolate* isolate, v8::Local<v8::Object> wrapper) {
  const v8::Local<v8::Data> buffer = wrapper->GetInternalField(kBufferField);
  if (!buffer->IsValue() || !buffer.As<v8::Value>()->IsArrayBuffer()) return;
  buffer.As<v8::ArrayBuffer>()->Detach(v8::Local<v8::Value>()).Check();
  wrapper->SetInternalField(kBufferField, v8::Undefined(isolate));
}

}  // namespace

// ---------------------------------------------------------- one object's
// memory

bool NativeObjectBase::Allocate(Environment& env, size_t bytes,
                                Contents contents, NativeMemory* memory,
                                OnRefusal on_refusal) {
  std::unique_ptr<v8::BackingStore> store;
  if (bytes <= env.buffers->MaxAllocationSize()) {
    store = v8::ArrayBuffer::NewBackingStore(
        env.isolate, bytes,
        contents == Contents::kZero
            ? v8::BackingStoreInitializationMode::kZeroInitialized
            : v8::BackingStoreInitializationMode::kUninitialized,
        v8::BackingStoreOnFailureMode::kReturnNull);
  }
  if (store == nullptr) {
    if (on_refusal == OnRefusal::kThrow) {
      ThrowMemoryLimit(env, type_->name(), bytes);
    }
    return false;
  }
  // What wants no zeroes will be written.
  if (contents == Contents::kAny && bytes > 0) {
    env.buffers->ExpectDenseUse(store->Data(), bytes);
  }
  *memory = NativeMemory(std::move(store));
  return true;
}

void NativeObjectBase::Keep(Environment& env, NativeMemory memory) {
  const v8::HandleScope handles(env.isolate);
  const v8::Local<v8::Object> wrapper = wrapper_.Get(env.isolate);
  DropBuffer(env.isolate, wrapper);
  type_->Add(0, static_cast<int64_t>(memory.size()) -
                    static_cast<int64_t>(memory_.size()));
  memory_ = std::move(memory);
  if (memory_.size() == 0) return;
  wrapper->SetInternalField(kBufferField,
                            v8::ArrayBuffer::New(env.isolate, memory_.store_));
}

v8::MaybeLocal<v8::ArrayBuffer> NativeObjectBase::MemoryAsBuffer(
    Environment& env) const {
  const v8::Local<v8::Data> buffer =
      wrapper_.Get(env.isolate)->GetInternalField(kBufferField);
  if (memory_.size() == 0) return {};
  return buffer.As<v8::ArrayBuffer>();
}

// -------------------------------------------------------------------- classes

int NativeObjects::NewClassId() {
  static std::atomic<int> last{-1};
  return ++last;
}

v8::Local<v8::FunctionTemplate> NativeObjects::NewTemplate(int class_id,
                                                           const char* name) {
  const auto about = v8::FunctionTemplate::New(isolate_);
  about->SetClassName(Name(isolate_, name));
  about->InstanceTemplate()->SetInternalFieldCount(kFields);
  about->PrototypeTemplate()->Set(
      v8::Symbol::GetToStringTag(isolate_), Name(isolate_, name),
      static_cast<v8::PropertyAttribute>(v8::ReadOnly | v8::DontEnum));
  const auto id = static_cast<size_t>(class_id);
  if (templates_.size() <= id) templates_.resize(id + 1);
  templates_[id].Reset(isolate_, about);
  return about;
}

void NativeObjects::AddMethod(v8::Local<v8::FunctionTemplate> about,
                              const char* class_name, std::string_view name,
                              v8::FunctionCallback callback, int length) {
  const auto method = v8::FunctionTemplate::New(
      isolate_, callback,
      String(isolate_, fmt::format("{}.{}", class_name, name)), {}, length,
      v8::ConstructorBehavior::kThrow);
  method->SetClassName(Name(isolate_, name));
  about->PrototypeTemplate()->Set(Name(isolate_, name), method, v8::DontEnum);
}

void NativeObjects::AddGetter(v8::Local<v8::FunctionTemplate> about,
                              const char* class_name, std::string_view name,
                              v8::FunctionCallback callback) {
  const auto getter = v8::FunctionTemplate::New(
      isolate_, callback,
      String(isolate_, fmt::format("{}.{}", class_name, name)), {}, 0,
      v8::ConstructorBehavior::kThrow);
  about->PrototypeTemplate()->SetAccessorProperty(Name(isolate_, name), getter,
                                                  {}, v8::DontEnum);
}

void NativeObjects::AddDispose(v8::Local<v8::FunctionTemplate> about,
                               const char* class_name,
                               v8::FunctionCallback callback) {
  constexpr char kName[] = "[Symbol.dispose]";
  const auto dispose = v8::FunctionTemplate::New(
      isolate_, callback,
      String(isolate_, fmt::format("{}{}", class_name, kName)), {}, 0,
      v8::ConstructorBehavior::kThrow);
  dispose->SetClassName(Name(isolate_, kName));
  about->PrototypeTemplate()->Set(v8::Symbol::GetDispose(isolate_), dispose,
                                  v8::DontEnum);
}

bool NativeObjects::IsInstance(int class_id, v8::Local<v8::Value> value) const {
  return templates_[static_cast<size_t>(class_id)].Get(isolate_)->HasInstance(
      value);
}

NativeObjectBase* NativeObjects::Unwrap(v8::Local<v8::Object> wrapper) {
  return static_cast<NativeObjectBase*>(
      wrapper->GetAlignedPointerFromInternalField(
          kObjectField, v8::kEmbedderDataTypeTagDefault));
}

void NativeObjects::RefuseReceiver(int class_id, const char* class_name,
                                   v8::Local<v8::Value> receiver,
                                   std::string_view method) {
  Throw(isolate_, ErrorKind::kTypeError,
        IsInstance(class_id, receiver)
            ? fmt::format("{}: this {} was disposed; make a new one", method,
                          class_name)
            : fmt::format("{}: the receiver must be a {}, got {}", method,
                          class_name, Describe(isolate_, receiver)));
}

// ------------------------------------------------------------ life of objects

NativeObjects::NativeObjects(v8::Isolate* isolate,
                             std::shared_ptr<ArrayBufferAllocator> memory,
                             NativeTypes* types)
    : isolate_(isolate), memory_(std::move(memory)), types_(types) {}

NativeObjects::~NativeObjects() {
  while (first_ != nullptr) End(first_);
}

void* NativeObjects::Place(Environment& env,
                           const v8::FunctionCallbackInfo<v8::Value>& info,
                           const char* class_name, size_t bytes) {
  if (!info.IsConstructCall()) {
    Throw(
        env.isolate, ErrorKind::kTypeError,
        fmt::format("{} is a class: write new {}(…)", class_name, class_name));
    return nullptr;
  }
  SetObject(info.This(), nullptr);  // Disposed, until it is there.
  void* place = env.buffers->AllocateUninitialized(bytes);
  if (place == nullptr) {
    // What was dropped may hold just what is missing.
    if (CollectForRoom(env)) place = env.buffers->AllocateUninitialized(bytes);
  }
  if (place == nullptr) {
    ThrowMemoryLimit(env, class_name, bytes);
  } else {
    env.buffers->CountWithoutRecord(1);
  }
  return place;
}

void NativeObjects::Add(NativeObjectBase* object, v8::Local<v8::Object> wrapper,
                        const char* class_name, size_t bytes) {
  object->type_ = &types_->Of(class_name);
  object->type_->Add(1, static_cast<int64_t>(bytes));
  object->size_ = bytes;
  object->next_ = first_;
  if (first_ != nullptr) first_->previous_ = object;
  first_ = object;
  object->wrapper_.Reset(isolate_, wrapper);
  object->wrapper_.SetWeak(object, OnCollected,
                           v8::WeakCallbackType::kParameter);
  SetObject(wrapper, object);
  external_.Increase(isolate_, bytes);
}

void NativeObjects::Dispose(v8::Local<v8::Object> wrapper) {
  NativeObjectBase* const object = Unwrap(wrapper);
  if (object == nullptr) return;
  SetObject(wrapper, nullptr);
  DropBuffer(isolate_, wrapper);
  End(object);
}

void NativeObjects::OnCollected(
    const v8::WeakCallbackInfo<NativeObjectBase>& info) {
  info.GetParameter()->wrapper_.Reset();
  info.SetSecondPassCallback(AfterCollection);
}

// Views of the memory that compiled code still has stay valid: they share it.
void NativeObjects::AfterCollection(
    const v8::WeakCallbackInfo<NativeObjectBase>& info) {
  Environment::For(info.GetIsolate()).native_objects->End(info.GetParameter());
}

void NativeObjects::End(NativeObjectBase* object) {
  (object->previous_ != nullptr ? object->previous_->next_ : first_) =
      object->next_;
  if (object->next_ != nullptr) object->next_->previous_ = object->previous_;
  const size_t bytes = object->size_;
  object->type_->Add(-1, -static_cast<int64_t>(bytes + object->memory_.size()));
  object->~NativeObjectBase();
  memory_->Free(object, bytes);
  memory_->CountWithoutRecord(-1);
  external_.Decrease(isolate_, bytes);
}

}  // namespace jshost
