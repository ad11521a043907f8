// The parts of the global `isolate` that other globals use.

#ifndef HOST_GLOBALS_ISOLATE_H_
#define HOST_GLOBALS_ISOLATE_H_

#include <v8-isolate.h>
#include <v8-object.h>

#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/isolate_memory.h"

namespace jshost {

struct Environment;

// This isolate's, now. On its thread.
IsolateMemory MeasureMemory(Environment& env);

// Runs a collection now, of everything or of the young generation.
void CollectGarbage(Environment& env, bool everything);

// As scripts see it: the contract's IsolateMemory, and its `gc`.
v8::Local<v8::Object> MemoryObject(v8::Isolate* isolate,
                                   const IsolateMemory& memory);
v8::Local<v8::Object> GcObject(v8::Isolate* isolate, const GcCounts& gc);

}  // namespace jshost

#endif  // HOST_GLOBALS_ISOLATE_H_
