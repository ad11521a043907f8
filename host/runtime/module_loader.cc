#include "host/runtime/module_loader.h"

#include <fmt/format.h>
#include <v8-exception.h>
#include <v8-json.h>

#include <array>
#include <filesystem>
#include <sstream>
#include <utility>

#include "host/globals/environment.h"
#include "host/globals/error_place.h"
#include "host/globals/values.h"
#include "host/runtime/file_url.h"
#include "host/runtime/source_string.h"
#include "host/runtime/source_text.h"

namespace jshost {
namespace {

// Where the context keeps its loader.
constexpr int kContextSlot = 1;

std::string FolderOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// The folder that a script's imports are relative to, from its name: a path as
// DisplayPath makes it, or something like "[eval]".
std::string FolderOfScript(const std::string& name) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  return (here / name).parent_path().lexically_normal().string();
}

// The attributes come as key, value and, in static imports, position.
bool ReadType(v8::Isolate* isolate, v8::Local<v8::FixedArray> attributes,
              int stride, bool* is_json) {
  *is_json = false;
  for (int i = 0; i + 1 < attributes->Length(); i += stride) {
    const std::string key =
        ToText(isolate, attributes->Get(i).As<v8::String>());
    const std::string value =
        ToText(isolate, attributes->Get(i + 1).As<v8::String>());
    if (key != "type" || value != "json") {
      Throw(isolate, ErrorKind::kTypeError,
            fmt::format("import attribute {}: '{}' is not supported; only "
                        "type: 'json' is",
                        key, value));
      return false;
    }
    *is_json = true;
  }
  return true;
}

// An error about an import that comes from no source of its own belongs where
// the import stands.
void PlaceError(v8::Local<v8::Context> context, const v8::TryCatch& caught,
                const std::string& importer, v8::Location at) {
  const v8::Local<v8::Message> message = caught.Message();
  if (!message.IsEmpty() && message->GetScriptResourceName()->IsString()) {
    return;
  }
  ErrorPlace place{DisplayPath(importer),
                   at.GetLineNumber() + 1,
                   at.GetColumnNumber() + 1,
                   {}};
  std::string text;
  std::string error;
  if (ReadSource(
          importer, &text, &error,
          &Environment::For(v8::Isolate::GetCurrent()).host->interruption())) {
    std::istringstream lines(text);
    for (int i = 0; i < place.line; ++i) {
      std::getline(lines, place.source_line);
    }
  }
  SetErrorPlace(context, caught.Exception(), place);
}

}  // namespace

ModuleLoader::ModuleLoader(v8::Isolate* isolate) : isolate_(isolate) {
  isolate->GetCurrentContext()->SetAlignedPointerInEmbedderData(
      kContextSlot, this, v8::kEmbedderDataTypeTagDefault);
  isolate->SetHostImportModuleDynamicallyCallback(OnDynamicImport);
  isolate->SetHostInitializeImportMetaObjectCallback(OnImportMeta);
}

ModuleLoader::~ModuleLoader() = default;

ModuleLoader& ModuleLoader::For(v8::Local<v8::Context> context) {
  return *static_cast<ModuleLoader*>(context->GetAlignedPointerFromEmbedderData(
      v8::Isolate::GetCurrent(), kContextSlot,
      v8::kEmbedderDataTypeTagDefault));
}

v8::MaybeLocal<v8::Module> ModuleLoader::Compile(const std::string& path,
                                                 const std::string& text) {
  auto& entry = entries_[path];
  if (!entry) entry = NewEntry(path);
  entry->path = path;
  return CompileText(entry.get(), text);
}

v8::MaybeLocal<v8::Promise> ModuleLoader::Evaluate(
    v8::Local<v8::Module> module) {
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::Local<v8::Value> promise;
  if (module->InstantiateModule(context, OnResolve).IsNothing() ||
      !module->Evaluate(context).ToLocal(&promise)) {
    return {};
  }
  return promise.As<v8::Promise>();
}

