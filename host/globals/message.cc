#include "host/globals/message.h"

#include <fmt/format.h>
#include <v8-exception.h>

#include <algorithm>
#include <string>
#include <utility>

#include "host/globals/data_clone_error.h"
#include "host/globals/message_reader.h"
#include "host/globals/message_writer.h"
#include "host/globals/native/memory_limit.h"
#include "host/globals/platform_objects.h"
#include "host/globals/port_handle.h"
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

bool Refuse(Environment& env, const std::string& message) {
  ThrowDataCloneError(env.isolate, "transfer: " + message);
  return false;
}

// What of the list is what, and that nothing in it occurs twice.
bool Sort(Environment& env, const Message::TransferList& list,
          MessageTransfer* transfer) {
  for (size_t i = 0; i < list.size(); ++i) {
    PlatformKind kind = PlatformKind::kNone;
    if (!list[i]->IsArrayBuffer() && list[i]->IsObject()) {
      const auto found = PlatformKindOf(env, list[i].As<v8::Object>());
      if (!found) return false;
      kind = *found;
    }
    if (!list[i]->IsArrayBuffer() && kind != PlatformKind::kMessagePort) {
      return Refuse(env,
                    "only an ArrayBuffer or a MessagePort can be transferred, "
                    "got " +
                        Describe(env.isolate, list[i]));
    }
    for (size_t j = 0; j < i; ++j) {
      if (list[i] == list[j]) {
        return Refuse(env, Describe(env.isolate, list[i]) + " occurs twice");
      }
    }
    if (list[i]->IsArrayBuffer()) {
      transfer->buffers.push_back(list[i].As<v8::ArrayBuffer>());
    } else {
      transfer->ports.push_back(list[i].As<v8::Object>());
    }
  }
  return true;
}

// Also of ports: their handles, in order.
bool AreTransferable(Environment& env, const MessageTransfer& transfer,
                     std::vector<PortHandle*>* handles) {
  for (const v8::Local<v8::ArrayBuffer> buffer : transfer.buffers) {
    if (!IsTransferable(env, buffer)) return false;
  }
  handles->clear();
  for (const v8::Local<v8::Object> port : transfer.ports) {
    PortHandle* const handle = HandleOfPort(env, port);
    if (handle == nullptr) return false;
    if (handle->end() == nullptr) {
      return Refuse(env, "the MessagePort was closed or transferred before");
    }
    handles->push_back(handle);
  }
  return true;
}

}  // namespace

Message::~Message() {
  if (heap_ != nullptr && data_ != nullptr) heap_->Free(data_, capacity_);
}

size_t Message::size() const {
  size_t sum = capacity_;
  for (const auto* stores : {&transferred_, &copied_}) {
    for (const TransferredStore& store : *stores) sum += store.size();
  }
  return sum;
}

std::unique_ptr<Message> Message::Write(Environment& env,
                                        v8::Local<v8::Value> value,
                                        const TransferList& list, Reach reach) {
  const v8::HandleScope scope(env.isolate);
  MessageTransfer transfer(env.isolate);
  std::vector<PortHandle*> handles;
  if (!Sort(env, list, &transfer) ||
      !AreTransferable(env, transfer, &handles)) {
    return nullptr;
  }
  std::unique_ptr<Message> message(new Message);
  message->heap_ = env.buffers;
  {
    v8::TryCatch caught(env.isolate);
    size_t refused = 0;
    bool written = MessageWriter(env, message.get(), reach, &transfer)
                       .Write(value, &refused);
    if (!written && refused != 0 && !caught.HasTerminated()) {
      // What was dropped may hold just what is missing. There can be no
      // collection while the value is being written.
      caught.Reset();
      env.isolate->LowMemoryNotification();
      message.reset(new Message);
      message->heap_ = env.buffers;
      refused = 0;
      written = MessageWriter(env, message.get(), reach, &transfer)
                    .Write(value, &refused);
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
  // Getters of the value may have detached some.
  if (!AreTransferable(env, transfer, &handles)) return nullptr;
  for (const v8::Local<v8::ArrayBuffer> buffer : transfer.buffers) {
    message->transferred_.emplace_back(buffer->GetBackingStore(), env.buffers);
    // Only one that somebody gave a key can refuse, and no script gets those.
    if (!buffer->Detach({}).FromMaybe(false)) return nullptr;
  }
  for (PortHandle* const handle : handles) {
    message->ports_.push_back(handle->Detach(env));
  }
  return message;
}

std::unique_ptr<Message> Message::FromOtherProcess(
    std::unique_ptr<uint8_t[]> bytes, size_t size,
    std::vector<DOMExceptionParts> exceptions) {
  std::unique_ptr<Message> message(new Message);
  message->data_ = bytes.get();
  message->size_ = size;
  message->foreign_ = std::move(bytes);
  message->exceptions_ = std::move(exceptions);
  return message;
}

bool Message::Has(const PipeEnd& end) const {
  return std::ranges::any_of(
      ports_, [&](const auto& port) { return port->IsOtherEndOf(end); });
}

v8::MaybeLocal<v8::Value> Message::Read(Environment& env,
                                        v8::LocalVector<v8::Value>* ports) {
  return MessageReader(env, this).Read(ports);
}

}  // namespace jshost
