#include "host/globals/globals.h"

#include <v8-isolate.h>
#include <v8-object.h>

#include "host/globals/values.h"

namespace jshost {

void InstallGlobals(v8::Local<v8::Context> context) {
  InstallShellIo(context);
  InstallTimers(context);
  InstallPerformance(context);
  InstallStructuredClone(context);
  InstallHeap(context);
  InstallArena(context);
  InstallLinearMemory(context);
  InstallNativeClasses(context);
  Define(context, context->Global(), "isolate",
         v8::Object::New(v8::Isolate::GetCurrent()));
  InstallIsolateRun(context);
}

void StartGlobals(v8::Local<v8::Context> context) {
  StartShellIo(context);
  StartQueueMicrotask(context);
  StartPerformance(context);
  StartHeap(context);
}

}  // namespace jshost
