// What every script sees beyond ECMAScript; one file for each group.

#ifndef HOST_GLOBALS_GLOBALS_H_
#define HOST_GLOBALS_GLOBALS_H_

#include <v8-local-handle.h>

namespace v8 {
class Context;
class Object;
}  // namespace v8

namespace jshost {

void InstallShellIo(v8::Local<v8::Context> context);         // shell_io.cc
void InstallTimers(v8::Local<v8::Context> context);          // timers.cc
void InstallQueueMicrotask(v8::Local<v8::Context> context);  // microtask.cc
void InstallPerformance(v8::Local<v8::Context> context);     // performance.cc
void InstallHeap(v8::Local<v8::Context> context);            // heap.cc
void InstallStructuredClone(
    v8::Local<v8::Context> context);                // structured_clone.cc
void InstallArena(v8::Local<v8::Context> context);  // arena.cc

// What the shell's own JavaScript gets from C++: see console.js and inspect.js.
v8::Local<v8::Object> NewNatives(v8::Local<v8::Context> context);

// Adds the part that looks into values.
void AddInspectNatives(v8::Local<v8::Context> context,
                       v8::Local<v8::Object> natives);

// Adds what makes arenas.
void AddArenaNatives(v8::Local<v8::Context> context,
                     v8::Local<v8::Object> natives);

// Adds what makes record types.
void AddStructNatives(v8::Local<v8::Context> context,
                      v8::Local<v8::Object> natives);

// All of the above but natives. The isolate's Environment is set.
void InstallGlobals(v8::Local<v8::Context> context);

}  // namespace jshost

#endif  // HOST_GLOBALS_GLOBALS_H_
