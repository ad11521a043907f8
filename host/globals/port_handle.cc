#include "host/globals/port_handle.h"

#include <v8-exception.h>

#include <array>

#include "host/globals/data_clone_error.h"
#include "host/globals/globals.h"
#include "host/globals/message.h"
#include "host/globals/transfer_list.h"

namespace jshost {

// What the pipe knows of a handle; both end together.
class PortHandle::Receiver final : public PipeReceiver {
 public:
  Receiver(Environment& env, PortHandle* handle) : env_(env), handle_(handle) {}
  void OnReady() override { handle_->OnReady(env_); }

 private:
  Environment& env_;
  PortHandle* const handle_;
};

void PortHandle::Describe(NativeClass<PortHandle>& about) {
  about.Method<&PortHandle::Connect, "other">("connect");
  about.Method<&PortHandle::Start, "port", "deliver">("start");
  about.Method<&PortHandle::Keep, "keep">("keep");
  about.Method<&PortHandle::Send, "message", "transfer", "port">("send");
  about.Method<&PortHandle::Close>("close");
}

PortHandle::~PortHandle() {
  if (kept_by_ != nullptr) --kept_by_->expected;
}

void PortHandle::Connect(Environment&, PortHandle* other) {
  std::tie(end_, other->end_) = PipeEnd::Make();
}

std::unique_ptr<PipeEnd> PortHandle::Detach(Environment& env) {
  Keep(env, false);
  receiver_.reset();
  return std::move(end_);
}

void PortHandle::Start(Environment& env, v8::Local<v8::Object> port,
                       v8::Local<v8::Function> deliver) {
  if (end_ == nullptr || receiver_ != nullptr) return;
  receiver_ = std::make_shared<Receiver>(env, this);
  deliver_.Reset(env.isolate, deliver);
  port_.Reset(env.isolate, port);
  port_.SetWeak();
  Await(env);
}

void PortHandle::Keep(Environment& env, bool keep) {
  if (receiver_ == nullptr || end_ == nullptr) return;
  if (keep == (kept_by_ != nullptr)) return;
  if (keep) {
    ++env.expected;
    env.collect_when_idle = true;
    kept_by_ = &env;
    port_.ClearWeak<void>();
  } else {
    --env.expected;
    kept_by_ = nullptr;
    port_.SetWeak();
  }
}

void PortHandle::Close(Environment& env) { Detach(env).reset(); }

void PortHandle::Send(Environment& env, v8::Local<v8::Value> message,
                      v8::Local<v8::Value> transfer,
                      v8::Local<v8::Object> port) {
  Message::TransferList list(env.isolate);
  if (!ReadTransferList(env.isolate, transfer, TransferArgument::kListOrOptions,
                        &list)) {
    return;
  }
  for (const v8::Local<v8::Value> one : list) {
    if (one == port) {
      ThrowDataCloneError(env.isolate,
                          "transfer: a MessagePort can't be sent through "
                          "itself");
      return;
    }
  }
  std::unique_ptr<Message> written = Message::Write(env, message, list);
  // A getter may have closed the port. The other end can't arrive at itself:
  // it is lost, and this one hears of it.
  if (written == nullptr || end_ == nullptr || written->Has(*end_)) return;
  end_->Send(std::move(written));
}

void PortHandle::Await(Environment& env) { end_->Await(env.tasks, receiver_); }

void PortHandle::OnReady(Environment& env) {
  v8::Isolate* const isolate = env.isolate;
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::Object> port = port_.Get(isolate);
  if (port.IsEmpty()) return;  // It is about to be collected.
  // Which also keeps this object while the script runs.
  const v8::Context::Scope entered(
      port->GetCreationContext(isolate).ToLocalChecked());
  std::unique_ptr<Message> message = end_->Take();
  const bool has_ended = message == nullptr && end_->HasEnded();
  if (message != nullptr || has_ended) {
    Deliver(env, port, std::move(message));
  }
  if (has_ended) {
    Close(env);
  } else if (receiver_ != nullptr) {
    Await(env);
  }
}

// The message, or null: the other end was closed.
void PortHandle::Deliver(Environment& env, v8::Local<v8::Object> port,
                         std::unique_ptr<Message> message) {
  v8::Isolate* const isolate = env.isolate;
  v8::TryCatch caught(isolate);
  const char* kind = "close";
  v8::Local<v8::Value> data = v8::Undefined(isolate);
  v8::LocalVector<v8::Value> ports(isolate);
  if (message != nullptr) {
    kind = "message";
    if (!message->Read(env, &ports).ToLocal(&data)) {
      if (caught.HasTerminated()) return env.host->OnUncaught(caught);
      kind = "messageerror";
      data = caught.Exception();
      ports.clear();
      caught.Reset();
    }
    message.reset();
  }
  std::array<v8::Local<v8::Value>, 4> arguments{
      port, Name(isolate, kind), data,
      v8::Array::New(isolate, ports.data(), ports.size())};
  if (deliver_.Get(isolate)
          ->Call(isolate, isolate->GetCurrentContext(), v8::Undefined(isolate),
                 arguments.size(), arguments.data())
          .IsEmpty()) {
    env.host->OnUncaught(caught);
  }
}

namespace {

v8::Local<v8::Function> PortHandleClass(Environment& env) {
  return NewClass<PortHandle>(env.isolate->GetCurrentContext());
}

}  // namespace

void AddPortNatives(v8::Local<v8::Context> context,
                    v8::Local<v8::Object> natives) {
  Method<&PortHandleClass>(context, natives, "portHandleClass");
}

}  // namespace jshost
