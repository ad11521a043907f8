#include "host/v8_memory/heap_walk.h"

#include <v8-isolate.h>
#include <v8-profiler.h>
#include <v8-value.h>
#include <v8-version.h>

#include <cstring>
#include <new>

static_assert(
    V8_MAJOR_VERSION == 15,
    "compare what follows with V8's heap/heap.h, objects/heap-object.h "
    "and objects/js-objects.h");
#if defined(V8_COMPRESS_POINTERS) || defined(V8_MAP_PACKING) || \
    defined(V8_ENABLE_DIRECT_HANDLE)
#error "fields are read as whole addresses, and handles point to some"
#endif

// As much of V8's own declarations as their names in the library need.
namespace v8::internal {

class HeapObject;
class Map;

template <typename T>
class Tagged {
 public:
  Address address;
};

class Heap {
 public:
  bool GetObjectTypeName(size_t index, const char** type, const char** sub);
};

class HeapProfiler {
 public:
  Heap* heap() const;
};

class HeapObject {
 public:
  int SizeFromMap(Tagged<Map> map) const;
};

class ReadOnlyHeap {
 public:
  static bool Contains(Address address);
};

class HeapObjectIterator {
 public:
  enum HeapObjectsFiltering { kNoFiltering };
  HeapObjectIterator(Heap* heap, HeapObjectsFiltering filtering);
  ~HeapObjectIterator();
  Tagged<HeapObject> Next();
};

}  // namespace v8::internal

namespace jshost {
namespace {

namespace vi = v8::internal;

constexpr int kPropertiesOffset = vi::kApiTaggedSize;
constexpr int kElementsOffset = 2 * vi::kApiTaggedSize;
constexpr int kTableOffset = vi::Internals::kJSObjectHeaderSize;

vi::Heap* HeapOf(v8::Isolate* isolate) {
  return reinterpret_cast<vi::HeapProfiler*>(isolate->GetHeapProfiler())
      ->heap();
}

HeapAddress Field(HeapAddress object, int offset) {
  return vi::Internals::ReadTaggedPointerField(object, offset);
}

}  // namespace

HeapWalk::HeapWalk(v8::Isolate* isolate) {
  new (iterator()) vi::HeapObjectIterator(HeapOf(isolate),
                                          vi::HeapObjectIterator::kNoFiltering);
}

HeapWalk::~HeapWalk() {
  static_cast<vi::HeapObjectIterator*>(iterator())->~HeapObjectIterator();
}

HeapAddress HeapWalk::Next() {
  return static_cast<vi::HeapObjectIterator*>(iterator())->Next().address;
}

const char* HeapTypeName(v8::Isolate* isolate, HeapType type) {
  const char* name = nullptr;
  const char* sub = nullptr;
  return HeapOf(isolate)->GetObjectTypeName(type, &name, &sub) ? name : nullptr;
}

HeapType TypeOf(HeapAddress object) {
  return static_cast<HeapType>(vi::Internals::GetInstanceType(object));
}

HeapAddress HiddenClassOf(HeapAddress object) {
  return Field(object, vi::Internals::kHeapObjectMapOffset);
}

size_t BytesOf(HeapAddress object) {
  const auto* const start =
      reinterpret_cast<const vi::HeapObject*>(object - vi::kHeapObjectTag);
  return static_cast<size_t>(start->SizeFromMap({HiddenClassOf(object)}));
}

bool IsReadOnly(HeapAddress object) {
  return vi::ReadOnlyHeap::Contains(object);
}

HeapAddress PropertiesOf(HeapAddress object) {
  return Field(object, kPropertiesOffset);
}

HeapAddress ElementsOf(HeapAddress object) {
  return Field(object, kElementsOffset);
}

HeapAddress TableOf(HeapAddress object) { return Field(object, kTableOffset); }

HeapAddress AddressOf(v8::Local<v8::Value> value) {
  return vi::ValueHelper::ValueAsAddress(*value);
}

v8::Local<v8::Value> ToLocal(v8::Isolate* isolate, HeapAddress object) {
  struct Handles : v8::HandleScope {
    using v8::HandleScope::CreateHandle;
  };
  const HeapAddress* const slot = Handles::CreateHandle(isolate, object);
  v8::Local<v8::Value> local;
  static_assert(sizeof(local) == sizeof(slot));
  std::memcpy(static_cast<void*>(&local), &slot, sizeof(slot));
  return local;
}

}  // namespace jshost
