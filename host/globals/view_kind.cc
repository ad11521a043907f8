#include "host/globals/view_kind.h"

#include <v8-typed-array.h>

namespace jshost {
namespace {

template <typename Buffer>
v8::Local<v8::Object> Make(ViewKind kind, v8::Local<Buffer> buffer,
                           size_t offset, size_t bytes) {
  switch (kind) {
    case ViewKind::kUint8:
      return v8::Uint8Array::New(buffer, offset, bytes);
    case ViewKind::kInt8:
      return v8::Int8Array::New(buffer, offset, bytes);
    case ViewKind::kUint8Clamped:
      return v8::Uint8ClampedArray::New(buffer, offset, bytes);
    case ViewKind::kUint16:
      return v8::Uint16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kInt16:
      return v8::Int16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kFloat16:
      return v8::Float16Array::New(buffer, offset, bytes / 2);
    case ViewKind::kUint32:
      return v8::Uint32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kInt32:
      return v8::Int32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kFloat32:
      return v8::Float32Array::New(buffer, offset, bytes / 4);
    case ViewKind::kFloat64:
      return v8::Float64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kBigUint64:
      return v8::BigUint64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kBigInt64:
      return v8::BigInt64Array::New(buffer, offset, bytes / 8);
    case ViewKind::kDataView:
      break;
  }
  return v8::DataView::New(buffer, offset, bytes);
}

uint64_t ElementSize(ViewKind kind) {
  switch (kind) {
    case ViewKind::kUint16:
    case ViewKind::kInt16:
    case ViewKind::kFloat16:
      return 2;
    case ViewKind::kUint32:
    case ViewKind::kInt32:
    case ViewKind::kFloat32:
      return 4;
    case ViewKind::kFloat64:
    case ViewKind::kBigUint64:
    case ViewKind::kBigInt64:
      return 8;
    default:
      return 1;
  }
}

}  // namespace

bool IsViewOf(uint32_t kind, uint64_t offset, uint64_t bytes) {
  if (kind > static_cast<uint32_t>(ViewKind::kDataView)) return false;
  const uint64_t size = ElementSize(static_cast<ViewKind>(kind));
  return offset % size == 0 && bytes % size == 0;
}

ViewKind KindOf(v8::Local<v8::ArrayBufferView> view) {
  if (view->IsUint8Array()) return ViewKind::kUint8;
  if (view->IsInt8Array()) return ViewKind::kInt8;
  if (view->IsUint8ClampedArray()) return ViewKind::kUint8Clamped;
  if (view->IsUint16Array()) return ViewKind::kUint16;
  if (view->IsInt16Array()) return ViewKind::kInt16;
  if (view->IsFloat16Array()) return ViewKind::kFloat16;
  if (view->IsUint32Array()) return ViewKind::kUint32;
  if (view->IsInt32Array()) return ViewKind::kInt32;
  if (view->IsFloat32Array()) return ViewKind::kFloat32;
  if (view->IsFloat64Array()) return ViewKind::kFloat64;
  if (view->IsBigUint64Array()) return ViewKind::kBigUint64;
  if (view->IsBigInt64Array()) return ViewKind::kBigInt64;
  return ViewKind::kDataView;
}

v8::Local<v8::Object> MakeView(ViewKind kind, v8::Local<v8::ArrayBuffer> buffer,
                               size_t offset, size_t bytes) {
  return Make(kind, buffer, offset, bytes);
}

v8::Local<v8::Object> MakeView(ViewKind kind,
                               v8::Local<v8::SharedArrayBuffer> buffer,
                               size_t offset, size_t bytes) {
  return Make(kind, buffer, offset, bytes);
}

}  // namespace jshost
