#include "host/globals/message.h"

#include <fmt/format.h>
#include <v8-exception.h>

#include <numeric>
#include <utility>

#include "host/globals/data_clone_error.h"
#include "host/globals/message_reader.h"
#include "host/globals/message_writer.h"
#include "host/globals/native/memory_limit.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

bool IsTransferable(Environment& env, v8::Local<v8::ArrayBuffer> buffer) {
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

// What of the list is what, and that nothing in it occurs twice.
bool Sort(Environment& env, const Message::TransferList& list,
          v8::LocalVector<v8::ArrayBuffer>* buffers) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i]->IsArrayBuffer()) {
      ThrowDataCloneError(env.isolate,
                          "transfer: only an ArrayBuffer can be transferred, "
                          "got " +
                              Describe(env.isolate, list[i]));
      return false;
    }
    for (size_t j = 0; j < i; ++j) {
      if (list[i] == list[j]) {
        ThrowDataCloneError(env.isolate,
                            "transfer: an ArrayBuffer occurs twice");
        return false;
      }
    }
    buffers->push_back(list[i].As<v8::ArrayBuffer>());
  }
  return true;
}

bool AreTransferable(Environment& env,
                     const v8::LocalVector<v8::ArrayBuffer>& buffers) {
  for (const v8::Local<v8::ArrayBuffer> buffer : buffers) {
    if (!IsTransferable(env, buffer)) return false;
  }
  return true;
}

}  // namespace

Message::~Message() {
  if (data_ != nullptr) heap_->Free(data_, capacity_);
}

size_t Message::size() const {
  return std::accumulate(
      transferred_.begin(), transferred_.end(), capacity_,
      [](size_t sum, const auto& store) { return sum + store.size(); });
}

std::unique_ptr<Message> Message::Write(Environment& env,
                                        v8::Local<v8::Value> value,
                                        const TransferList& transfer) {
  const v8::HandleScope handles(env.isolate);
  v8::LocalVector<v8::ArrayBuffer> buffers(env.isolate);
  if (!Sort(env, transfer, &buffers) || !AreTransferable(env, buffers)) {
    return nullptr;
  }
  std::unique_ptr<Message> message(new Message);
  message->heap_ = env.buffers;
  {
    v8::TryCatch caught(env.isolate);
    size_t refused = 0;
    bool written =
        MessageWriter(env, message.get()).Write(value, buffers, &refused);
    if (!written && refused != 0 && !caught.HasTerminated()) {
      // What was dropped may hold just what is missing. There can be no
      // collection while the value is being written.
      caught.Reset();
      env.isolate->LowMemoryNotification();
      message.reset(new Message);
      message->heap_ = env.buffers;
      refused = 0;
      written =
          MessageWriter(env, message.get()).Write(value, buffers, &refused);
      if (!written && refused != 0 && !caught.HasTerminated()) {
        caught.Reset();
        ThrowMemoryLimit(env, "a message", refused);
      }
    }
    if (!written) {
      caught.ReThrow();
      return nullptr;
    }
  }
  // Getters of the value may have detached some. From here on nothing fails.
  if (!AreTransferable(env, buffers)) return nullptr;
  for (const v8::Local<v8::ArrayBuffer> buffer : buffers) {
    message->transferred_.emplace_back(buffer->GetBackingStore(), env.buffers);
    buffer->Detach({}).Check();
  }
  return message;
}

v8::MaybeLocal<v8::Value> Message::Read(Environment& env) {
  v8::EscapableHandleScope handles(env.isolate);
  return handles.EscapeMaybe(MessageReader(env, this).Read());
}

}  // namespace jshost
