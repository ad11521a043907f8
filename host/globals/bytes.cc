#include "host/globals/bytes.h"

#include <v8-array-buffer.h>
#include <v8-value.h>

#include "host/globals/values.h"

namespace jshost {

bool Bytes::Assign(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (value->IsString()) {
    text_ = ToText(isolate, value);
    return true;
  }
  if (value->IsArrayBufferView()) {
    const auto view = value.As<v8::ArrayBufferView>();
    if (!view->HasBuffer()) {  // Small, and it may move.
      text_.resize(view->ByteLength());
      view->CopyContents(text_.data(), text_.size());
      return true;
    }
    data_ =
        static_cast<const char*>(view->Buffer()->Data()) + view->ByteOffset();
    size_ = view->ByteLength();
  } else if (value->IsArrayBuffer()) {
    const auto buffer = value.As<v8::ArrayBuffer>();
    data_ = static_cast<const char*>(buffer->Data());
    size_ = buffer->ByteLength();
  } else if (value->IsSharedArrayBuffer()) {
    const auto buffer = value.As<v8::SharedArrayBuffer>();
    data_ = static_cast<const char*>(buffer->Data());
    size_ = buffer->ByteLength();
  } else {
    return false;
  }
  if (size_ == 0) data_ = nullptr;
  return true;
}

}  // namespace jshost
