// How scripts' options become those of an isolate to be started; shared by
// isolate.run and Worker.

#ifndef HOST_GLOBALS_ISOLATE_START_H_
#define HOST_GLOBALS_ISOLATE_START_H_

#include <v8-local-handle.h>
#include <v8-object.h>

#include <memory>

#include "host/globals/environment.h"
#include "host/globals/isolates.h"

namespace jshost {

// From the object that host/js/isolate_options.js makes. False, with an
// exception pending, when the data can't be cloned.
bool ReadIsolateOptions(Environment& env, v8::Local<v8::Object> options,
                        IsolateOptions* read);

// Starts the isolate: an External of its handle, or empty, with a RangeError
// pending.
v8::MaybeLocal<v8::Value> StartIsolate(Environment& env, IsolateOptions options,
                                       std::unique_ptr<IsolateEvents> events);

// What an External of StartIsolate's holds.
IsolateHandle& HandleOf(v8::Local<v8::Value> external);

// A RunResult.
v8::Local<v8::Object> ResultObject(Environment& env, IsolateResult result);

// A function of our own JavaScript, and the context in which it is called.
class EventCallback {
 public:
  EventCallback(v8::Isolate* isolate, v8::Local<v8::Function> function);

  // As a task does: what it throws is reported as uncaught.
  void Call(int argc, v8::Local<v8::Value>* argv) const;
  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }

 private:
  v8::Isolate* const isolate_;
  const v8::Global<v8::Context> context_;
  const v8::Global<v8::Function> function_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_ISOLATE_START_H_
