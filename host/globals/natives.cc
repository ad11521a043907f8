// The object that the shell's own JavaScript gets.

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "host/globals/binding.h"
#include "host/globals/clock.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

void WriteOut(Environment& env, const std::string& text) {
  if (!env.out->Write(text)) env.host->OnOutputFailed();
}

void WriteErr(Environment& env, const std::string& text) {
  env.err->Write(text);
  env.err->Flush();
}

double Now(Environment& env) { return MillisecondsSinceStart(env); }

v8::MaybeLocal<v8::Value> RequireInternal(Host& host, const std::string& name) {
  return host.RequireInternal(name);
}

v8::MaybeLocal<v8::Function> CompileInternal(Host& host,
                                             const std::string& name,
                                             v8::Local<v8::Object> parameters) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  std::vector<std::string> names;
  const auto list = parameters.As<v8::Array>();
  for (uint32_t i = 0; i < list->Length(); ++i) {
    names.push_back(ToText(isolate, list->Get(context, i).ToLocalChecked()));
  }
  return host.CompileInternal(name, names);
}

void AtStart(Host& host, v8::Local<v8::Function> fn) {
  static_cast<void>(host.AtStart(fn));  // what it throws is pending
}

bool IsTerminal(Environment&, int32_t fd) { return isatty(fd) == 1; }

bool WantsColors(Environment& env, int32_t fd) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return IsTerminal(env, fd);
}

}  // namespace

v8::Local<v8::Object> NewNatives(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Object> natives = v8::Object::New(isolate);
  Define(context, natives, "global", context->Global());
  // Symbol.dispose isn't there yet while the startup snapshot is made.
  Define(context, natives, "symbolDispose", v8::Symbol::GetDispose(isolate));
  Method<&WriteOut, "text">(context, natives, "writeOut");
  Method<&WriteErr, "text">(context, natives, "writeErr");
  Method<&Now>(context, natives, "now");
  Method<&RequireInternal, "name">(context, natives, "requireInternal");
  Method<&CompileInternal, "name", "parameters">(context, natives,
                                                 "compileInternal");
  Method<&AtStart, "fn">(context, natives, "atStart");
  Method<&IsTerminal, "fd">(context, natives, "isTerminal");
  Method<&WantsColors, "fd">(context, natives, "wantsColors");
  AddInspectNatives(context, natives);
  AddArenaNatives(context, natives);
  AddSizeNatives(context, natives);
  AddLinearMemoryNatives(context, natives);
  AddNativeClassNatives(context, natives);
  AddPortNatives(context, natives);
  AddReportErrorNatives(context, natives);
  AddStructNatives(context, natives);
  AddIsolateNatives(context, natives);
  AddWorkerNatives(context, natives);
  AddTimerNatives(context, natives);
  return natives;
}

}  // namespace jshost
