// structuredClone, with transfer (HTML, "safe passing of structured data").
//
// A view of an arena's chunk or of a record is cloned with its own bytes only:
// the rest of the chunk or slab is none of its business. V8 would write whole
// buffers.

#include <v8-exception.h>
#include <v8-typed-array.h>
#include <v8-value-serializer.h>
#include <v8-wasm.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

constexpr int kDataCloneErrorCode = 25;  // DOMException's

void ThrowDataCloneError(v8::Isolate* isolate, v8::Local<v8::String> message) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const auto error = v8::Exception::Error(message).As<v8::Object>();
  Define(context, error, "name", String(isolate, "DataCloneError"));
  Define(context, error, "code",
         v8::Integer::New(isolate, kDataCloneErrorCode));
  isolate->ThrowException(error);
}

void ThrowDataCloneError(v8::Isolate* isolate, std::string_view message) {
  ThrowDataCloneError(isolate, String(isolate, message));
}

// ------------------------------------------------------------------- views

enum class ViewKind : uint32_t {
  kUint8,
  kInt8,
  kUint8Clamped,
  kUint16,
  kInt16,
  kFloat16,
  kUint32,
  kInt32,
  kFloat32,
  kFloat64,
  kBigUint64,
  kBigInt64,
  kDataView,
};

ViewKind KindOf(v8::Local<v8::ArrayBufferView> view) {
  if (view->IsUint8Array()) return ViewKind::kUint8;
  if (view->IsInt8Array()) return ViewKind::kInt8;
  if (view->IsUint8ClampedArray()) return ViewKind::kUint8Clamped;
  if (view->IsUint16Array()) return ViewKind::kUint16;
  if (view->IsInt16Array()) return ViewKind::kInt16;
  if (view->IsFloat16Array()) return ViewKind::kFloat16;
  if (view->IsUint32Array()) return ViewKind::kUint32;
  if (view->IsInt32Array()) return ViewKind::kInt32;
  if (view->IsFloat32Array()) return ViewKind::kFloat32;
  if (view->IsFloat64Array()) return ViewKind::kFloat64;
  if (view->IsBigUint64Array()) return ViewKind::kBigUint64;
  if (view->IsBigInt64Array()) return ViewKind::kBigInt64;
  return ViewKind::kDataView;
}

template <typename Buffer>
v8::Local<v8::Object> MakeView(ViewKind kind, v8::Local<Buffer> buffer,
                               size_t offset, size_t bytes) {
  switch (kind) {
    case ViewKind::kUint8:
      return v8::Uint8Array::New(buffer, offset, bytes);
    case ViewKind::kInt8:
      return v8::Int8Array::New(buffer, offset, bytes);
    case ViewKind::kUint8Clamped:
      return v8::Uint8ClampedArray::New(buffer, offset, bytes);
    case ViewKind::kUint16:
      return v8::Uint16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kInt16:
      return v8::Int16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kFloat16:
      return v8::Float16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kUint32:
      return v8::Uint32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kInt32:
      return v8::Int32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kFloat32:
      return v8::Float32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kFloat64:
      return v8::Float64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kBigUint64:
      return v8::BigUint64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kBigInt64:
      return v8::BigInt64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kDataView:
      break;
  }
  return v8::DataView::New(buffer, offset, bytes);
}

// ----------------------------------------------------------------- writing

// What is shared by the clone and the original, by number. V8's own handles end
// with each object that it writes.
struct Shared {
  std::vector<v8::Global<v8::SharedArrayBuffer>> buffers;
  std::vector<v8::Global<v8::WasmModuleObject>> modules;
};

template <typename T>
uint32_t NumberOf(v8::Isolate* isolate, std::vector<v8::Global<T>>& all,
                  v8::Local<T> one) {
  const auto found = std::find(all.begin(), all.end(), one);
  const auto number = static_cast<uint32_t>(found - all.begin());
  if (found == all.end()) all.emplace_back(isolate, one);
  return number;
}

