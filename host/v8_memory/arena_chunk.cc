#include "host/v8_memory/arena_chunk.h"

#include <cstring>

namespace jshost {

v8::Local<v8::ArrayBuffer> ArenaChunk::MakeBuffer(v8::Isolate* isolate,
                                                  v8::Local<v8::Value> key) {
  const v8::Local<v8::ArrayBuffer> buffer =
      v8::ArrayBuffer::New(isolate, store_);
  buffer->SetDetachKey(key);
  buffer_.Reset(isolate, buffer);
  buffer_.SetWeak();
  return buffer;
}

bool ArenaChunk::DetachBuffer(v8::Isolate* isolate, v8::Local<v8::Value> key) {
  if (has_buffer()) {
    buffer(isolate)->Detach(key).Check();
    buffer_.Reset();
  }
  return store_.use_count() == 1;
}

void ArenaChunk::Zero(size_t from, size_t to) {
  if (is_zero_ || from >= to) return;
  std::memset(static_cast<char*>(store_->Data()) + from, 0, to - from);
}

void ArenaChunk::ZeroAll() {
  Zero(0, size());
  is_zero_ = true;
}

}  // namespace jshost
