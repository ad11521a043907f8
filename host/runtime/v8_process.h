// V8 in this process: initialized for as long as this lives.

#ifndef HOST_RUNTIME_V8_PROCESS_H_
#define HOST_RUNTIME_V8_PROCESS_H_

#include <functional>

#include "host/runtime/platform.h"

namespace jshost {

// At most one in a process's life: V8 can't be initialized again.
class V8Process {
 public:
  // See Platform for `on_worker_idle`.
  explicit V8Process(std::function<void()> on_worker_idle);
  // All isolates are disposed.
  ~V8Process();
  V8Process(const V8Process&) = delete;
  V8Process& operator=(const V8Process&) = delete;

  Platform& platform() { return platform_; }

 private:
  Platform platform_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_V8_PROCESS_H_