// Whether views of it are blocks of their own.
bool IsShared(const Environment& env, v8::Local<v8::ArrayBuffer> buffer) {
  return env.buffers->arena_heap()->OwnsPlain(buffer->Data()) ||
         (env.records != nullptr && env.records->Owns(buffer));
}

class Writer final : private v8::ValueSerializer::Delegate {
 public:
  Writer(Environment& env, Shared* shared)
      : env_(env), shared_(shared), serializer_(env.isolate, this) {
    // Without shared memory V8 does it better: it knows views that track the
    // length of a resizable buffer, and the host can't tell those.
    if (env.arenas != nullptr || env.records != nullptr) {
      serializer_.SetTreatArrayBufferViewsAsHostObjects(true);
    }
  }

  v8::ValueSerializer& serializer() { return serializer_; }

 private:
  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    jshost::ThrowDataCloneError(env_.isolate, message);
  }

  v8::Maybe<uint32_t> GetSharedArrayBufferId(
      v8::Isolate* isolate, v8::Local<v8::SharedArrayBuffer> buffer) override {
    return v8::Just(NumberOf(isolate, shared_->buffers, buffer));
  }

  v8::Maybe<uint32_t> GetWasmModuleTransferId(
      v8::Isolate* isolate, v8::Local<v8::WasmModuleObject> module) override {
    return v8::Just(NumberOf(isolate, shared_->modules, module));
  }

  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate,
                                  v8::Local<v8::Object> object) override {
    if (!object->IsArrayBufferView()) {
      jshost::ThrowDataCloneError(
          isolate, Describe(isolate, object) + " could not be cloned");
      return v8::Nothing<bool>();
    }
    return WriteView(object.As<v8::ArrayBufferView>());
  }

  v8::Maybe<bool> WriteView(v8::Local<v8::ArrayBufferView> view) {
    v8::Local<v8::Value> buffer = view->Buffer();
    const size_t bytes = view->ByteLength();
    size_t offset = view->ByteOffset();
    if (buffer->IsArrayBuffer()) {
      const auto whole = buffer.As<v8::ArrayBuffer>();
      if (whole->WasDetached()) {
        jshost::ThrowDataCloneError(
            env_.isolate, "a view of a detached ArrayBuffer has no bytes");
        return v8::Nothing<bool>();
      }
      if (IsShared(env_, whole)) {
        v8::Local<v8::ArrayBuffer> part;
        if (!v8::ArrayBuffer::MaybeNew(env_.isolate, bytes).ToLocal(&part)) {
          Throw(env_.isolate, ErrorKind::kRangeError,
                "Array buffer allocation failed");
          return v8::Nothing<bool>();
        }
        view->CopyContents(part->Data(), bytes);
        buffer = part;
        offset = 0;
      }
    }
    serializer_.WriteUint32(static_cast<uint32_t>(KindOf(view)));
    serializer_.WriteUint64(offset);
    serializer_.WriteUint64(bytes);
    return serializer_.WriteValue(env_.isolate->GetCurrentContext(), buffer);
  }

  Environment& env_;
  Shared* const shared_;
  v8::ValueSerializer serializer_;
};

// ----------------------------------------------------------------- reading

class Reader final : private v8::ValueDeserializer::Delegate {
 public:
  Reader(Environment& env, const Shared& shared,
         std::pair<uint8_t*, size_t> data)
      : env_(env),
        isolate_(env.isolate),
        shared_(shared),
        deserializer_(env.isolate, data.first, data.second, this) {}

  v8::MaybeLocal<v8::Value> Read(
      const std::vector<v8::Local<v8::ArrayBuffer>>& transferred) {
    const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    for (uint32_t i = 0; i < transferred.size(); ++i) {
      deserializer_.TransferArrayBuffer(i, transferred[i]);
    }
    if (!deserializer_.ReadHeader(context).FromMaybe(false)) return {};
    const uint64_t failures = env_.buffers->failures();
    v8::TryCatch caught(isolate_);
    const v8::MaybeLocal<v8::Value> value = deserializer_.ReadValue(context);
    if (!caught.HasCaught()) return value;
    if (caught.CanContinue() && env_.buffers->failures() != failures) {
      // V8 says only that it is "unable to deserialize".
      caught.Reset();
      Throw(isolate_, ErrorKind::kRangeError, "Array buffer allocation failed");
    }
    caught.ReThrow();
    return {};
  }