v8::MaybeLocal<v8::Module> ModuleLoader::OnResolve(
    v8::Local<v8::Context> context, size_t request_index,
    v8::Local<v8::Module> referrer) {
  ModuleLoader& loader = For(context);
  v8::Isolate* const isolate = loader.isolate_;
  const auto request = referrer->GetModuleRequests()
                           ->Get(static_cast<int>(request_index))
                           .As<v8::ModuleRequest>();
  bool is_json = false;
  if (!ReadType(isolate, request->GetImportAttributes(), 3, &is_json)) {
    return {};
  }
  const Entry* const from = loader.EntryOf(referrer);
  v8::Location place =
      referrer->SourceOffsetToLocation(request->GetSourceOffset());
  const std::string importer =
      fmt::format("{}:{}:{}", DisplayPath(from->path),
                  place.GetLineNumber() + 1, place.GetColumnNumber() + 1);
  v8::TryCatch caught(isolate);
  const v8::MaybeLocal<v8::Module> module = loader.Import(
      ToText(isolate, request->GetSpecifier()), FolderOf(from->path), importer,
      is_json ? Type::kJson : Type::kJavaScript);
  if (caught.HasCaught()) {
    if (!caught.HasTerminated()) {
      PlaceError(context, caught, from->path, place);
    }
    caught.ReThrow();
  }
  return module;
}

v8::MaybeLocal<v8::Module> ModuleLoader::Import(const std::string& specifier,
                                                const std::string& folder,
                                                const std::string& importer,
                                                Type type) {
  ResolvedModule resolved;
  std::string error;
  if (!resolver_.Resolve(specifier, folder, &resolved, &error)) {
    Throw(isolate_, ErrorKind::kError,
          fmt::format("{}\n    imported from {}", error, importer));
    return {};
  }
  return Load(resolved, type, importer);
}

v8::MaybeLocal<v8::Module> ModuleLoader::Load(const ResolvedModule& resolved,
                                              Type type,
                                              const std::string& importer) {
  std::string key = resolved.path + resolved.suffix;
  if (type == Type::kJson) key += '\0';  // No path has one.
  auto& entry = entries_[key];
  if (!entry) {
    entry = NewEntry(key);
    entry->path = resolved.path;
    entry->suffix = resolved.suffix;
    v8::TryCatch caught(isolate_);
    if (CompileFile(entry.get(), type, importer).IsEmpty()) {
      if (caught.HasTerminated()) {
        caught.ReThrow();
        return {};
      }
      entry->error.Reset(isolate_, caught.Exception());
      caught.ReThrow();
      return {};
    }
  } else if (!entry->error.IsEmpty()) {
    isolate_->ThrowException(entry->error.Get(isolate_));
    return {};
  }
  return entry->module.Get(isolate_);
}

v8::MaybeLocal<v8::Module> ModuleLoader::CompileFile(
    Entry* entry, Type type, const std::string& importer) {
  std::string text;
  std::string error;
  if (!ReadSource(entry->path, &text, &error,
                  &Environment::For(isolate_).host->interruption())) {
    Throw(isolate_, ErrorKind::kError,
          fmt::format("{}\n    imported from {}", error, importer));
    return {};
  }
  if (type == Type::kJson) return CompileJson(entry, text);
  if (entry->path.ends_with(".json")) {
    Throw(isolate_, ErrorKind::kTypeError,
          fmt::format("'{}' is JSON; import it with {{ type: 'json' }}\n"
                      "    imported from {}",
                      DisplayPath(entry->path), importer));
    return {};
  }
  return CompileText(entry, text);
}

v8::MaybeLocal<v8::Module> ModuleLoader::CompileText(Entry* entry,
                                                     const std::string& text) {
  v8::Local<v8::String> string;
  if (!SourceString(isolate_, text).ToLocal(&string)) return {};
  const v8::ScriptOrigin origin(String(isolate_, DisplayPath(entry->path)), 0,
                                0, false, -1, {}, false, false,
                                /*is_module=*/true);
  v8::ScriptCompiler::Source source(string, origin);
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate_, &source).ToLocal(&module)) {
    return {};
  }
  Remember(entry, module);
  return module;
}

