// One isolate's surroundings, as its globals see them: the services that the
// layers above provide, and what was said on the command line.

#ifndef HOST_GLOBALS_ENVIRONMENT_H_
#define HOST_GLOBALS_ENVIRONMENT_H_

#include <v8-function.h>
#include <v8-isolate.h>
#include <v8-persistent-handle.h>
#include <v8-platform.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/globals/interruption.h"
#include "host/globals/native/native_objects.h"
#include "host/globals/native/native_types.h"
#include "host/globals/output.h"
#include "host/globals/timer_service.h"
#include "host/v8_memory/array_buffer_allocator.h"
#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/heap_limit.h"
#include "host/v8_memory/isolate_budget.h"
#include "host/v8_memory/limits.h"
#include "host/v8_memory/record_slabs.h"
#include "host/v8_memory/script_arenas.h"

namespace v8 {
class TryCatch;
}

namespace jshost {

class IsolateFactory;
class ParentPort;

// What globals ask of whoever runs the isolate. On its thread only.
class Host {
 public:
  virtual ~Host() = default;

  // Runs a classic script; empty when it throws or can't be read (then there
  // is an exception).
  virtual v8::MaybeLocal<v8::Value> RunScriptFile(const std::string& path) = 0;

  // Ends the program with `status` as soon as the caller's callback returns:
  // no more JavaScript runs, `finally` included.
  virtual void Quit(int status) = 0;

  // An exception that left a callback of the event loop: reports it and ends
  // the program.
  virtual void OnUncaught(const v8::TryCatch& caught) = 0;

  // An exception that JavaScript caught for somebody who doesn't want it: as
  // if it had been left uncaught. No more JavaScript runs, but in a worker.
  virtual void ReportUncaught(v8::Local<v8::Value> error) = 0;

  // Somebody wants the program to end: what waits shall stop that, and call
  // OnInterrupted: no more JavaScript runs.
  virtual Interruption& interruption() = 0;
  virtual void OnInterrupted() = 0;

  // Standard output can't be written: says so and ends the program.
  virtual void OnOutputFailed() = 0;

  // The result of the shell's own JavaScript file of that name; runs it the
  // first time.
  virtual v8::MaybeLocal<v8::Value> RequireInternal(
      const std::string& name) = 0;

  // A function over the source of such a file, with these parameters.
  virtual v8::MaybeLocal<v8::Function> CompileInternal(
      const std::string& name, const std::vector<std::string>& parameters) = 0;

  // Calls the function when the program starts: at once, or while the startup
  // snapshot is made, in each context that will be made from it. False when it
  // throws.
  virtual bool AtStart(v8::Local<v8::Function> fn) = 0;
};

struct Environment {
  v8::Isolate* isolate = nullptr;
  Host* host = nullptr;
  bool makes_snapshot = false;  // there is a host and nothing else
  TimerService* timers = nullptr;
  // Runs tasks on the isolate's thread, and outlives it: then it drops them.
  // Any thread may post.
  std::shared_ptr<v8::TaskRunner> tasks;
  // What will still come by itself, beside timers: keeps the program alive.
  size_t expected = 0;
  int vain_collections = 0;   // see CollectForRoom
  int looks_for_buffers = 0;  // see MessageCopies
  // Some of it may wait for what is garbage: worth a collection when there is
  // nothing else to do.
  bool collect_when_idle = false;
  Output* out = nullptr;
  Output* err = nullptr;
  LimitsInForce limits;
  HeapLimitGuard* heap_limit = nullptr;
  std::shared_ptr<IsolateBudget> budget;
  std::shared_ptr<ArrayBufferAllocator> buffers;
  GcMonitor* gc = nullptr;
  IsolateFactory* isolates = nullptr;
  ParentPort* parent = nullptr;          // of a worker
  std::unique_ptr<ScriptArenas> arenas;  // null until a script uses Arena
  // The types before what counts by them, which may live longer than this, and
  // the objects while there is an isolate.
  std::shared_ptr<NativeTypes> native_types = std::make_shared<NativeTypes>();
  std::unique_ptr<NativeObjects> native_objects;
  std::unique_ptr<RecordSlabs> records;  // null until one uses heap.struct
  // Empty until a collection is asked for.
  v8::Global<v8::Function> collector;
  v8::Global<v8::Object> minor_collection;  // its argument
  std::vector<std::string> script_args;
  // What the program was started with, defaults included: names and values.
  std::vector<std::pair<std::string, std::string>> options_in_effect;
  std::chrono::steady_clock::time_point start;  // performance.now() is 0 here
  std::chrono::system_clock::time_point start_wall;

  // The isolate's own. `SetFor` before any global is made; `environment` must
  // live as long as the isolate.
  static Environment& For(v8::Isolate* isolate) {
    return *static_cast<Environment*>(isolate->GetData(kSlot));
  }
  static void SetFor(v8::Isolate* isolate, Environment* environment) {
    isolate->SetData(kSlot, environment);
  }

 private:
  static constexpr uint32_t kSlot = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_ENVIRONMENT_H_
