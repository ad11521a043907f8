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

// Movable. Once scripts had a buffer over it, all of it may be dirty: `.buffer`
// lets them write anywhere.
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

  // Whether it read as zero when the round began.
  bool is_zero() const { return is_zero_; }
  void MarkDirty() { is_zero_ = false; }
  // Zeroes the range [from, to) unless it is zero, or everything.
  void Zero(size_t from, size_t to);
  void ZeroAll();

 private:
  std::shared_ptr<v8::BackingStore> store_;
  v8::Global<v8::ArrayBuffer> buffer_;  // weak: its views keep it
  bool is_zero_ = true;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_ARENA_CHUNK_H_
