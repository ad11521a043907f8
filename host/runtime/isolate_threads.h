// The isolates that one isolate has started.

#ifndef HOST_RUNTIME_ISOLATE_THREADS_H_
#define HOST_RUNTIME_ISOLATE_THREADS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "host/globals/isolates.h"
#include "host/runtime/foreground_tasks.h"
#include "host/runtime/isolate_thread.h"

namespace jshost {

// On the starter's thread.
class IsolateThreads final : public IsolateFactory {
 public:
  // What the isolates say is posted to `tasks`, which drops it before this is
  // destroyed.
  IsolateThreads(FamilyOptions family, std::shared_ptr<ForegroundTasks> tasks);
  // None is left; see EndAll.
  ~IsolateThreads() override;
  IsolateThreads(const IsolateThreads&) = delete;
  IsolateThreads& operator=(const IsolateThreads&) = delete;

  IsolateHandle* Start(IsolateOptions options,
                       std::unique_ptr<IsolateEvents> events,
                       std::string* error) override;

  // Whether none is left.
  bool empty() const { return isolates_.empty(); }

  void TerminateAll();
  // Terminates all and waits for their ends; what they still say is lost. With
  // `may_leave`, one that a system call keeps (nobody reads what it prints,
  // say) goes on alone: for a process that ends.
  void EndAll(bool may_leave);

 private:
  using Id = uint64_t;
  struct Entry {
    std::unique_ptr<StartedIsolate> isolate;
    std::unique_ptr<IsolateEvents> events;
  };
  class Delivery;
  class Line;

  IsolateEvents* EventsOf(Id id);
  void OnEnd(Id id, IsolateResult result);

  const FamilyOptions family_;
  const std::shared_ptr<ForegroundTasks> tasks_;
  std::unordered_map<Id, Entry> isolates_;
  Id last_id_ = 0;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_ISOLATE_THREADS_H_