v8::MaybeLocal<v8::Module> ModuleLoader::CompileJson(Entry* entry,
                                                     const std::string& text) {
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  const std::string name = DisplayPath(entry->path);
  v8::Local<v8::String> string;
  v8::Local<v8::Value> value;
  if (!TryString(isolate_, text).ToLocal(&string)) return {};
  {
    v8::TryCatch caught(isolate_);
    if (!v8::JSON::Parse(context, string).ToLocal(&value)) {
      if (caught.HasTerminated()) {
        caught.ReThrow();
        return {};
      }
      const std::string message = ToText(isolate_, caught.Exception());
      isolate_->ThrowException(v8::Exception::SyntaxError(String(
          isolate_, fmt::format("{}: {}", name,
                                message.substr(message.find(": ") + 2)))));
      caught.ReThrow();
      return {};
    }
  }
  const std::array<v8::Local<v8::String>, 1> exports{Name(isolate_, "default")};
  const v8::Local<v8::Module> module = v8::Module::CreateSyntheticModule(
      isolate_, String(isolate_, name),
      v8::MemorySpan<const v8::Local<v8::String>>(exports.data(),
                                                  exports.size()),
      EvaluateJson);
  entry->json.Reset(isolate_, value);
  Remember(entry, module);
  return module;
}

v8::MaybeLocal<v8::Value> ModuleLoader::EvaluateJson(
    v8::Local<v8::Context> context, v8::Local<v8::Module> module) {
  ModuleLoader& loader = For(context);
  v8::Isolate* const isolate = loader.isolate_;
  Entry* const entry = loader.EntryOf(module);
  const v8::Local<v8::Value> value = entry->json.Get(isolate);
  entry->json.Reset();
  v8::Local<v8::Promise::Resolver> resolver;
  if (module->SetSyntheticModuleExport(isolate, Name(isolate, "default"), value)
          .IsNothing() ||
      !v8::Promise::Resolver::New(context).ToLocal(&resolver) ||
      resolver->Resolve(context, v8::Undefined(isolate)).IsNothing()) {
    return {};
  }
  return resolver->GetPromise();
}

// The key is noted here and in entries_, the path once more.
std::unique_ptr<ModuleLoader::Entry> ModuleLoader::NewEntry(
    const std::string& key) {
  return std::make_unique<Entry>(
      Environment::For(isolate_).native_types->Of("Module"),
      Environment::For(isolate_).budget->buffers(),
      sizeof(Entry) + 2 * key.size());
}

void ModuleLoader::Remember(Entry* entry, v8::Local<v8::Module> module) {
  entry->module.Reset(isolate_, module);
  by_hash_.emplace(module->GetIdentityHash(), entry);
}

ModuleLoader::Entry* ModuleLoader::EntryOf(v8::Local<v8::Module> module) {
  const auto [begin, end] = by_hash_.equal_range(module->GetIdentityHash());
  for (auto it = begin; it != end; ++it) {
    if (it->second->module == module) return it->second;
  }
  return nullptr;
}

// ------------------------------------------------------------ import.meta

void ModuleLoader::OnImportMeta(v8::Local<v8::Context> context,
                                v8::Local<v8::Module> module,
                                v8::Local<v8::Object> meta) {
  ModuleLoader& loader = For(context);
  v8::Isolate* const isolate = loader.isolate_;
  const Entry* const entry = loader.EntryOf(module);
  const std::string folder = FolderOf(entry->path);
  Set(context, meta, "url",
      String(isolate, PathToFileUrl(entry->path) + entry->suffix));
  Set(context, meta, "filename", String(isolate, entry->path));
  Set(context, meta, "dirname", String(isolate, folder));
  const v8::Local<v8::Function> resolve =
      v8::Function::New(context, OnMetaResolve, String(isolate, folder), 1,
                        v8::ConstructorBehavior::kThrow)
          .ToLocalChecked();
  resolve->SetName(Name(isolate, "resolve"));
  Set(context, meta, "resolve", resolve);
}

