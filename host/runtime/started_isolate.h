// An isolate that another one has started, wherever it runs.

#ifndef HOST_RUNTIME_STARTED_ISOLATE_H_
#define HOST_RUNTIME_STARTED_ISOLATE_H_

#include <chrono>
#include <string>

#include "host/globals/isolates.h"

namespace jshost {

// For the starter's thread.
class StartedIsolate : public IsolateHandle {
 public:
  StartedIsolate() = default;
  // It was joined, or didn't begin.
  virtual ~StartedIsolate() = default;
  StartedIsolate(const StartedIsolate&) = delete;
  StartedIsolate& operator=(const StartedIsolate&) = delete;

  // False, with one line in `*error`, when the system has no room for it.
  virtual bool Begin(std::string* error) = 0;

  // Waits for its end. False when this can't be destroyed all the same.
  virtual bool Join() = 0;
  // The same, but also false when it takes longer than that.
  virtual bool JoinWithin(std::chrono::milliseconds time) = 0;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_STARTED_ISOLATE_H_
