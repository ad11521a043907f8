// What every script sees beyond ECMAScript; one file for each group.

#ifndef HOST_GLOBALS_GLOBALS_H_
#define HOST_GLOBALS_GLOBALS_H_

#include <v8-local-handle.h>

namespace v8 {
class Context;
class Isolate;
class Object;
}  // namespace v8

namespace jshost {

class Message;

void InstallShellIo(v8::Local<v8::Context> context);      // shell_io.cc
void InstallTimers(v8::Local<v8::Context> context);       // timers.cc
void InstallPerformance(v8::Local<v8::Context> context);  // performance.cc
void InstallHeap(v8::Local<v8::Context> context);         // heap.cc
void InstallIsolate(v8::Local<v8::Context> context);      // isolate.cc
void InstallStructuredClone(
    v8::Local<v8::Context> context);                // structured_clone.cc
void InstallArena(v8::Local<v8::Context> context);  // arena.cc
void InstallLinearMemory(v8::Local<v8::Context> context);  // linear_memory.cc
void InstallNativeClasses(
    v8::Local<v8::Context> context);  // native/native_classes.cc
void InstallWebClasses(v8::Local<v8::Context> context);  // web_classes.cc
void InstallIsolateRun(v8::Local<v8::Context> context);  // isolate_run.cc
void InstallWorker(v8::Local<v8::Context> context);      // worker.cc

// The parts of StartGlobals.
void StartShellIo(v8::Local<v8::Context> context);         // shell_io.cc
void StartQueueMicrotask(v8::Local<v8::Context> context);  // microtask.cc
void StartPerformance(v8::Local<v8::Context> context);     // performance.cc
void StartHeap(v8::Local<v8::Context> context);            // heap.cc

// The global `workerData`, of an isolate that another started with one. False,
// with an exception pending, when there is no memory for it.
bool StartWorkerData(v8::Local<v8::Context> context,
                     Message* data);  // isolate_start.cc

// What a worker's global object has beyond others'; nothing for any other.
// False, with an exception pending, when that throws.
bool StartWorkerGlobal(v8::Isolate* isolate);  // worker.cc

// What the shell's own JavaScript gets from C++: see console.js and inspect.js.
v8::Local<v8::Object> NewNatives(v8::Local<v8::Context> context);

// Adds the part that looks into values.
void AddInspectNatives(v8::Local<v8::Context> context,
                       v8::Local<v8::Object> natives);

// Adds what makes arenas.
void AddArenaNatives(v8::Local<v8::Context> context,
                     v8::Local<v8::Object> natives);
// Adds what LinearMemory needs.
void AddLinearMemoryNatives(v8::Local<v8::Context> context,
                            v8::Local<v8::Object> natives);
// Adds the parts that JavaScript needs for native classes.
void AddNativeClassNatives(v8::Local<v8::Context> context,
                           v8::Local<v8::Object> natives);

// Adds what starts isolates.
void AddIsolateNatives(v8::Local<v8::Context> context,
                       v8::Local<v8::Object> natives);

// Adds what Worker and a worker's global object need.
void AddWorkerNatives(v8::Local<v8::Context> context,
                      v8::Local<v8::Object> natives);

// Adds what message ports are made of.
void AddPortNatives(v8::Local<v8::Context> context,
                    v8::Local<v8::Object> natives);

// Adds what reads the text of sizes.
void AddSizeNatives(v8::Local<v8::Context> context,
                    v8::Local<v8::Object> natives);

// Adds what reports an error as if nobody had caught it.
void AddReportErrorNatives(v8::Local<v8::Context> context,
                           v8::Local<v8::Object> natives);

// Adds timers that needn't keep the program alive.
void AddTimerNatives(v8::Local<v8::Context> context,
                     v8::Local<v8::Object> natives);

// Adds what makes record types.
void AddStructNatives(v8::Local<v8::Context> context,
                      v8::Local<v8::Object> natives);

// All of the above but natives. The isolate's Environment is set, but need not
// have more than a host: none of this depends on it.
void InstallGlobals(v8::Local<v8::Context> context);

// What globals say of this process, and what V8 adds to a context after those
// of the startup snapshot. Once, in a context that has the globals.
void StartGlobals(v8::Local<v8::Context> context);

}  // namespace jshost

#endif  // HOST_GLOBALS_GLOBALS_H_
