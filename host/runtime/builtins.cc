#include "host/runtime/builtins.h"

#include <fmt/format.h>
#include <v8-script.h>

#include <memory>
#include <string_view>

#include "host/globals/globals.h"
#include "host/globals/values.h"
#include "host/js/builtin_sources.h"

namespace jshost {
namespace {

// Text of the program itself: V8 needs no copy of it.
class StaticText final : public v8::String::ExternalOneByteStringResource {
 public:
  explicit StaticText(std::string_view text) : text_(text) {}
  const char* data() const override { return text_.data(); }
  size_t length() const override { return text_.size(); }

 private:
  const std::string_view text_;
};

// The file called `name` or `name`.js.
const BuiltinSource* Find(std::string_view name) {
  for (const BuiltinSource& builtin : BuiltinSources()) {
    std::string_view file = builtin.name;
    if (file.ends_with(".js")) file.remove_suffix(3);
    if (file == name) return &builtin;
  }
  return nullptr;
}

v8::MaybeLocal<v8::String> SourceOf(v8::Isolate* isolate,
                                    const std::string& name) {
  const BuiltinSource* builtin = Find(name);
  if (builtin == nullptr) {
    Throw(isolate, ErrorKind::kError,
          fmt::format("there is no internal module '{}'", name));
    return {};
  }
  return v8::String::NewExternalOneByte(isolate,
                                        new StaticText(builtin->source));
}

v8::ScriptOrigin OriginOf(v8::Isolate* isolate, const std::string& name) {
  return v8::ScriptOrigin(String(isolate, "jshost:" + name));
}

}  // namespace

v8::Local<v8::Object> Builtins::Natives(v8::Local<v8::Context> context) {
  if (natives_.IsEmpty()) natives_.Reset(isolate_, NewNatives(context));
  return natives_.Get(isolate_);
}

v8::MaybeLocal<v8::Value> Builtins::Require(const std::string& name) {
  const auto found = results_.find(name);
  if (found != results_.end()) return found->second.Get(isolate_);

  v8::EscapableHandleScope handles(isolate_);
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::Local<v8::String> text;
  if (!SourceOf(isolate_, name).ToLocal(&text)) return {};
  v8::ScriptCompiler::Source source(text, OriginOf(isolate_, name));
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> function;
  if (!v8::ScriptCompiler::Compile(context, &source).ToLocal(&script) ||
      !script->Run(context).ToLocal(&function)) {
    return {};
  }
  v8::Local<v8::Value> natives = Natives(context);
  v8::Local<v8::Value> result;
  if (!function.As<v8::Function>()
           ->Call(isolate_, context, v8::Undefined(isolate_), 1, &natives)
           .ToLocal(&result)) {
    return {};
  }
  results_[name].Reset(isolate_, result);
  return handles.Escape(result);
}

v8::MaybeLocal<v8::Function> Builtins::Compile(
    const std::string& name, const std::vector<std::string>& parameters) {
  v8::Local<v8::String> text;
  if (!SourceOf(isolate_, name).ToLocal(&text)) return {};
  v8::ScriptCompiler::Source source(text, OriginOf(isolate_, name));
  v8::LocalVector<v8::String> names(isolate_);
  for (const std::string& parameter : parameters) {
    names.push_back(Name(isolate_, parameter));
  }
  return v8::ScriptCompiler::CompileFunction(
      isolate_->GetCurrentContext(), &source, names.size(), names.data());
}

}  // namespace jshost
