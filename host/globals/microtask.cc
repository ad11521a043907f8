// queueMicrotask, which V8 leaves to the host.

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

void LeaveArenas(v8::Local<v8::Data>) {
  Environment& env = Environment::For(v8::Isolate::GetCurrent());
  if (env.arenas != nullptr) env.arenas->LeaveAll();
}

// What the function throws is reported as uncaught, by the isolate's message
// listener.
void QueueMicrotask(Environment& env, v8::Local<v8::Function> callback) {
  // What an earlier job entered and forgot isn't for this one.
  env.isolate->EnqueueMicrotask(LeaveArenas, v8::Undefined(env.isolate));
  env.isolate->EnqueueMicrotask(callback);
}

}  // namespace

// V8 adds one of its own to every context.
void StartQueueMicrotask(v8::Local<v8::Context> context) {
  Method<&QueueMicrotask, "callback">(context, context->Global(),
                                      "queueMicrotask");
}

}  // namespace jshost
