// The web's classes that are written in JavaScript: host/js/*.js.

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

struct WebClass {
  const char* name;
  const char* file;  // whose result has it by that name
};

constexpr WebClass kClasses[] = {
    {"AbortController", "abort"},    {"AbortSignal", "abort"},
    {"CustomEvent", "event_types"},  {"DOMException", "dom_exception"},
    {"ErrorEvent", "event_types"},   {"Event", "event"},
    {"EventTarget", "event_target"}, {"MessageChannel", "message_port"},
    {"MessageEvent", "event_types"}, {"MessagePort", "message_port"},
};

void GetClass(v8::Local<v8::Name> name,
              const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  v8::Local<v8::Value> made;
  v8::Local<v8::Value> value;
  if (Environment::For(isolate)
          .host->RequireInternal(ToText(isolate, info.Data()))
          .ToLocal(&made) &&
      made.As<v8::Object>()
          ->Get(isolate->GetCurrentContext(), name)
          .ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

}  // namespace

void InstallWebClasses(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  for (const auto& [name, file] : kClasses) {
    LazyProperty<&GetClass>(context, context->Global(), name,
                            String(isolate, file));
  }
}

}  // namespace jshost
