#include "host/globals/message_pipe.h"

#include <array>
#include <deque>
#include <mutex>

#include "host/globals/message.h"

namespace jshost {
namespace {

class ReadyTask final : public v8::Task {
 public:
  explicit ReadyTask(std::weak_ptr<PipeReceiver> receiver)
      : receiver_(std::move(receiver)) {}

  void Run() override {
    if (const auto receiver = receiver_.lock()) receiver->OnReady();
  }

 private:
  const std::weak_ptr<PipeReceiver> receiver_;
};

}  // namespace

// Messages and tasks are destroyed without the lock: a message may hold ends.
struct PipeEnd::Side {
  // Whom to call next time; taken when it is called.
  struct Waiter {
    std::shared_ptr<v8::TaskRunner> tasks;
    std::weak_ptr<PipeReceiver> receiver;

    void Wake() {
      if (tasks != nullptr) {
        tasks->PostTask(std::make_unique<ReadyTask>(std::move(receiver)));
      }
    }
  };

  std::deque<std::unique_ptr<Message>> inbox;
  Waiter waiter;
  bool is_closed = false;
};

struct PipeEnd::Pipe {
  std::mutex mutex;
  std::array<Side, 2> sides;  // guarded by mutex
};

PipeEnd::PipeEnd(std::shared_ptr<Pipe> pipe, int side)
    : pipe_(std::move(pipe)), side_(side) {}

std::pair<std::unique_ptr<PipeEnd>, std::unique_ptr<PipeEnd>> PipeEnd::Make() {
  const auto pipe = std::make_shared<Pipe>();
  return {std::unique_ptr<PipeEnd>(new PipeEnd(pipe, 0)),
          std::unique_ptr<PipeEnd>(new PipeEnd(pipe, 1))};
}

PipeEnd::~PipeEnd() {
  std::deque<std::unique_ptr<Message>> dropped;
  Side::Waiter own;
  Side::Waiter other;
  {
    const std::lock_guard lock(pipe_->mutex);
    Side& side = pipe_->sides[side_];
    side.is_closed = true;
    dropped.swap(side.inbox);
    std::swap(own, side.waiter);
    std::swap(other, pipe_->sides[1 - side_].waiter);
  }
  dropped.clear();  // Before anybody may look at the memory.
  other.Wake();
}

void PipeEnd::Send(std::unique_ptr<Message> message) {
  Side::Waiter waiter;
  {
    const std::lock_guard lock(pipe_->mutex);
    Side& other = pipe_->sides[1 - side_];
    if (!other.is_closed) {
      other.inbox.push_back(std::move(message));
      std::swap(waiter, other.waiter);
    }
  }
  waiter.Wake();
}

void PipeEnd::Await(std::shared_ptr<v8::TaskRunner> tasks,
                    const std::weak_ptr<PipeReceiver>& receiver) {
  Side::Waiter waiter{std::move(tasks), receiver};
  {
    const std::lock_guard lock(pipe_->mutex);
    Side& side = pipe_->sides[side_];
    if (side.inbox.empty() && !pipe_->sides[1 - side_].is_closed) {
      std::swap(waiter, side.waiter);
      waiter = {};
    }
  }
  waiter.Wake();
}

std::unique_ptr<Message> PipeEnd::Take() {
  const std::lock_guard lock(pipe_->mutex);
  Side& side = pipe_->sides[side_];
  if (side.inbox.empty()) return nullptr;
  std::unique_ptr<Message> message = std::move(side.inbox.front());
  side.inbox.pop_front();
  return message;
}

bool PipeEnd::HasEnded() const {
  const std::lock_guard lock(pipe_->mutex);
  return pipe_->sides[side_].inbox.empty() && pipe_->sides[1 - side_].is_closed;
}

}  // namespace jshost
