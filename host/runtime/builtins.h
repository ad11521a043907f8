// The shell's own JavaScript, compiled from the program's text when needed.
//
// Each file is one function expression `(function (natives) {…})`, called once
// in each context; its scripts are named jshost:NAME.

#ifndef HOST_RUNTIME_BUILTINS_H_
#define HOST_RUNTIME_BUILTINS_H_

#include <v8-context.h>
#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>

#include <map>
#include <string>
#include <vector>

namespace jshost {

// One for each context. All members need that context entered.
class Builtins {
 public:
  explicit Builtins(v8::Isolate* isolate) : isolate_(isolate) {}

  // What the file's function returned. An unknown name throws.
  v8::MaybeLocal<v8::Value> Require(const std::string& name);

  // The file's source as a function's body. An unknown name throws.
  v8::MaybeLocal<v8::Function> Compile(
      const std::string& name, const std::vector<std::string>& parameters);

 private:
  v8::Local<v8::Object> Natives(v8::Local<v8::Context> context);

  v8::Isolate* const isolate_;
  v8::Global<v8::Object> natives_;
  std::map<std::string, v8::Global<v8::Value>> results_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_BUILTINS_H_
