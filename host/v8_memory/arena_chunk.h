// The memory of one chunk of a script's arena: what an ArrayBuffer is made
// over, and made over again after each reset.

#ifndef HOST_V8_MEMORY_ARENA_CHUNK_H_
#define HOST_V8_MEMORY_ARENA_CHUNK_H_

#include <v8-array-buffer.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace jshost {

// Movable. Invariant: bytes from dirty_end to size() read as zero.
//
// The backing store holds the memory and whoever holds the store keeps it, so
// memory is never used again as long as anybody can reach it.
class ArenaChunk {
 public:
  ArenaChunk() = default;
  explicit ArenaChunk(std::shared_ptr<v8::BackingStore> store)
      : store_(std::move(store)) {}

  size_t size() const { return store_->ByteLength(); }
  // False also when nobody can reach it any more.
  bool has_buffer() const { return !buffer_.IsEmpty(); }
  v8::Local<v8::ArrayBuffer> buffer(v8::Isolate* isolate) const {
    return buffer_.Get(isolate);
  }

  // Makes a buffer that only `key` can detach.
  v8::Local<v8::ArrayBuffer> MakeBuffer(v8::Isolate* isolate,
                                        v8::Local<v8::Value> key);
  // Ends it and all its views. False when the memory can't be used again
  // because somebody else still holds it.
  bool DetachBuffer(v8::Isolate* isolate, v8::Local<v8::Value> key);

  // Zeroes what of the range [from, to) may be dirty.
  void Zero(size_t from, size_t to);
  // So much from the start was written.
  void NoteDirty(size_t bytes) {
    if (bytes > dirty_end_) dirty_end_ = bytes;
  }
  size_t dirty_end() const { return dirty_end_; }
  // Everything was zeroed.
  void NoteZero() { dirty_end_ = 0; }

  size_t used = 0;  // once the arena has gone on to the next

 private:
  std::shared_ptr<v8::BackingStore> store_;
  v8::Global<v8::ArrayBuffer> buffer_;  // weak: its views keep it
  size_t dirty_end_ = 0;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_ARENA_CHUNK_H_
