// The shell's own JavaScript: from the startup snapshot, or compiled from the
// program's text when needed.
//
// Each file is one function expression `(function (natives) {…})`, called once
// in each context; its scripts are named jshost:NAME.

#ifndef HOST_RUNTIME_BUILTINS_H_
#define HOST_RUNTIME_BUILTINS_H_

#include <v8-container.h>
#include <v8-context.h>
#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>
#include <v8-script.h>
#include <v8-snapshot.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jshost {

// One for each context. All members need that context entered.
class Builtins {
 public:
  explicit Builtins(v8::Isolate* isolate) : isolate_(isolate) {}

  // For a context without any: makes what the files get from C++.
  void Begin();

  // For a context from the startup snapshot: takes what Save put there, and
  // calls what waits for the start. False, with an exception pending, when that
  // throws.
  bool Restore();

  // What the file's function returned. An unknown name throws.
  v8::MaybeLocal<v8::Value> Require(const std::string& name);

  // The file's source as a function's body. An unknown name throws.
  v8::MaybeLocal<v8::Function> Compile(
      const std::string& name, const std::vector<std::string>& parameters);

  // Calls the function now, or at the start if it is being prepared. False when
  // it throws.
  bool AtStart(v8::Local<v8::Function> fn);

  // For the startup snapshot: evaluates the eager files and compiles the lazy
  // ones, after Begin. False, with an exception pending, when that fails.
  bool Prepare();
  void Save(v8::SnapshotCreator* creator);
  // Appends what this hands to V8 to the table of external references.
  static void AddReferences(std::vector<intptr_t>* table);

 private:
  v8::MaybeLocal<v8::Function> FunctionOf(const std::string& name);
  v8::ScriptCompiler::CompileOptions CompileOptions() const;

  v8::Isolate* const isolate_;
  bool prepares_ = false;
  v8::Global<v8::Object> natives_;
  // By the files' names.
  v8::Global<v8::Object> results_;
  v8::Global<v8::Object> functions_;  // compiled, not called yet
  v8::Global<v8::Array> starters_;    // what waits for the start
};

}  // namespace jshost

#endif  // HOST_RUNTIME_BUILTINS_H_
