// queueMicrotask, which V8 leaves to the host.

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

// What the function throws is reported as uncaught, by the isolate's message
// listener.
void QueueMicrotask(Environment& env, v8::Local<v8::Function> callback) {
  env.isolate->EnqueueMicrotask(callback);
}

}  // namespace

void InstallQueueMicrotask(v8::Local<v8::Context> context) {
  Method<&QueueMicrotask, "callback">(context, context->Global(),
                                      "queueMicrotask");
}

}  // namespace jshost
