// A walk over the objects in V8's heap, which V8's public headers don't offer:
// HeapProfiler::QueryObjects and heap snapshots first note every reachable
// object, which takes about as much memory again as the heap has.
//
// It binds to V8's own iterator by its name in the library: a V8 that has none
// doesn't link. The few fields are where V8 15 has them; see heap_walk.cc.
//
// Objects are addresses with V8's tag, valid until V8 allocates in its heap.
// All of it on the isolate's thread, where V8 may collect garbage.

#ifndef HOST_V8_MEMORY_HEAP_WALK_H_
#define HOST_V8_MEMORY_HEAP_WALK_H_

#include <v8-internal.h>
#include <v8-local-handle.h>

#include <cstddef>
#include <cstdint>

namespace v8 {
class Isolate;
class Value;
}  // namespace v8

namespace jshost {

using HeapAddress = v8::internal::Address;

// V8's instance type.
using HeapType = uint16_t;

// All objects, with the garbage that V8 hasn't found yet, without what all
// isolates share. Nothing may be allocated in the heap while one exists; V8's
// other threads that might wait for that long.
class HeapWalk {
 public:
  explicit HeapWalk(v8::Isolate* isolate);
  ~HeapWalk();
  HeapWalk(const HeapWalk&) = delete;
  HeapWalk& operator=(const HeapWalk&) = delete;

  // Zero at the end.
  HeapAddress Next();

 private:
  void* iterator() { return storage_; }

  // V8's iterator has some seven words.
  alignas(std::max_align_t) unsigned char storage_[512];
};

// V8's name of a type, like "JS_MAP_TYPE"; null where there is none.
const char* HeapTypeName(v8::Isolate* isolate, HeapType type);

HeapType TypeOf(HeapAddress object);
HeapAddress HiddenClassOf(HeapAddress object);
size_t BytesOf(HeapAddress object);
// Whether all isolates share it.
bool IsReadOnly(HeapAddress object);

// Of a JSObject, never null; the first may be a small integer.
HeapAddress PropertiesOf(HeapAddress object);
HeapAddress ElementsOf(HeapAddress object);
// Of a Map, Set, WeakMap or WeakSet.
HeapAddress TableOf(HeapAddress object);
inline bool IsSmallInteger(HeapAddress value) {
  return !v8::internal::Internals::HasHeapObjectTag(value);
}

HeapAddress AddressOf(v8::Local<v8::Value> value);
// In the scope of handles that is open; of what a script may hold.
v8::Local<v8::Value> ToLocal(v8::Isolate* isolate, HeapAddress object);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HEAP_WALK_H_
