#include "host/globals/globals.h"

namespace jshost {

void InstallGlobals(v8::Local<v8::Context> context) {
  InstallShellIo(context);
  InstallTimers(context);
  InstallQueueMicrotask(context);
  InstallPerformance(context);
  InstallStructuredClone(context);
  InstallHeap(context);
  InstallArena(context);
  InstallLinearMemory(context);
  InstallNativeClasses(context);
}

}  // namespace jshost
