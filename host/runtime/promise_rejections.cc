#include "host/runtime/promise_rejections.h"

namespace jshost {

void PromiseRejections::OnMessage(const v8::PromiseRejectMessage& message) {
  switch (message.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler:
      unhandled_.emplace_back(isolate_, message.GetPromise());
      break;
    case v8::kPromiseHandlerAddedAfterReject:
      Forget(message.GetPromise());
      break;
    default:
      break;  // Settled again: without effect, by the language.
  }
}

// The latest are the likeliest, and mostly there are few.
void PromiseRejections::Forget(v8::Local<v8::Promise> promise) {
  for (size_t i = unhandled_.size(); i-- > 0;) {
    if (unhandled_[i] == promise) {
      unhandled_.erase(unhandled_.begin() + static_cast<ptrdiff_t>(i));
      return;
    }
  }
}

v8::Local<v8::Value> PromiseRejections::Take() {
  const v8::Local<v8::Value> reason = unhandled_[0].Get(isolate_)->Result();
  unhandled_.erase(unhandled_.begin());
  return reason;
}

}  // namespace jshost
