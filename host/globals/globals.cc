#include "host/globals/globals.h"

namespace jshost {

void InstallGlobals(v8::Local<v8::Context> context) {
  InstallShellIo(context);
  InstallTimers(context);
  InstallPerformance(context);
  InstallStructuredClone(context);
  InstallHeap(context);
  InstallIsolate(context);
  InstallIsolateRun(context);
  InstallWorker(context);
  InstallArena(context);
  InstallLinearMemory(context);
  InstallNativeClasses(context);
  InstallWebClasses(context);
}

void StartGlobals(v8::Local<v8::Context> context) {
  StartShellIo(context);
  StartQueueMicrotask(context);
  StartPerformance(context);
  StartHeap(context);
}

}  // namespace jshost
