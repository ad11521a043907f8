#include "host/runtime/worker_port.h"

#include <utility>

#include "host/runtime/runtime.h"

namespace jshost {

// One for each message: between two of them other tasks get their turn.
class WorkerPort::DeliveryTask final : public v8::Task {
 public:
  explicit DeliveryTask(WorkerPort* port) : port_(port) {}
  void Run() override { port_->DeliverOne(); }

 private:
  WorkerPort* const port_;
};

WorkerPort::WorkerPort(std::string name, IsolateEvents* line)
    : name_(std::move(name)), line_(line) {}

void WorkerPort::Send(std::unique_ptr<Message> message) {
  const std::lock_guard lock(mutex_);
  inbox_.push_back(std::move(message));
  if (tasks_ != nullptr) {
    tasks_->PostTask(std::make_unique<DeliveryTask>(this));
  }
}

void WorkerPort::Attach(Runtime* runtime) { runtime_ = runtime; }

void WorkerPort::Detach() {
  receive_ = nullptr;
  runtime_ = nullptr;
  std::deque<std::unique_ptr<Message>> unread;  // outside of the lock
  const std::lock_guard lock(mutex_);
  tasks_.reset();
  unread.swap(inbox_);
}

void WorkerPort::Post(std::unique_ptr<Message> message) {
  line_->OnMessage(std::move(message));
}

void WorkerPort::SetReceiver(Receiver receive) {
  const bool listened = receive_ != nullptr;
  receive_ = std::move(receive);
  const bool listens = receive_ != nullptr;
  if (listens == listened) return;
  size_t& expected = runtime_->environment().expected;
  expected = listens ? expected + 1 : expected - 1;
  const std::lock_guard lock(mutex_);
  if (!listens) return tasks_.reset();
  tasks_ = runtime_->tasks();
  // Those that came meanwhile. A task that finds nothing does nothing.
  for (size_t i = 0; i < inbox_.size(); ++i) {
    tasks_->PostTask(std::make_unique<DeliveryTask>(this));
  }
}

void WorkerPort::Close() { runtime_->FinishAfterTask(); }

void WorkerPort::DeliverOne() {
  if (receive_ == nullptr) return;
  std::unique_ptr<Message> message;
  {
    const std::lock_guard lock(mutex_);
    if (inbox_.empty()) return;
    message = std::move(inbox_.front());
    inbox_.pop_front();
  }
  // A copy: it may be replaced meanwhile.
  const Receiver receive = receive_;
  receive(std::move(message));
}

}  // namespace jshost
