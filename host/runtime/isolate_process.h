// An isolate that runs a program in a process of its own, so that nothing it
// does can hurt this one: neither V8's fatal errors nor signals, nor memory
// beyond all limits. The other side is shell/isolate_child.h.

#ifndef HOST_RUNTIME_ISOLATE_PROCESS_H_
#define HOST_RUNTIME_ISOLATE_PROCESS_H_

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/globals/isolates.h"
#include "host/runtime/child_process.h"
#include "host/runtime/isolate_mail.h"
#include "host/runtime/isolate_thread.h"
#include "host/runtime/started_isolate.h"

namespace jshost {

// The first word of the command line of such a process.
inline constexpr const char* kIsolateProcessOption = "--isolate-process";

// Members are for the starter's thread, unless they say otherwise. A thread of
// its own watches the process.
class IsolateProcess final : public StartedIsolate {
 public:
  // `line` is called on the watching thread. `family` must outlive this.
  IsolateProcess(const FamilyOptions* family, IsolateOptions options,
                 std::unique_ptr<IsolateEvents> line);
  ~IsolateProcess() override;

  // StartedIsolate:
  bool Begin(std::string* error) override;
  bool Join() override;
  bool JoinWithin(std::chrono::milliseconds time) override;

  // IsolateHandle. Any thread.
  void Terminate() override;
  void Post(std::unique_ptr<Message>) override {}  // It has no port.
  IsolateMemory memory() override { return {}; }

 private:
  using Clock = ChildProcess::Clock;

  // The rest is the watching thread's.
  static void* Main(void* self);
  void Watch();
  void Report();
  void Describe(IsolateResult* result) const;

  const FamilyOptions& family_;
  IsolateOptions options_;
  const std::unique_ptr<IsolateEvents> line_;
  const Clock::time_point start_ = Clock::now();
  IsolateMail mail_;
  OwnedFd wake_;  // an eventfd: it is to be terminated
  std::unique_ptr<ChildProcess> child_;
  std::optional<Outcome> reason_;  // why it was told to end
  // What didn't come from the program itself: the last of it.
  std::string stray_output_;
  std::string stray_errors_;

  pthread_t watcher_{};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;  // guarded by mutex_
};

}  // namespace jshost

#endif  // HOST_RUNTIME_ISOLATE_PROCESS_H_
