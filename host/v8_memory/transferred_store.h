// The memory of an ArrayBuffer on its way from one isolate to another: never
// copied, paid for by whoever has it.
//
// A block goes back to the allocator that it came from, which V8's backing
// store keeps alive; that is also who is charged for it. So that a block which
// has moved counts for its new owner, its backing store is replaced by one that
// knows both and holds the first.
//
// What stays charged to the isolate that made it, as long as anybody has it:
// resizable buffers, shared buffers and WebAssembly memories, and buffers in an
// arena, whose chunk the arena pays for.

#ifndef HOST_V8_MEMORY_TRANSFERRED_STORE_H_
#define HOST_V8_MEMORY_TRANSFERRED_STORE_H_

#include <v8-array-buffer.h>

#include <memory>

#include "host/v8_memory/array_buffer_allocator.h"

namespace jshost {

// Movable. Different threads may use different ones.
class TransferredStore {
 public:
  // `store` was just taken from a buffer of the isolate whose allocator is
  // `sender`, who pays until TakeFor.
  TransferredStore(std::shared_ptr<v8::BackingStore> store,
                   std::shared_ptr<ArrayBufferAllocator> sender);

  // For a new buffer of the isolate whose allocator is `receiver`, on its
  // thread; once. Null, and nothing has happened, when its budget refuses.
  std::shared_ptr<v8::BackingStore> TakeFor(
      const std::shared_ptr<ArrayBufferAllocator>& receiver);

  // Bytes.
  size_t size() const { return store_->ByteLength(); }

 private:
  std::shared_ptr<v8::BackingStore> store_;
  std::shared_ptr<ArrayBufferAllocator> sender_;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_TRANSFERRED_STORE_H_
