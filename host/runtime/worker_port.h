// A worker's end of the line to its starter: what was posted to it waits here
// until the worker listens.

#ifndef HOST_RUNTIME_WORKER_PORT_H_
#define HOST_RUNTIME_WORKER_PORT_H_

#include <v8-platform.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "host/globals/isolates.h"

namespace jshost {

class Runtime;

// For the worker's thread but where it says otherwise.
class WorkerPort final : public ParentPort {
 public:
  // What the worker posts goes to `line`, which outlives this.
  WorkerPort(std::string name, IsolateEvents* line);
  WorkerPort(const WorkerPort&) = delete;
  WorkerPort& operator=(const WorkerPort&) = delete;

  // To the worker. Any thread.
  void Send(std::unique_ptr<Message> message);

  // Between the two the worker can receive.
  void Attach(Runtime* runtime);
  void Detach();

  // ParentPort:
  void Post(std::unique_ptr<Message> message) override;
  void SetReceiver(Receiver receive) override;
  void Close() override;
  const std::string& name() const override { return name_; }

 private:
  class DeliveryTask;

  void DeliverOne();

  const std::string name_;
  IsolateEvents* const line_;
  Runtime* runtime_ = nullptr;
  Receiver receive_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<std::unique_ptr<Message>> inbox_;
  std::shared_ptr<v8::TaskRunner> tasks_;  // while somebody listens
};

}  // namespace jshost

#endif  // HOST_RUNTIME_WORKER_PORT_H_
