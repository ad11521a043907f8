// What Worker, isolate.run and isolate.eval need of the layer that can make
// isolates: one that starts them on threads of their own.
//
// A family is an isolate and those that it started. Everything here is for the
// thread of the isolate that calls; what the other side says arrives as tasks
// of its event loop.

#ifndef HOST_GLOBALS_ISOLATES_H_
#define HOST_GLOBALS_ISOLATES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/globals/error_place.h"
#include "host/globals/message.h"
#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/isolate_memory.h"
#include "host/v8_memory/limits.h"

namespace jshost {

// An isolate to be started.
struct IsolateOptions {
  enum class Kind { kDetect, kClassic, kModule };

  // A path, absolute or relative to `folder`; a file: URL; or with `is_text`
  // the program itself.
  std::string script;
  bool is_text = false;
  std::string folder;
  Kind kind = Kind::kDetect;
  Limits limits;
  std::string allocator;  // as --allocator takes it; empty: the starter's heap
  std::vector<std::string> args;
  std::optional<double> timeout_ms;
  std::unique_ptr<Message> data;  // its global `workerData`; null for none
  // It has a process of its own, and `data` may leave this one.
  bool in_process = false;

  // It has a ParentPort, and its name; it writes to the process's output, and
  // uncaught errors don't end it.
  bool is_worker = false;
  std::string name;
};

enum class Outcome {
  kCompleted,
  kThrew,
  kJsHeapLimit,
  kBufferLimit,
  kTotalLimit,
  kStackLimit,
  kTimeout,
  kTerminated,
  kCrashed,  // only in a process of its own
};

// As a RunResult has it: 'js-heap-limit'.
std::string_view OutcomeName(Outcome outcome);

// How an isolate ended.
struct IsolateResult {
  Outcome outcome = Outcome::kCompleted;
  int exit_code = 0;
  std::string error;   // what the shell would have said on standard error
  std::string output;  // what the program wrote, unless it is a worker
  double wall_ms = 0;
  double cpu_ms = 0;
  IsolateMemory peak;  // each figure's highest
  IsolateMemory last;
  GcCounts gc;
  std::unique_ptr<Message> value;  // null for undefined
};

// An uncaught error in a worker, or what ended it.
struct IsolateError {
  std::string message;  // one line
  ErrorPlace place = {};
  // What was thrown; null when there is nothing that can be cloned.
  std::unique_ptr<Message> value = nullptr;
  // For errors about memory: which limit, and bytes that were asked for; 0 when
  // nothing in particular was.
  std::optional<std::string> limit = {};
  uint64_t requested = 0;
  std::string report = {};  // lines about what held memory
};

// The line of `error` that tells why there is no value.
std::string UnclonedResult(std::string_view why);

// Hears of an isolate that was started. Destroyed on the starter's thread.
class IsolateEvents {
 public:
  virtual ~IsolateEvents() = default;
  // A worker says so.
  virtual void OnMessage(std::unique_ptr<Message>) {}
  virtual void OnError(IsolateError) {}
  // Its thread has ended. The last event.
  virtual void OnEnd(IsolateResult result) = 0;
};

class IsolateHandle {
 public:
  // Ends it wherever it is, as soon as possible; OnEnd follows. Again, or
  // after its end, without effect.
  virtual void Terminate() = 0;
  // To a worker's ParentPort.
  virtual void Post(std::unique_ptr<Message> message) = 0;
  // What it used of memory when it last told.
  virtual IsolateMemory memory() = 0;

 protected:
  ~IsolateHandle() = default;
};

// A worker's end of the line.
class ParentPort {
 public:
  virtual void Post(std::unique_ptr<Message> message) = 0;

  // Messages are handed to `receive`, each as a task, as long as there is one;
  // then they keep the worker alive. Without one they wait.
  using Receiver = std::function<void(std::unique_ptr<Message>)>;
  virtual void SetReceiver(Receiver receive) = 0;

  // Ends the worker when its current task is done.
  virtual void Close() = 0;

  virtual const std::string& name() const = 0;

 protected:
  ~ParentPort() = default;
};

class IsolateFactory {
 public:
  virtual ~IsolateFactory() = default;

  // Starts an isolate, whose handle lives until its OnEnd has returned. Null,
  // with one line in `*error` that names the option, the value and the remedy,
  // when that can't be done.
  virtual IsolateHandle* Start(IsolateOptions options,
                               std::unique_ptr<IsolateEvents> events,
                               std::string* error) = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_ISOLATES_H_
