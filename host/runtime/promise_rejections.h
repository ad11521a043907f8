// Promises that were rejected and that nobody handles.

#ifndef HOST_RUNTIME_PROMISE_REJECTIONS_H_
#define HOST_RUNTIME_PROMISE_REJECTIONS_H_

#include <v8-callbacks.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>

#include <vector>

namespace jshost {

class PromiseRejections {
 public:
  explicit PromiseRejections(v8::Isolate* isolate) : isolate_(isolate) {}

  // For Isolate::SetPromiseRejectCallback's callback.
  void OnMessage(const v8::PromiseRejectMessage& message);

  // Counts as handled from now on.
  void Forget(v8::Local<v8::Promise> promise);

  bool empty() const { return unhandled_.empty(); }

  // The reason of the one that was rejected first, and forgets that one.
  v8::Local<v8::Value> Take();

 private:
  v8::Isolate* const isolate_;
  std::vector<v8::Global<v8::Promise>> unhandled_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_PROMISE_REJECTIONS_H_
