// Makes a value of a message.

#ifndef HOST_GLOBALS_MESSAGE_READER_H_
#define HOST_GLOBALS_MESSAGE_READER_H_

#include <v8-value-serializer.h>

#include <vector>

#include "host/globals/message.h"
#include "host/globals/view_kind.h"

namespace jshost {

class MessageReader final : private v8::ValueDeserializer::Delegate {
 public:
  MessageReader(Environment& env, Message* message);

  // Once. Empty with an exception pending.
  v8::MaybeLocal<v8::Value> Read(v8::LocalVector<v8::Value>* ports);

 private:
  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate*) override;
  v8::MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(
      v8::Isolate*, uint32_t id) override;
  v8::MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(
      v8::Isolate*, uint32_t id) override;

  template <typename Buffer>
  v8::MaybeLocal<v8::Object> View(ViewKind kind, v8::Local<Buffer> buffer,
                                  uint64_t offset, uint64_t bytes);
  bool TakeBuffers(std::vector<TransferredStore>* stores, const char* what);
  bool MakeShared();
  bool MakeObjects();
  v8::MaybeLocal<v8::Value> ReadValue();

  Environment& env_;
  Message* const message_;
  uint32_t buffers_ = 0;  // taken
  // Made beforehand: no JavaScript may run while V8 reads.
  v8::LocalVector<v8::Value> ports_;
  v8::LocalVector<v8::Value> exceptions_;
  bool lost_bytes_ = false;  // a view's buffer was resized
  v8::LocalVector<v8::SharedArrayBuffer> shared_;
  v8::LocalVector<v8::WasmModuleObject> modules_;
  v8::ValueDeserializer deserializer_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_MESSAGE_READER_H_
