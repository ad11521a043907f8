// The native half of a MessagePort: the end of a pipe. The other half is
// host/js/message_port.js, whose objects hold one each; scripts never see it.
//
// On the isolate's thread only.

#ifndef HOST_GLOBALS_PORT_HANDLE_H_
#define HOST_GLOBALS_PORT_HANDLE_H_

#include <v8-persistent-handle.h>

#include <memory>

#include "host/globals/message_pipe.h"
#include "host/globals/native/native_object.h"

namespace jshost {

class PortHandle final : public NativeObject<PortHandle> {
 public:
  static constexpr char kName[] = "MessagePort";
  static void Describe(NativeClass<PortHandle>& about);

  ~PortHandle() override;

  // Null once the port was closed or transferred.
  PipeEnd* end() const { return end_.get(); }
  void Attach(std::unique_ptr<PipeEnd> end) { end_ = std::move(end); }
  // For another port: this one is of no use any more.
  std::unique_ptr<PipeEnd> Detach(Environment& env);

 private:
  class Receiver;

  void Connect(Environment&, PortHandle* other);
  // Messages are for `port` from now on, and are given to
  // `deliver(port, kind, data, ports)`.
  void Start(Environment& env, v8::Local<v8::Object> port,
             v8::Local<v8::Function> deliver);
  // Whether somebody listens: then the port is kept, and the program alive.
  void Keep(Environment& env, bool keep);
  void Send(Environment& env, v8::Local<v8::Value> message,
            v8::Local<v8::Value> transfer, v8::Local<v8::Object> port);
  void Close(Environment& env);

  void Await(Environment& env);
  void OnReady(Environment& env);
  void Deliver(Environment& env, v8::Local<v8::Object> port,
               std::unique_ptr<Message> message);

  std::unique_ptr<PipeEnd> end_;
  std::shared_ptr<Receiver> receiver_;  // once it was started
  v8::Global<v8::Object> port_;         // weak unless it is kept
  v8::Global<v8::Function> deliver_;
  Environment* kept_by_ = nullptr;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_PORT_HANDLE_H_
