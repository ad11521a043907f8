// performance.now and performance.timeOrigin.

#include <chrono>

#include "host/globals/binding.h"
#include "host/globals/clock.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

double Now(Environment& env) { return MillisecondsSinceStart(env); }

}  // namespace

void InstallPerformance(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> performance =
      v8::Object::New(v8::Isolate::GetCurrent());
  Method<&Now>(context, performance, "now");
  Define(context, context->Global(), "performance", performance);
}

void StartPerformance(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const std::chrono::duration<double, std::milli> origin =
      Environment::For(isolate).start_wall.time_since_epoch();
  Define(context, GetObject(context, context->Global(), "performance"),
         "timeOrigin", v8::Number::New(isolate, origin.count()));
}

}  // namespace jshost
