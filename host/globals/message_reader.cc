#include "host/globals/message_reader.h"

#include <v8-exception.h>

#include "host/globals/data_clone_error.h"
#include "host/globals/message_writer.h"
#include "host/globals/native/memory_limit.h"
#include "host/globals/platform_objects.h"

namespace jshost {

MessageReader::MessageReader(Environment& env, Message* message)
    : env_(env),
      message_(message),
      ports_(env.isolate),
      exceptions_(env.isolate),
      shared_(env.isolate),
      modules_(env.isolate),
      deserializer_(env.isolate, message->data_, message->size_, this) {}

v8::MaybeLocal<v8::Value> MessageReader::Read(
    v8::LocalVector<v8::Value>* ports) {
  if (!TakeBuffers(&message_->transferred_, "a transferred ArrayBuffer") ||
      !TakeBuffers(&message_->copied_, "a message") || !MakeShared() ||
      !MakeObjects())
    return {};
  v8::TryCatch caught(env_.isolate);
  const uint64_t failures = env_.buffers->failures();
  const v8::MaybeLocal<v8::Value> value = ReadValue();
  if (!value.IsEmpty()) {
    if (ports != nullptr) {
      ports->insert(ports->end(), ports_.begin(), ports_.end());
    }
    return value;
  }
  // V8 only says that it can't.
  if (lost_bytes_ && !caught.HasTerminated()) {
    caught.Reset();
    ThrowDataCloneError(env_.isolate,
                        "a view could not be cloned: its buffer was resized "
                        "while others were");
  }
  if (env_.buffers->failures() != failures && !caught.HasTerminated()) {
    caught.Reset();
    ThrowMemoryLimit(env_, "a message", env_.buffers->refusals().last_bytes());
  }
  caught.ReThrow();
  return {};
}

v8::MaybeLocal<v8::Value> MessageReader::ReadValue() {
  const v8::Local<v8::Context> context = env_.isolate->GetCurrentContext();
  if (!deserializer_.ReadHeader(context).FromMaybe(false)) return {};
  return deserializer_.ReadValue(context);
}

// The same memory behind new buffers.
bool MessageReader::TakeBuffers(std::vector<TransferredStore>* stores,
                                const char* what) {
  for (TransferredStore& transferred : *stores) {
    const size_t bytes = transferred.size();
    std::shared_ptr<v8::BackingStore> store = transferred.TakeFor(env_.buffers);
    if (store == nullptr) {
      env_.isolate->LowMemoryNotification();
      store = transferred.TakeFor(env_.buffers);
    }
    if (store == nullptr) {
      ThrowMemoryLimit(env_, what, bytes);
      return false;
    }
    deserializer_.TransferArrayBuffer(
        buffers_++, v8::ArrayBuffer::New(env_.isolate, std::move(store)));
  }
  stores->clear();
  return true;
}

bool MessageReader::MakeShared() {
  for (const auto& store : message_->shared_) {
    shared_.push_back(v8::SharedArrayBuffer::New(env_.isolate, store));
  }
  for (const v8::CompiledWasmModule& compiled : message_->modules_) {
    v8::Local<v8::WasmModuleObject> module;
    if (!v8::WasmModuleObject::FromCompiledModule(env_.isolate, compiled)
             .ToLocal(&module)) {
      return false;
    }
    modules_.push_back(module);
  }
  return true;
}

bool MessageReader::MakeObjects() {
  for (std::unique_ptr<PipeEnd>& end : message_->ports_) {
    v8::Local<v8::Object> port;
    if (!MakePort(env_, std::move(end)).ToLocal(&port)) return false;
    ports_.push_back(port);
  }
  message_->ports_.clear();
  for (const DOMExceptionParts& parts : message_->exceptions_) {
    v8::Local<v8::Object> exception;
    if (!MakeDOMException(env_, parts).ToLocal(&exception)) return false;
    exceptions_.push_back(exception);
  }
  return true;
}

v8::MaybeLocal<v8::SharedArrayBuffer> MessageReader::GetSharedArrayBufferFromId(
    v8::Isolate*, uint32_t id) {
  if (id >= shared_.size()) return {};
  return shared_[id];
}

v8::MaybeLocal<v8::WasmModuleObject> MessageReader::GetWasmModuleFromId(
    v8::Isolate*, uint32_t id) {
  if (id >= modules_.size()) return {};
  return modules_[id];
}

v8::MaybeLocal<v8::Object> MessageReader::ReadHostObject(v8::Isolate*) {
  uint32_t kind = 0;
  uint32_t number = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  v8::Local<v8::Value> buffer;
  if (!deserializer_.ReadUint32(&kind)) return {};
  if (kind == kDOMExceptionTag || kind == kMessagePortTag) {
    if (!deserializer_.ReadUint32(&number)) return {};
    const auto& objects = kind == kMessagePortTag ? ports_ : exceptions_;
    if (number >= objects.size()) return {};
    return objects[number].As<v8::Object>();
  }
  if (!deserializer_.ReadUint64(&offset) || !deserializer_.ReadUint64(&bytes) ||
      !deserializer_.ReadValue(env_.isolate->GetCurrentContext())
           .ToLocal(&buffer)) {
    return {};
  }
  if (!IsViewOf(kind, offset, bytes)) return {};
  const auto view_kind = static_cast<ViewKind>(kind);
  if (buffer->IsSharedArrayBuffer()) {
    return View(view_kind, buffer.As<v8::SharedArrayBuffer>(), offset, bytes);
  }
  if (!buffer->IsArrayBuffer()) return {};
  return View(view_kind, buffer.As<v8::ArrayBuffer>(), offset, bytes);
}

// Getters of the value may have resized the buffer after the view was written.
template <typename Buffer>
v8::MaybeLocal<v8::Object> MessageReader::View(ViewKind kind,
                                               v8::Local<Buffer> buffer,
                                               uint64_t offset,
                                               uint64_t bytes) {
  if (offset <= buffer->ByteLength() &&
      bytes <= buffer->ByteLength() - offset) {
    return MakeView(kind, buffer, offset, bytes);
  }
  lost_bytes_ = true;  // No JavaScript runs here, and the error is a class.
  return {};
}

}  // namespace jshost
