#include "host/runtime/compile.h"

#include <string_view>

#include "host/globals/values.h"
#include "host/runtime/source_string.h"

namespace jshost {

v8::MaybeLocal<v8::Script> CompileScript(v8::Isolate* isolate,
                                         const std::string& name,
                                         const std::string& text) {
  v8::Local<v8::String> string;
  if (!SourceString(isolate, text).ToLocal(&string)) return {};
  v8::ScriptCompiler::Source source(string,
                                    v8::ScriptOrigin(String(isolate, name)));
  return v8::ScriptCompiler::Compile(isolate->GetCurrentContext(), &source);
}

bool IsAboutModules(v8::Isolate* isolate, v8::Local<v8::Message> message) {
  if (message.IsEmpty()) return false;
  const std::string text = ToText(isolate, message->Get());
  for (const std::string_view sign :
       {"import statement outside a module", "'import.meta' outside a module",
        "Unexpected token 'export'", "await is only valid in"}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace jshost
