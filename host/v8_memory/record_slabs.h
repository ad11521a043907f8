// The native half of heap.struct: the memory of slabs, and which slabs there
// are. The other half, host/js/struct.js, cuts records off them.
//
// A slab is a JavaScript object with views of one ArrayBuffer. Records hold it,
// and it is only known weakly here: a slab that no record is left of dies with
// the next full collection, and its memory with it. So that this goes for the
// slab that new records come from as well, each type lets go of it when such a
// collection begins, and takes it up again afterwards if it still lives.
//
// On the isolate's thread only. Sizes are bytes.

#ifndef HOST_V8_MEMORY_RECORD_SLABS_H_
#define HOST_V8_MEMORY_RECORD_SLABS_H_

#include <v8-array-buffer.h>
#include <v8-callbacks.h>
#include <v8-container.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-persistent-handle.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "host/v8_memory/array_buffer_allocator.h"

namespace jshost {

class RecordSlabs {
 public:
  using TypeId = uint32_t;

  // `buffers` must outlive it.
  RecordSlabs(v8::Isolate* isolate, ArrayBufferAllocator* buffers);
  // While the isolate lives.
  ~RecordSlabs();
  RecordSlabs(const RecordSlabs&) = delete;
  RecordSlabs& operator=(const RecordSlabs&) = delete;

  // A new type. `state` lives as long as the type; its property `current` is
  // the slab that new records come from, or what its property `none` is.
  TypeId NewType(v8::Local<v8::Object> state);

  // Zeroed memory of a slab, from the heap even while an arena serves other
  // buffers. No script can detach it. Empty when there is no memory.
  v8::MaybeLocal<v8::ArrayBuffer> MakeBuffer(size_t bytes);
  // Whether MakeBuffer made it.
  bool Owns(v8::Local<v8::ArrayBuffer> buffer) const;

  // Types that live, and what is noted about types and their slabs.
  uint64_t type_count() const;
  uint64_t type_bytes() const;

  // Remembers a slab of this type.
  void Add(TypeId type, v8::Local<v8::Object> slab);
  // All that live.
  v8::Local<v8::Array> Of(TypeId type);
  // Offers a slab with room for records, for Take.
  void Offer(TypeId type, v8::Local<v8::Object> slab);
  // The last offered one that still lives; empty when there is none.
  v8::MaybeLocal<v8::Object> Take(TypeId type);

 private:
  // Weak; those that were collected are left out as the list grows.
  class WeakList {
   public:
    void Add(v8::Isolate* isolate, v8::Local<v8::Object> object);
    std::vector<v8::Global<v8::Object>>& items() { return items_; }
    size_t bytes() const {
      return items_.capacity() * sizeof(v8::Global<v8::Object>);
    }
    void DropDead();

   private:
    std::vector<v8::Global<v8::Object>> items_;
    size_t drop_at_ = 8;  // items
  };

  struct Type {
    v8::Global<v8::Object> state;  // weak
    WeakList all;
    WeakList offered;
  };

  static void OnCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                           void* slabs);
  void LetGoOfCurrent(Type& type);
  void DropDeadTypes();

  v8::Isolate* const isolate_;
  ArrayBufferAllocator* const buffers_;
  v8::Global<v8::Value> detach_key_;
  v8::Global<v8::Private> mark_;
  v8::Global<v8::String> current_key_;
  v8::Global<v8::String> none_key_;
  std::unordered_map<TypeId, Type> types_;
  size_t drop_types_at_ = 64;
  TypeId last_type_ = 0;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_RECORD_SLABS_H_
