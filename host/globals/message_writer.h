// Writes a value into a message.

#ifndef HOST_GLOBALS_MESSAGE_WRITER_H_
#define HOST_GLOBALS_MESSAGE_WRITER_H_

#include <v8-persistent-handle.h>
#include <v8-value-serializer.h>

#include <vector>

#include "host/globals/message.h"
#include "host/globals/message_copies.h"

namespace jshost {

// What is going to be transferred. It is written as numbers.
struct MessageTransfer {
  explicit MessageTransfer(v8::Isolate* isolate)
      : buffers(isolate), ports(isolate) {}
  v8::LocalVector<v8::ArrayBuffer> buffers;
  v8::LocalVector<v8::Object> ports;
};

// What the bytes of an object of the host's begin with: a ViewKind or one of
// these.
inline constexpr uint32_t kDOMExceptionTag = 100;
inline constexpr uint32_t kMessagePortTag = 101;

class MessageWriter final : private v8::ValueSerializer::Delegate {
 public:
  // What is in `transfer` is written as numbers.
  MessageWriter(Environment& env, Message* message, Message::Reach reach,
                const MessageTransfer* transfer);

  // Once. False with an exception pending; `*refused` is then the bytes that
  // the heap refused, if that is why.
  bool Write(v8::Local<v8::Value> value, size_t* refused);

 private:
  void ThrowDataCloneError(v8::Local<v8::String> message) override;
  bool HasCustomHostObject(v8::Isolate*) override { return true; }
  v8::Maybe<bool> IsHostObject(v8::Isolate* isolate,
                               v8::Local<v8::Object> object) override;
  v8::Maybe<uint32_t> GetSharedArrayBufferId(
      v8::Isolate* isolate, v8::Local<v8::SharedArrayBuffer> buffer) override;
  v8::Maybe<uint32_t> GetWasmModuleTransferId(
      v8::Isolate* isolate, v8::Local<v8::WasmModuleObject> module) override;
  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate,
                                  v8::Local<v8::Object> object) override;
  void* ReallocateBufferMemory(void* old_block, size_t size,
                               size_t* actual_size) override;
  void FreeBufferMemory(void* block) override;

  bool WriteValue(v8::Local<v8::Value> value);
  bool StaysInProcess(v8::Local<v8::Object> object);
  v8::Maybe<bool> Refuse(v8::Local<v8::Object> object);
  v8::Maybe<bool> WritePort(v8::Local<v8::Object> port);
  v8::Maybe<bool> WriteDOMException(v8::Local<v8::Object> exception);
  v8::Maybe<bool> WriteView(v8::Local<v8::ArrayBufferView> view);

  Environment& env_;
  Message* const message_;
  const Message::Reach reach_;
  const MessageTransfer& transfer_;
  v8::Local<v8::Value> object_prototype_;
  size_t refused_ = 0;
  // What the message has, by number. V8's own handles end with each object
  // that it writes.
  std::vector<v8::Global<v8::SharedArrayBuffer>> shared_;
  std::vector<v8::Global<v8::WasmModuleObject>> modules_;
  v8::ValueSerializer serializer_;
  MessageCopies copies_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_MESSAGE_WRITER_H_
