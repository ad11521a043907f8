#include "host/globals/message_copies.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "host/globals/values.h"

namespace jshost {
namespace {

// A look at an object isn't free.
constexpr int kMostObjects = 8;
// So many in vain, and a program isn't expected to send large buffers any more.
constexpr int kMostLooks = 256;
constexpr uint32_t kMostProperties = 8;

// The buffer that is cloned with `value`; empty when it is none, or shared.
v8::Local<v8::ArrayBuffer> BufferOf(v8::Local<v8::Value> value) {
  if (value->IsArrayBuffer()) return value.As<v8::ArrayBuffer>();
  if (!value->IsArrayBufferView()) return {};
  const auto view = value.As<v8::ArrayBufferView>();
  if (!view->HasBuffer()) return {};
  const v8::Local<v8::Value> buffer = view->Buffer();
  if (!buffer->IsArrayBuffer()) return {};
  return buffer.As<v8::ArrayBuffer>();
}

bool IsSimple(v8::Local<v8::Value> value) {
  return !value->IsObject() || value->IsArrayBuffer() ||
         value->IsArrayBufferView() || value->IsSharedArrayBuffer();
}

}  // namespace

MessageCopies::MessageCopies(
    Environment& env, v8::ValueSerializer* serializer,
    const v8::LocalVector<v8::ArrayBuffer>& transferred, bool is_wanted)
    : env_(env),
      serializer_(serializer),
      is_wanted_(is_wanted),
      objects_left_(is_wanted ? std::min(kMostObjects, env.looks_for_buffers)
                              : 0) {
  for (const v8::Local<v8::ArrayBuffer> buffer : transferred) {
    Register(buffer);
  }
}

// What has more owners is cloned by its views; V8 knows best what is resizable,
// and refuses what is longer than its format can say.
bool MessageCopies::IsLarge(v8::Local<v8::ArrayBuffer> buffer) const {
  const size_t bytes = buffer->ByteLength();
  return is_wanted_ && bytes >= kLarge &&
         bytes <= std::numeric_limits<uint32_t>::max() &&
         buffer->IsDetachable() && !buffer->IsImmutable() &&
         !buffer->IsResizableByUserJavaScript() &&
         !env_.buffers->arena_heap()->OwnsPlain(buffer->Data()) &&
         (env_.records == nullptr || !env_.records->Owns(buffer));
}

void MessageCopies::ExpectMore(Environment& env) {
  env.looks_for_buffers = kMostLooks;
}

bool MessageCopies::Add(v8::Local<v8::Value> value) {
  const v8::Local<v8::ArrayBuffer> buffer = BufferOf(value);
  if (buffer.IsEmpty() || !IsLarge(buffer)) return true;
  ExpectMore(env_);
  if (std::find(buffers_.begin(), buffers_.end(), buffer) != buffers_.end())
    return true;
  return Copy(buffer);
}

bool MessageCopies::Copy(v8::Local<v8::ArrayBuffer> buffer) {
  const size_t bytes = buffer->ByteLength();
  const ArrayBufferAllocator::FromHeap from_heap(env_.buffers.get());
  std::shared_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      env_.isolate, bytes, v8::BackingStoreInitializationMode::kUninitialized,
      v8::BackingStoreOnFailureMode::kReturnNull);
  if (store == nullptr) {
    refused_ = bytes;
    Throw(env_.isolate, ErrorKind::kRangeError,
          "Array buffer allocation failed");
    return false;
  }
  std::memcpy(store->Data(), buffer->Data(), bytes);
  Register(buffer);
  stores_.emplace_back(std::move(store), env_.buffers);
  return true;
}

void MessageCopies::Register(v8::Local<v8::ArrayBuffer> buffer) {
  const auto number = static_cast<uint32_t>(buffers_.size());
  serializer_->TransferArrayBuffer(number, buffer);
  buffers_.emplace_back(env_.isolate, buffer);
}

bool MessageCopies::Adopt(v8::Local<v8::ArrayBuffer> buffer) {
  if (!IsLarge(buffer)) return false;
  Register(buffer);
  stores_.emplace_back(buffer->GetBackingStore(), env_.buffers);
  return true;
}

bool MessageCopies::AddProperties(v8::Local<v8::Object> object) {
  if (objects_left_ == 0 || object->IsProxy()) return true;
  --objects_left_;
  --env_.looks_for_buffers;
  v8::LocalVector<v8::Value> values(env_.isolate);
  bool is_simple = false;
  if (!ReadProperties(object, &values, &is_simple)) return false;
  if (!is_simple) return true;
  return std::ranges::all_of(
      values, [this](v8::Local<v8::Value> value) { return Add(value); });
}

// Runs no script. False with an exception pending.
bool MessageCopies::ReadProperties(v8::Local<v8::Object> object,
                                   v8::LocalVector<v8::Value>* values,
                                   bool* is_simple) {
  const v8::Local<v8::Context> context = env_.isolate->GetCurrentContext();
  const v8::Local<v8::String> value_name = Name(env_.isolate, "value");
  v8::Local<v8::Array> names;
  if (object->IsArray() && object.As<v8::Array>()->Length() > kMostProperties) {
    return true;
  }
  if (!object
           ->GetOwnPropertyNames(context,
                                 static_cast<v8::PropertyFilter>(
                                     v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
                                 v8::KeyConversionMode::kConvertToString)
           .ToLocal(&names)) {
    return false;
  }
  if (names->Length() > kMostProperties) return true;
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> descriptor;
    v8::Local<v8::Value> value;
    if (!names->Get(context, i).ToLocal(&name) ||
        !object->GetOwnPropertyDescriptor(context, name.As<v8::Name>())
             .ToLocal(&descriptor)) {
      return false;
    }
    // An accessor's has none.
    if (!descriptor->IsObject() || !descriptor.As<v8::Object>()
                                        ->HasOwnProperty(context, value_name)
                                        .FromMaybe(false)) {
      return true;
    }
    if (!descriptor.As<v8::Object>()
             ->Get(context, value_name)
             .ToLocal(&value)) {
      return false;
    }
    if (!IsSimple(value)) return true;
    values->push_back(value);
  }
  *is_simple = true;
  return true;
}

}  // namespace jshost
