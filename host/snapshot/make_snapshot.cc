// Makes the startup snapshot when the program is built:
//
//   make_snapshot BLOB REFERENCES
//
// writes V8's blob and, as text, the ids of the external references in the
// blob's order, one a line. See build/make_snapshot.py.

#include <fmt/format.h>
#include <unistd.h>
#include <v8-array-buffer.h>
#include <v8-snapshot.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "host/globals/environment.h"
#include "host/globals/external_reference.h"
#include "host/globals/globals.h"
#include "host/globals/values.h"
#include "host/runtime/builtins.h"
#include "host/runtime/compile.h"
#include "host/runtime/event_loop.h"
#include "host/runtime/foreground_tasks.h"
#include "host/runtime/snapshot.h"
#include "host/runtime/v8_flags.h"
#include "host/runtime/v8_process.h"

namespace jshost {
namespace {

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "make_snapshot: %s\n", message.c_str());
  std::fflush(stderr);
  _exit(1);
}

// A snapshot can't hold a buffer's memory, so a file that makes a buffer when
// it is evaluated gets V8's RangeError. V8 asks for no typed array of up to 64
// bytes, which is in its own heap.
class NoBuffers final : public v8::ArrayBuffer::Allocator {
 public:
  void* Allocate(size_t) override { return nullptr; }
  void* AllocateUninitialized(size_t) override { return nullptr; }
  void Free(void*, size_t) override {}
};

// What builtins can ask for before there is a program.
class SnapshotHost final : public Host {
 public:
  explicit SnapshotHost(v8::Isolate* isolate) : builtins_(isolate) {}

  Builtins& builtins() { return builtins_; }

  v8::MaybeLocal<v8::Value> RequireInternal(const std::string& name) override {
    return builtins_.Require(name);
  }
  v8::MaybeLocal<v8::Function> CompileInternal(
      const std::string& name,
      const std::vector<std::string>& parameters) override {
    return builtins_.Compile(name, parameters);
  }
  bool AtStart(v8::Local<v8::Function> fn) override {
    return builtins_.AtStart(fn);
  }

  // Called by natives that refuse to run here.
  v8::MaybeLocal<v8::Value> RunScriptFile(const std::string&) override {
    std::abort();
  }
  void Quit(int) override { std::abort(); }
  void OnUncaught(const v8::TryCatch&) override { std::abort(); }
  void ReportUncaught(v8::Local<v8::Value>) override { std::abort(); }
  Interruption& interruption() override { std::abort(); }
  void OnInterrupted() override { std::abort(); }
  void OnOutputFailed() override { std::abort(); }

 private:
  Builtins builtins_;
};

std::vector<uint64_t> SortedIds() {
  std::vector<const ExternalReference*> references;
  for (const auto* reference = ExternalReference::first(); reference != nullptr;
       reference = reference->next()) {
    references.push_back(reference);
  }
  std::ranges::sort(references, {}, &ExternalReference::id);
  std::vector<uint64_t> ids;
  for (const ExternalReference* reference : references) {
    if (!ids.empty() && ids.back() == reference->id()) {
      Die(fmt::format("{} has two references called {}", reference->file(),
                      reference->name()));
    }
    ids.push_back(reference->id());
  }
  return ids;
}

// The error, and where it was thrown.
std::string Describe(v8::Isolate* isolate, const v8::TryCatch& caught) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const v8::Local<v8::Message> message = caught.Message();
  if (message.IsEmpty()) return ToText(isolate, caught.Exception());
  return fmt::format("{}:{}: {}",
                     ToText(isolate, message->GetScriptResourceName()),
                     message->GetLineNumber(context).FromMaybe(0),
                     ToText(isolate, message->Get()));
}

// V8 adds these to a context only when it is used. While the snapshot is made
// looking at one throws, so that nobody takes it for missing.
constexpr char kLateGlobals[] = R"((guard) => {
  for (const name of ['AsyncDisposableStack', 'DisposableStack', 'Float16Array',
                      'SharedArrayBuffer', 'SuppressedError', 'WebAssembly']) {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (!guard && property?.get) delete globalThis[name];
    if (!guard || property) continue;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new Error(`${name} isn't there until the program starts: ` +
                        'look in natives.atStart()');
      },
    });
  }
})";

// Guards them, or stops guarding them.
bool GuardLateGlobals(v8::Local<v8::Context> context, bool guard) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> argument = v8::Boolean::New(isolate, guard);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> function;
  return CompileScript(isolate, "make_snapshot", kLateGlobals)
             .ToLocal(&script) &&
         script->Run(context).ToLocal(&function) &&
         !function.As<v8::Function>()
              ->Call(isolate, context, v8::Undefined(isolate), 1, &argument)
              .IsEmpty();
}

v8::StartupData Make(Platform* platform, const std::vector<intptr_t>& table) {
  NoBuffers buffers;
  EventLoop loop([] {});
  v8::Isolate* const isolate = v8::Isolate::Allocate();
  platform->Register(isolate, std::make_shared<ForegroundTasks>(&loop));
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = &buffers;
  params.external_references = table.data();
  v8::SnapshotCreator creator(isolate, params);

  {
    SnapshotHost host(isolate);
    Environment environment;
    environment.isolate = isolate;
    environment.host = &host;
    environment.makes_snapshot = true;
    Environment::SetFor(isolate, &environment);

    const v8::HandleScope handles(isolate);
    creator.SetDefaultContext(v8::Context::New(isolate));
    const v8::Local<v8::Context> context = v8::Context::New(isolate);
    const v8::Context::Scope entered(context);
    const v8::TryCatch caught(isolate);
    InstallGlobals(context);
    host.builtins().Begin();
    if (!GuardLateGlobals(context, true) || !host.builtins().Prepare() ||
        !GuardLateGlobals(context, false)) {
      Die(Describe(isolate, caught));
    }
    if (creator.AddContext(context) != Snapshot::kContext) std::abort();
    host.builtins().Save(&creator);
  }
  return creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
}

int Main(const char* blob_path, const char* references_path) {
  std::string error;
  // So that the same sources give the same bytes.
  if (!SetV8Flags("--predictable --random-seed=1 --hash-seed=1", &error)) {
    Die(error);
  }
  V8Process v8([] {});
  const std::vector<uint64_t> ids = SortedIds();
  const std::vector<intptr_t> table = ExternalReferenceTable(ids);
  const v8::StartupData blob = Make(&v8.platform(), table);
  if (blob.data == nullptr) Die("V8 can't make a snapshot of this");
  if (!blob.CanBeRehashed()) {
    Die("this snapshot would fix the seed of all hash tables, so that scripts "
        "could fill them with collisions: a file holds an object that V8 can't "
        "rehash, and must go to lazy_sources (host/BUILD.gn)");
  }
  std::ofstream blob_file(blob_path, std::ios::binary);
  blob_file.write(blob.data, blob.raw_size);
  if (!blob_file.flush()) Die(fmt::format("cannot write '{}'", blob_path));
  std::ofstream references(references_path);
  for (const uint64_t id : ids) references << fmt::format("{:#018x}\n", id);
  if (!references.flush()) {
    Die(fmt::format("cannot write '{}'", references_path));
  }
  _exit(0);  // No destructors: V8's threads are still there.
}

}  // namespace
}  // namespace jshost

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_snapshot BLOB REFERENCES\n");
    return 2;
  }
  return jshost::Main(argv[1], argv[2]);
}
