#include "host/globals/script_folder.h"

#include <v8-debug.h>

#include <filesystem>

#include "host/globals/values.h"

namespace jshost {

std::string CallerFolder(v8::Isolate* isolate) {
  constexpr int kFramesToSearch = 16;
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::StackTrace> trace = v8::StackTrace::CurrentStackTrace(
      isolate, kFramesToSearch, v8::StackTrace::kScriptName);
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    const v8::Local<v8::String> script =
        trace->GetFrame(isolate, i)->GetScriptNameOrSourceURL();
    if (script.IsEmpty()) continue;
    const std::string name = ToText(isolate, script);
    if (name.empty() || name.starts_with("jshost:")) continue;
    return std::filesystem::path(name).parent_path().string();
  }
  return {};
}

}  // namespace jshost
