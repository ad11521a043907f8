// One context's ES modules: files to V8's modules, each loaded once, with
// import.meta, dynamic import and JSON modules.
//
// A file that can't be read or compiled stays so: later imports of it throw the
// same error. All members need the isolate's thread and the context entered.

#ifndef HOST_RUNTIME_MODULE_LOADER_H_
#define HOST_RUNTIME_MODULE_LOADER_H_

#include <v8-context.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>
#include <v8-promise.h>
#include <v8-script.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "host/globals/native/native_types.h"
#include "host/runtime/module_resolver.h"

namespace jshost {

class ModuleLoader {
 public:
  // Takes over the isolate's callbacks for import() and import.meta.
  explicit ModuleLoader(v8::Isolate* isolate);
  ~ModuleLoader();
  ModuleLoader(const ModuleLoader&) = delete;
  ModuleLoader& operator=(const ModuleLoader&) = delete;

  // Compiles `text` as a module of its own, to be linked and run by Evaluate.
  // `path` is absolute: its folder is what its imports are relative to, and it
  // need not exist ("/home/me/[eval]").
  v8::MaybeLocal<v8::Module> Compile(const std::string& path,
                                     const std::string& text);

  // Loads what the module imports, and runs all: a promise for its end, or
  // empty, with an exception, when something can't be loaded or linked.
  v8::MaybeLocal<v8::Promise> Evaluate(v8::Local<v8::Module> module);

 private:
  enum class Type { kJavaScript, kJson };
  struct Entry {
    Entry(NativeType& type, jsheap::Budget& budget, size_t bytes)
        : counted(type, budget, bytes) {}
    const NativeCount counted;
    std::string path;
    std::string suffix;
    v8::Global<v8::Module> module;  // empty when `error` is set
    v8::Global<v8::Value> error;
    v8::Global<v8::Value> json;  // until a JSON module is evaluated
  };

  static ModuleLoader& For(v8::Local<v8::Context> context);
  static v8::MaybeLocal<v8::Module> OnResolve(v8::Local<v8::Context> context,
                                              size_t request_index,
                                              v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Promise> OnDynamicImport(
      v8::Local<v8::Context> context, v8::Local<v8::Data> options,
      v8::Local<v8::Value> referrer, v8::Local<v8::String> specifier,
      v8::Local<v8::FixedArray> attributes);
  static void OnImportMeta(v8::Local<v8::Context> context,
                           v8::Local<v8::Module> module,
                           v8::Local<v8::Object> meta);
  static void OnMetaResolve(const v8::FunctionCallbackInfo<v8::Value>& info);
  static v8::MaybeLocal<v8::Value> EvaluateJson(v8::Local<v8::Context> context,
                                                v8::Local<v8::Module> module);

  // The module for `specifier` as imported from `folder`; `importer` is for
  // messages, "main.mjs:3:8".
  v8::MaybeLocal<v8::Module> Import(const std::string& specifier,
                                    const std::string& folder,
                                    const std::string& importer, Type type);
  v8::MaybeLocal<v8::Module> Load(const ResolvedModule& resolved, Type type,
                                  const std::string& importer);
  v8::MaybeLocal<v8::Module> CompileFile(Entry* entry, Type type,
                                         const std::string& importer);
  v8::MaybeLocal<v8::Module> CompileJson(Entry* entry, const std::string& text);
  v8::MaybeLocal<v8::Module> CompileText(Entry* entry, const std::string& text);
  std::unique_ptr<Entry> NewEntry(const std::string& key);
  void Remember(Entry* entry, v8::Local<v8::Module> module);
  Entry* EntryOf(v8::Local<v8::Module> module);

  // A dynamic import under way; see module_loader.cc.
  struct PendingImport;
  static void RunImport(v8::Local<v8::Data> id);

  v8::Isolate* const isolate_;
  ModuleResolver resolver_;
  // By path, suffix and type; entries never go away.
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  // By Module::GetIdentityHash.
  std::unordered_multimap<int, Entry*> by_hash_;
  std::unordered_map<int64_t, std::unique_ptr<PendingImport>> imports_;
  int last_import_ = 0;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_MODULE_LOADER_H_
