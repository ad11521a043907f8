// Compiles classic scripts.

#ifndef HOST_RUNTIME_COMPILE_H_
#define HOST_RUNTIME_COMPILE_H_

#include <v8-isolate.h>
#include <v8-message.h>
#include <v8-script.h>

#include <string>

namespace jshost {

// In the current context. Empty, with an exception, when it is no script.
v8::MaybeLocal<v8::Script> CompileScript(v8::Isolate* isolate,
                                         const std::string& name,
                                         const std::string& text);

// Whether a script's syntax error only means that it should be a module.
bool IsAboutModules(v8::Isolate* isolate, v8::Local<v8::Message> message);

}  // namespace jshost

#endif  // HOST_RUNTIME_COMPILE_H_
