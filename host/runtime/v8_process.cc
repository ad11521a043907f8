#include "host/runtime/v8_process.h"

#include <v8-initialization.h>

#include <utility>

#include "host/v8_memory/fatal.h"

namespace jshost {

V8Process::V8Process(std::function<void()> on_worker_idle)
    : platform_(std::move(on_worker_idle)) {
  InstallFatalHandlers();
  // WebAssembly's bounds checks by guard pages instead of compares. It only
  // works before the first isolate, and only fails where V8 lacks it.
  v8::V8::EnableWebAssemblyTrapHandler(/*use_v8_signal_handler=*/true);
  v8::V8::InitializePlatform(&platform_);
  v8::V8::Initialize();
}

V8Process::~V8Process() {
  v8::V8::Dispose();
  v8::V8::DisposePlatform();
}

}  // namespace jshost