 private:
  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(
      v8::Isolate*, uint32_t id) override {
    return shared_.buffers[id].Get(isolate_);
  }

  v8::MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(
      v8::Isolate*, uint32_t id) override {
    return shared_.modules[id].Get(isolate_);
  }

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate*) override {
    uint32_t kind = 0;
    uint64_t offset = 0;
    uint64_t bytes = 0;
    v8::Local<v8::Value> buffer;
    if (!deserializer_.ReadUint32(&kind) ||
        !deserializer_.ReadUint64(&offset) ||
        !deserializer_.ReadUint64(&bytes) ||
        !deserializer_.ReadValue(isolate_->GetCurrentContext())
             .ToLocal(&buffer)) {
      return {};
    }
    const auto view_kind = static_cast<ViewKind>(kind);
    if (buffer->IsSharedArrayBuffer()) {
      return View(view_kind, buffer.As<v8::SharedArrayBuffer>(), offset, bytes);
    }
    return View(view_kind, buffer.As<v8::ArrayBuffer>(), offset, bytes);
  }

  // Getters of the value may have resized the buffer between the two.
  template <typename Buffer>
  v8::MaybeLocal<v8::Object> View(ViewKind kind, v8::Local<Buffer> buffer,
                                  uint64_t offset, uint64_t bytes) {
    if (offset + bytes <= buffer->ByteLength()) {
      return MakeView(kind, buffer, offset, bytes);
    }
    ThrowDataCloneError(isolate_,
                        "a view could not be cloned: its buffer was resized "
                        "while others were");
    return {};
  }

  Environment& env_;
  v8::Isolate* const isolate_;
  const Shared& shared_;
  v8::ValueDeserializer deserializer_;
};

// ---------------------------------------------------------------- transfer

using Buffers = std::vector<v8::Local<v8::ArrayBuffer>>;

bool CheckTransferable(Environment& env, v8::Local<v8::ArrayBuffer> buffer) {
  const char* why = nullptr;
  if (buffer->WasDetached()) {
    why = "it is detached";
  } else if (!buffer->IsDetachable()) {
    why = "it is a WebAssembly.Memory's";
  } else if (env.buffers->arena_heap()->OwnsPlain(buffer->Data())) {
    why = "it is the chunk of an arena; transfer a copy";
  } else if (env.records != nullptr && env.records->Owns(buffer)) {
    why = "it is the slab of records; transfer a copy";
  }
  if (why == nullptr) return true;
  ThrowDataCloneError(
      env.isolate,
      fmt::format("the ArrayBuffer could not be transferred: {}", why));
  return false;
}

bool AddTransferable(Environment& env, v8::Local<v8::Value> value,
                     Buffers* buffers) {
  if (!value->IsArrayBuffer()) {
    ThrowDataCloneError(env.isolate,
                        "transfer: only an ArrayBuffer can be "
                        "transferred, got " +
                            Describe(env.isolate, value));
    return false;
  }
  const auto buffer = value.As<v8::ArrayBuffer>();
  if (std::find(buffers->begin(), buffers->end(), buffer) != buffers->end()) {
    ThrowDataCloneError(env.isolate, "transfer: an ArrayBuffer occurs twice");
    return false;
  }
  buffers->push_back(buffer);
  return true;
}

v8::MaybeLocal<v8::Value> Call(v8::Local<v8::Context> context,
                               v8::Local<v8::Value> receiver,
                               v8::Local<v8::Name> method) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> function;
  if (!receiver.As<v8::Object>()->Get(context, method).ToLocal(&function)) {
    return {};
  }
  if (!function->IsFunction()) {
    Throw(isolate, ErrorKind::kTypeError,
          "transfer must be iterable, got " + Describe(isolate, receiver));
    return {};
  }
  return function.As<v8::Function>()->Call(isolate, context, receiver, 0,
                                           nullptr);
}

