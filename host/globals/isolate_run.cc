// isolate.run and isolate.eval, whose JavaScript is host/js/isolate_run.js.

#include <array>
#include <utility>

#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/isolate_start.h"

namespace jshost {
namespace {

class RunEvents final : public IsolateEvents {
 public:
  RunEvents(v8::Isolate* isolate, v8::Local<v8::Function> on_end)
      : on_end_(isolate, on_end) {}

  void OnEnd(IsolateResult result) override {
    v8::Isolate* const isolate = on_end_.isolate();
    const v8::HandleScope handles(isolate);
    const v8::Context::Scope entered(on_end_.context());
    std::array<v8::Local<v8::Value>, 1> args{
        ResultObject(Environment::For(isolate), std::move(result))};
    on_end_.Call(args.size(), args.data());
  }

 private:
  const EventCallback on_end_;
};

v8::MaybeLocal<v8::Value> RunIsolate(Environment& env,
                                     v8::Local<v8::Object> options,
                                     v8::Local<v8::Function> on_end) {
  IsolateOptions read;
  if (!ReadIsolateOptions(env, options, &read)) return {};
  return StartIsolate(env, std::move(read),
                      std::make_unique<RunEvents>(env.isolate, on_end));
}

void TerminateIsolate(Environment&, v8::Local<v8::Value> handle) {
  HandleOf(handle).Terminate();
}

void GetMember(v8::Local<v8::Name> name,
               const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  v8::Local<v8::Value> members;
  v8::Local<v8::Value> member;
  if (Environment::For(isolate)
          .host->RequireInternal("isolate_run")
          .ToLocal(&members) &&
      members.As<v8::Object>()
          ->Get(isolate->GetCurrentContext(), name)
          .ToLocal(&member)) {
    info.GetReturnValue().Set(member);
  }
}

}  // namespace

void AddIsolateNatives(v8::Local<v8::Context> context,
                       v8::Local<v8::Object> natives) {
  Method<&RunIsolate, "options", "onEnd">(context, natives, "runIsolate");
  Method<&TerminateIsolate, "handle">(context, natives, "terminateIsolate");
}

void InstallIsolateRun(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> isolate =
      GetObject(context, context->Global(), "isolate");
  LazyProperty<&GetMember>(context, isolate, "run");
  LazyProperty<&GetMember>(context, isolate, "eval");
}

}  // namespace jshost
