// A structured clone apart from any isolate (HTML, "safe passing of structured
// data"): written on one isolate's thread, read on any isolate's, once.
//
// A view of an arena's chunk or of a record is cloned with its own bytes only:
// the rest of the chunk or slab is none of its business.
//
// Memory: the written bytes come from the sender's heap and are charged to its
// budget until the message is read or dropped, as are transferred buffers and
// copies of large ones, which count for the receiver from then on (see
// v8_memory/transferred_store.h). Shared buffers stay their maker's.

#ifndef HOST_GLOBALS_MESSAGE_H_
#define HOST_GLOBALS_MESSAGE_H_

#include <v8-array-buffer.h>
#include <v8-local-handle.h>
#include <v8-wasm.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/globals/environment.h"
#include "host/globals/message_pipe.h"
#include "host/globals/platform_objects.h"
#include "host/v8_memory/transferred_store.h"

namespace jshost {

class Message {
 public:
  using TransferList = v8::LocalVector<v8::Value>;

  // How far it may go. What isn't bytes (shared buffers, WebAssembly modules)
  // stays in its process; where it may leave that, such things are a
  // DataCloneError.
  enum class Reach { kThisProcess, kOtherProcesses };

  // Clones `value`, and takes what `transfer` names away from this isolate. On
  // failure there is an exception pending, null is returned and nothing was
  // taken: a DataCloneError, what a getter threw, or a RangeError with code
  // ERR_MEMORY_LIMIT. Runs the value's getters.
  static std::unique_ptr<Message> Write(Environment& env,
                                        v8::Local<v8::Value> value,
                                        const TransferList& transfer,
                                        Reach reach = Reach::kThisProcess);
  // What another process made of a message: its `bytes` and `exceptions`. They
  // may be anything; at worst the message can't be read. Any thread.
  static std::unique_ptr<Message> FromOtherProcess(
      std::unique_ptr<uint8_t[]> bytes, size_t size,
      std::vector<DOMExceptionParts> exceptions);
  // On any thread, also when its isolate is gone: what wasn't read is freed.
  ~Message();
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // The clone, in the current context; once. Empty, with an exception pending,
  // when the isolate has no memory for it; what was transferred is lost then.
  // What was transferred as message ports is appended to `ports`.
  v8::MaybeLocal<v8::Value> Read(Environment& env,
                                 v8::LocalVector<v8::Value>* ports = nullptr);

  // Whether it brings the other end of that pipe.
  bool Has(const PipeEnd& end) const;

  // All that one which may leave the process is made of, until it is read.
  std::span<const uint8_t> bytes() const { return {data_, size_}; }
  const std::vector<DOMExceptionParts>& exceptions() const {
    return exceptions_;
  }

  // What it holds outside of V8's heap and pays for; bytes.
  size_t size() const;

 private:
  friend class MessageWriter;
  friend class MessageReader;

  Message() = default;

  // What the serializer wrote, in a block of `capacity_` bytes of `heap_`; or
  // of no heap, and `foreign_`.
  std::shared_ptr<ArrayBufferAllocator> heap_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  std::unique_ptr<uint8_t[]> foreign_;

  // By the numbers that are in the written bytes.
  std::vector<TransferredStore> transferred_;
  std::vector<TransferredStore> copied_;  // see MessageCopies; numbers go on
  std::vector<std::unique_ptr<PipeEnd>> ports_;
  std::vector<DOMExceptionParts> exceptions_;
  std::vector<std::shared_ptr<v8::BackingStore>> shared_;
  std::vector<v8::CompiledWasmModule> modules_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_MESSAGE_H_