// What options.transfer, an iterable, holds.
bool ReadTransfer(Environment& env, v8::Local<v8::Value> options,
                  Buffers* buffers) {
  v8::Isolate* const isolate = env.isolate;
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  if (options->IsNullOrUndefined()) return true;
  if (!options->IsObject()) {
    Throw(isolate, ErrorKind::kTypeError,
          "options must be an object, got " + Describe(isolate, options));
    return false;
  }
  v8::Local<v8::Value> list;
  if (!options.As<v8::Object>()
           ->Get(context, Name(isolate, "transfer"))
           .ToLocal(&list)) {
    return false;
  }
  if (list->IsUndefined()) return true;
  if (!list->IsObject()) {
    Throw(isolate, ErrorKind::kTypeError,
          "transfer must be iterable, got " + Describe(isolate, list));
    return false;
  }
  v8::Local<v8::Value> iterator;
  if (!Call(context, list, v8::Symbol::GetIterator(isolate))
           .ToLocal(&iterator)) {
    return false;
  }
  if (!iterator->IsObject()) {
    Throw(isolate, ErrorKind::kTypeError, "transfer's iterator is no object");
    return false;
  }
  for (;;) {
    v8::Local<v8::Value> step;
    v8::Local<v8::Value> done;
    v8::Local<v8::Value> value;
    if (!Call(context, iterator, Name(isolate, "next")).ToLocal(&step)) {
      return false;
    }
    if (!step->IsObject()) {
      Throw(isolate, ErrorKind::kTypeError, "transfer's iterator is broken");
      return false;
    }
    const auto result = step.As<v8::Object>();
    if (!result->Get(context, Name(isolate, "done")).ToLocal(&done)) {
      return false;
    }
    if (done->BooleanValue(isolate)) return true;
    if (!result->Get(context, Name(isolate, "value")).ToLocal(&value) ||
        !AddTransferable(env, value, buffers)) {
      return false;
    }
  }
}

// The same memory behind new buffers; the old ones are detached.
bool Transfer(Environment& env, Buffers* buffers) {
  for (const v8::Local<v8::ArrayBuffer> buffer : *buffers) {
    if (!CheckTransferable(env, buffer)) return false;
  }
  for (v8::Local<v8::ArrayBuffer>& buffer : *buffers) {
    std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
    if (!buffer->Detach({}).FromMaybe(false)) return false;
    buffer = v8::ArrayBuffer::New(env.isolate, std::move(store));
  }
  return true;
}

v8::MaybeLocal<v8::Value> StructuredClone(Environment& env,
                                          v8::Local<v8::Value> value,
                                          v8::Local<v8::Value> options) {
  v8::EscapableHandleScope handles(env.isolate);
  Buffers buffers;
  if (!ReadTransfer(env, options, &buffers)) return {};
  for (const v8::Local<v8::ArrayBuffer> buffer : buffers) {
    if (!CheckTransferable(env, buffer)) return {};
  }
  Shared shared;
  Writer writer(env, &shared);
  for (uint32_t i = 0; i < buffers.size(); ++i) {
    writer.serializer().TransferArrayBuffer(i, buffers[i]);
  }
  writer.serializer().WriteHeader();
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  if (!writer.serializer().WriteValue(context, value).FromMaybe(false)) {
    return {};
  }
  const std::pair<uint8_t*, size_t> data = writer.serializer().Release();
  const std::unique_ptr<uint8_t, decltype(&std::free)> owner(data.first,
                                                             &std::free);
  // Getters of the value may have detached some.
  if (!Transfer(env, &buffers)) return {};
  v8::Local<v8::Value> clone;
  if (!Reader(env, shared, data).Read(buffers).ToLocal(&clone)) {
    return {};
  }
  return handles.Escape(clone);
}

}  // namespace

void InstallStructuredClone(v8::Local<v8::Context> context) {
  Method<&StructuredClone, "value", "options">(context, context->Global(),
                                               "structuredClone");
}

}  // namespace jshost