// import.meta.resolve(specifier): the URL that importing it would load.
void ModuleLoader::OnMetaResolve(
    const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  ModuleLoader& loader = For(isolate->GetCurrentContext());
  v8::Local<v8::String> specifier;
  if (!info[0]->ToString(isolate->GetCurrentContext()).ToLocal(&specifier)) {
    return;
  }
  ResolvedModule resolved;
  std::string error;
  if (!loader.resolver_.Resolve(ToText(isolate, specifier),
                                ToText(isolate, info.Data()), &resolved,
                                &error)) {
    return Throw(isolate, ErrorKind::kError, error);
  }
  info.GetReturnValue().Set(
      String(isolate, PathToFileUrl(resolved.path) + resolved.suffix));
}

// ---------------------------------------------------------- dynamic import

struct ModuleLoader::PendingImport {
  PendingImport(NativeType& type, jsheap::Budget& budget)
      : counted(type, budget, sizeof(PendingImport)) {}
  const NativeCount counted;
  v8::Global<v8::Promise::Resolver> resolver;
  std::string specifier;
  std::string importer;
  Type type;
};

namespace {

// The namespace for whoever waits for the import.
void OnImported(const v8::FunctionCallbackInfo<v8::Value>& info) {
  info.GetReturnValue().Set(info.Data());
}

}  // namespace

v8::MaybeLocal<v8::Promise> ModuleLoader::OnDynamicImport(
    v8::Local<v8::Context> context, v8::Local<v8::Data>,
    v8::Local<v8::Value> referrer, v8::Local<v8::String> specifier,
    v8::Local<v8::FixedArray> attributes) {
  ModuleLoader& loader = For(context);
  v8::Isolate* const isolate = loader.isolate_;
  v8::EscapableHandleScope handles(isolate);
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  bool is_json = false;
  v8::TryCatch caught(isolate);
  if (!ReadType(isolate, attributes, 2, &is_json)) {
    if (caught.HasTerminated()) return {};
    if (resolver->Reject(context, caught.Exception()).IsNothing()) return {};
    return handles.Escape(resolver->GetPromise());
  }
  auto pending = std::make_unique<PendingImport>(
      Environment::For(isolate).native_types->Of("Import"),
      Environment::For(isolate).budget->buffers());
  pending->resolver.Reset(isolate, resolver);
  pending->specifier = ToText(isolate, specifier);
  pending->importer = ToText(isolate, referrer);
  pending->type = is_json ? Type::kJson : Type::kJavaScript;
  // Not at once: the module's code runs after the code that asks for it.
  const int id = ++loader.last_import_;
  loader.imports_[id] = std::move(pending);
  isolate->EnqueueMicrotask(RunImport, v8::Integer::New(isolate, id));
  return handles.Escape(resolver->GetPromise());
}

void ModuleLoader::RunImport(v8::Local<v8::Data> id) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  ModuleLoader& loader = For(context);
  const auto node =
      loader.imports_.extract(id.As<v8::Value>().As<v8::Integer>()->Value());
  const PendingImport* const pending = node.mapped().get();
  const v8::Local<v8::Promise::Resolver> resolver =
      pending->resolver.Get(isolate);

  v8::TryCatch caught(isolate);
  v8::Local<v8::Module> module;
  v8::Local<v8::Promise> evaluated;
  v8::Local<v8::Promise> result;
  v8::Local<v8::Function> on_imported;
  if (loader
          .Import(pending->specifier, FolderOfScript(pending->importer),
                  pending->importer, pending->type)
          .ToLocal(&module) &&
      loader.Evaluate(module).ToLocal(&evaluated) &&
      v8::Function::New(context, OnImported, module->GetModuleNamespace())
          .ToLocal(&on_imported) &&
      evaluated->Then(context, on_imported).ToLocal(&result)) {
    resolver->Resolve(context, result).FromMaybe(false);
  } else if (!caught.HasTerminated()) {
    resolver->Reject(context, caught.Exception()).FromMaybe(false);
  }
}

}  // namespace jshost
