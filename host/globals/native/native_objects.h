// An isolate's native objects, whatever their classes: what NativeObject<T>
// (native_object.h) stands on.
//
// On the isolate's thread only.

#ifndef HOST_GLOBALS_NATIVE_NATIVE_OBJECTS_H_
#define HOST_GLOBALS_NATIVE_NATIVE_OBJECTS_H_

#include <v8-external-memory-accounter.h>
#include <v8-function-callback.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-persistent-handle.h>
#include <v8-template.h>
#include <v8-weak-callback-info.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "host/globals/native/native_types.h"
#include "host/v8_memory/array_buffer_allocator.h"

namespace jshost {

struct Environment;
class NativeObjectBase;

class NativeObjects {
 public:
  NativeObjects(v8::Isolate* isolate,
                std::shared_ptr<ArrayBufferAllocator> memory,
                NativeTypes* types);
  // Ends all objects that are left. Before the isolate is disposed.
  ~NativeObjects();
  NativeObjects(const NativeObjects&) = delete;
  NativeObjects& operator=(const NativeObjects&) = delete;

  // Numbers the process's native classes.
  static int NewClassId();

  v8::Local<v8::FunctionTemplate> NewTemplate(int class_id, const char* name);
  void AddMethod(v8::Local<v8::FunctionTemplate> about, const char* class_name,
                 std::string_view name, v8::FunctionCallback callback,
                 int length);
  void AddGetter(v8::Local<v8::FunctionTemplate> about, const char* class_name,
                 std::string_view name, v8::FunctionCallback callback);
  void AddDispose(v8::Local<v8::FunctionTemplate> about, const char* class_name,
                  v8::FunctionCallback callback);

  bool IsInstance(int class_id, v8::Local<v8::Value> value) const;

  // The object behind an instance of a native class; null once disposed.
  static NativeObjectBase* Unwrap(v8::Local<v8::Object> wrapper);

  // Throws what is wrong with a call's receiver: another class or disposed.
  void RefuseReceiver(int class_id, const char* class_name,
                      v8::Local<v8::Value> receiver, std::string_view method);

  // Memory for an object that is being constructed, or null with an exception
  // pending.
  static void* Place(Environment& env,
                     const v8::FunctionCallbackInfo<v8::Value>& info,
                     const char* class_name, size_t bytes);
  // The object made there lives from here on.
  void Add(NativeObjectBase* object, v8::Local<v8::Object> wrapper,
           const char* class_name, size_t bytes);

  // Ends the object and frees its memory; a disposed one is left alone.
  void Dispose(v8::Local<v8::Object> wrapper);

 private:
  static void OnCollected(const v8::WeakCallbackInfo<NativeObjectBase>& info);
  static void AfterCollection(
      const v8::WeakCallbackInfo<NativeObjectBase>& info);
  void End(NativeObjectBase* object);

  v8::Isolate* const isolate_;
  const std::shared_ptr<ArrayBufferAllocator> memory_;
  NativeTypes* const types_;
  std::vector<v8::Global<v8::FunctionTemplate>> templates_;  // by class id
  v8::ExternalMemoryAccounter external_;  // the objects; V8 counts buffers
  NativeObjectBase* first_ = nullptr;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_NATIVE_OBJECTS_H_
