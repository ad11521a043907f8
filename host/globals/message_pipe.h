// A pipe of messages between two isolates, or two places of one: what message
// ports stand on (HTML, "channel messaging").
//
// An end has one owner, who may hand it to another isolate at any time; what
// arrives waits for whoever has it. The ends may be on different threads: each
// is used on one thread at a time, and all they share is behind a lock.

#ifndef HOST_GLOBALS_MESSAGE_PIPE_H_
#define HOST_GLOBALS_MESSAGE_PIPE_H_

#include <v8-platform.h>

#include <memory>
#include <utility>

namespace jshost {

class Message;

// Hears that there is something at an end. On the thread of its isolate.
class PipeReceiver {
 public:
  virtual ~PipeReceiver() = default;
  // A message can be taken, or the other end was closed. Called as a task of
  // its own; again only after the next Await.
  virtual void OnReady() = 0;
};

class PipeEnd {
 public:
  static std::pair<std::unique_ptr<PipeEnd>, std::unique_ptr<PipeEnd>> Make();
  // Closes it: what waits here is dropped, and the other end gets to know when
  // it has taken what was sent.
  ~PipeEnd();
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;

  // Dropped when the other end is closed.
  void Send(std::unique_ptr<Message> message);

  // Calls the receiver as soon as there is something, through `tasks`, which
  // may have ended. Nothing is called once the receiver is gone.
  void Await(std::shared_ptr<v8::TaskRunner> tasks,
             const std::weak_ptr<PipeReceiver>& receiver);

  // The message that was sent first; null when there is none.
  std::unique_ptr<Message> Take();

  // Whether nothing will come any more: all is taken, and the other end closed.
  bool HasEnded() const;

  bool IsOtherEndOf(const PipeEnd& end) const {
    return pipe_ == end.pipe_ && side_ != end.side_;
  }

 private:
  struct Pipe;
  struct Side;

  PipeEnd(std::shared_ptr<Pipe> pipe, int side);

  const std::shared_ptr<Pipe> pipe_;
  const int side_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_MESSAGE_PIPE_H_
