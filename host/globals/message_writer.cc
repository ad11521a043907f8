#include "host/globals/message_writer.h"

#include <v8-exception.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/globals/data_clone_error.h"
#include "host/globals/platform_objects.h"
#include "host/globals/values.h"
#include "host/globals/view_kind.h"

namespace jshost {
namespace {

template <typename T>
uint32_t NumberOf(v8::Isolate* isolate, std::vector<v8::Global<T>>& all,
                  v8::Local<T> one) {
  const auto found = std::find(all.begin(), all.end(), one);
  const auto number = static_cast<uint32_t>(found - all.begin());
  if (found == all.end()) all.emplace_back(isolate, one);
  return number;
}

// Whether views of it are blocks of their own.
bool HasManyOwners(const Environment& env, v8::Local<v8::ArrayBuffer> buffer) {
  return env.buffers->arena_heap()->OwnsPlain(buffer->Data()) ||
         (env.records != nullptr && env.records->Owns(buffer));
}

}  // namespace

MessageWriter::MessageWriter(Environment& env, Message* message,
                             Message::Reach reach,
                             const MessageTransfer* transfer)
    : env_(env),
      message_(message),
      reach_(reach),
      transfer_(*transfer),
      object_prototype_(v8::Object::New(env.isolate)->GetPrototype()),
      serializer_(env.isolate, this),
      copies_(env, &serializer_, transfer->buffers,
              reach == Message::Reach::kThisProcess) {
  // Without such buffers V8 does it better: it knows views that track the
  // length of a resizable buffer, and the host can't tell those.
  if (env.arenas != nullptr || env.records != nullptr) {
    serializer_.SetTreatArrayBufferViewsAsHostObjects(true);
  }
}

bool MessageWriter::Write(v8::Local<v8::Value> value, size_t* refused) {
  serializer_.WriteHeader();
  const bool written = WriteValue(value);
  *refused = std::max(refused_, copies_.refused());
  if (!written) return false;
  message_->size_ = serializer_.Release().second;
  message_->copied_ = copies_.TakeStores();
  for (const auto& buffer : shared_) {
    message_->shared_.push_back(buffer.Get(env_.isolate)->GetBackingStore());
  }
  for (const auto& module : modules_) {
    message_->modules_.push_back(module.Get(env_.isolate)->GetCompiledModule());
  }
  return true;
}

bool MessageWriter::WriteValue(v8::Local<v8::Value> value) {
  if (!copies_.Add(value)) return false;
  if (value->IsArray() && !copies_.AddProperties(value.As<v8::Object>())) {
    return false;
  }
  return serializer_.WriteValue(env_.isolate->GetCurrentContext(), value)
      .FromMaybe(false);
}

// Most objects are plain ones, and need not be asked for what they are.
v8::Maybe<bool> MessageWriter::IsHostObject(v8::Isolate*,
                                            v8::Local<v8::Object> object) {
  if (object->InternalFieldCount() != 0) return v8::Just(true);
  const v8::Local<v8::Value> prototype = object->GetPrototype();
  const bool is_plain = prototype == object_prototype_ || prototype->IsNull();
  if (is_plain && !object->IsNativeError()) {
    if (!copies_.AddProperties(object)) return v8::Nothing<bool>();
    return v8::Just(false);
  }
  const std::optional<PlatformKind> kind = PlatformKindOf(env_, object);
  if (!kind) return v8::Nothing<bool>();
  return v8::Just(*kind != PlatformKind::kNone);
}

void MessageWriter::ThrowDataCloneError(v8::Local<v8::String> message) {
  jshost::ThrowDataCloneError(env_.isolate, message);
}

// Whether it may be written; else there is an exception.
bool MessageWriter::StaysInProcess(v8::Local<v8::Object> object) {
  if (reach_ == Message::Reach::kThisProcess) return true;
  jshost::ThrowDataCloneError(
      env_.isolate, Describe(env_.isolate, object) +
                        " could not be cloned: it can't leave its process");
  return false;
}

v8::Maybe<uint32_t> MessageWriter::GetSharedArrayBufferId(
    v8::Isolate* isolate, v8::Local<v8::SharedArrayBuffer> buffer) {
  if (!StaysInProcess(buffer)) return v8::Nothing<uint32_t>();
  return v8::Just(NumberOf(isolate, shared_, buffer));
}

v8::Maybe<uint32_t> MessageWriter::GetWasmModuleTransferId(
    v8::Isolate* isolate, v8::Local<v8::WasmModuleObject> module) {
  if (!StaysInProcess(module)) return v8::Nothing<uint32_t>();
  return v8::Just(NumberOf(isolate, modules_, module));
}

v8::Maybe<bool> MessageWriter::WriteHostObject(v8::Isolate*,
                                               v8::Local<v8::Object> object) {
  if (object->IsArrayBufferView()) {
    return WriteView(object.As<v8::ArrayBufferView>());
  }
  const std::optional<PlatformKind> kind = PlatformKindOf(env_, object);
  if (!kind) return v8::Nothing<bool>();
  switch (*kind) {
    case PlatformKind::kDOMException:
      return WriteDOMException(object);
    case PlatformKind::kMessagePort:
      return WritePort(object);
    default:
      return Refuse(object);
  }
}

v8::Maybe<bool> MessageWriter::Refuse(v8::Local<v8::Object> object) {
  jshost::ThrowDataCloneError(
      env_.isolate, Describe(env_.isolate, object) + " could not be cloned");
  return v8::Nothing<bool>();
}

v8::Maybe<bool> MessageWriter::WritePort(v8::Local<v8::Object> port) {
  const auto& ports = transfer_.ports;
  const auto found = std::find(ports.begin(), ports.end(), port);
  if (found == ports.end()) {
    jshost::ThrowDataCloneError(
        env_.isolate,
        "a MessagePort can't be cloned: name it in the list of what to "
        "transfer");
    return v8::Nothing<bool>();
  }
  serializer_.WriteUint32(kMessagePortTag);
  serializer_.WriteUint32(static_cast<uint32_t>(found - ports.begin()));
  return v8::Just(true);
}

v8::Maybe<bool> MessageWriter::WriteDOMException(
    v8::Local<v8::Object> exception) {
  std::optional<DOMExceptionParts> parts = PartsOfDOMException(env_, exception);
  if (!parts) return v8::Nothing<bool>();
  serializer_.WriteUint32(kDOMExceptionTag);
  serializer_.WriteUint32(static_cast<uint32_t>(message_->exceptions_.size()));
  message_->exceptions_.push_back(std::move(*parts));
  return v8::Just(true);
}

v8::Maybe<bool> MessageWriter::WriteView(v8::Local<v8::ArrayBufferView> view) {
  v8::Local<v8::Value> buffer = view->Buffer();
  const size_t bytes = view->ByteLength();
  size_t offset = view->ByteOffset();
  bool is_adopted = false;
  if (buffer->IsArrayBuffer()) {
    const auto whole = buffer.As<v8::ArrayBuffer>();
    if (whole->WasDetached()) {
      jshost::ThrowDataCloneError(
          env_.isolate, "a view of a detached ArrayBuffer has no bytes");
      return v8::Nothing<bool>();
    }
    if (HasManyOwners(env_, whole)) {
      v8::Local<v8::ArrayBuffer> part;
      if (!v8::ArrayBuffer::MaybeNew(env_.isolate, bytes).ToLocal(&part)) {
        refused_ = bytes;
        Throw(env_.isolate, ErrorKind::kRangeError,
              "Array buffer allocation failed");
        return v8::Nothing<bool>();
      }
      view->CopyContents(part->Data(), bytes);
      is_adopted = copies_.Adopt(part);
      buffer = part;
      offset = 0;
    }
  }
  serializer_.WriteUint32(static_cast<uint32_t>(KindOf(view)));
  serializer_.WriteUint64(offset);
  serializer_.WriteUint64(bytes);
  const auto written =
      serializer_.WriteValue(env_.isolate->GetCurrentContext(), buffer);
  if (is_adopted) buffer.As<v8::ArrayBuffer>()->Detach({}).Check();
  return written;
}

// The message has the block from the start, and frees it when writing fails.
void* MessageWriter::ReallocateBufferMemory(void* old_block, size_t size,
                                            size_t* actual_size) {
  const ArrayBufferAllocator::FromHeap from_heap(env_.buffers.get());
  void* const block = env_.buffers->AllocateUninitialized(size);
  if (block == nullptr) {
    refused_ = size;
    return nullptr;
  }
  if (old_block != nullptr) {
    std::memcpy(block, old_block, message_->capacity_);
    env_.buffers->Free(old_block, message_->capacity_);
  }
  message_->data_ = static_cast<uint8_t*>(block);
  message_->capacity_ = size;
  if (size > MessageCopies::kLarge) MessageCopies::ExpectMore(env_);
  *actual_size = size;
  return block;
}

void MessageWriter::FreeBufferMemory(void*) {}

}  // namespace jshost
