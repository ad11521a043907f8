// Typed arrays and DataView by number, for what writes and reads views itself.

#ifndef HOST_GLOBALS_VIEW_KIND_H_
#define HOST_GLOBALS_VIEW_KIND_H_

#include <v8-array-buffer.h>

#include <cstddef>
#include <cstdint>

namespace jshost {

enum class ViewKind : uint32_t {
  kUint8,
  kInt8,
  kUint8Clamped,
  kUint16,
  kInt16,
  kFloat16,
  kUint32,
  kInt32,
  kFloat32,
  kFloat64,
  kBigUint64,
  kBigInt64,
  kDataView,
};

ViewKind KindOf(v8::Local<v8::ArrayBufferView> view);

// Whether there is such a kind, and a view of it may lie there.
bool IsViewOf(uint32_t kind, uint64_t offset, uint64_t bytes);

// A view of `bytes` bytes; both must suit the kind and the buffer.
v8::Local<v8::Object> MakeView(ViewKind kind, v8::Local<v8::ArrayBuffer> buffer,
                               size_t offset, size_t bytes);
v8::Local<v8::Object> MakeView(ViewKind kind,
                               v8::Local<v8::SharedArrayBuffer> buffer,
                               size_t offset, size_t bytes);

}  // namespace jshost

#endif  // HOST_GLOBALS_VIEW_KIND_H_
