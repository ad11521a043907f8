// The native side of Worker (host/js/worker.js), and of the global object of a
// worker (host/js/worker_global.js).

#include <fmt/format.h>
#include <v8-exception.h>

#include <array>
#include <string_view>
#include <utility>

#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/isolate.h"
#include "host/globals/isolate_start.h"
#include "host/globals/transfer_list.h"

namespace jshost {
namespace {

// ---------------------------------------------------------------- messages

std::unique_ptr<Message> WriteMessage(Environment& env,
                                      v8::Local<v8::Value> value,
                                      v8::Local<v8::Value> transfer) {
  v8::LocalVector<v8::Value> list(env.isolate);
  if (!ReadTransferList(env.isolate, transfer, TransferArgument::kListOrOptions,
                        &list)) {
    return nullptr;
  }
  return Message::Write(env, value, list);
}

// Hands the clone to `callback` as (true, value, ports), or (false, error, [])
// when there is no memory for it.
void Receive(Environment& env, const EventCallback& callback,
             Message* message) {
  const v8::HandleScope handles(env.isolate);
  const v8::Context::Scope entered(callback.context());
  v8::Local<v8::Value> value;
  v8::LocalVector<v8::Value> ports(env.isolate);
  bool is_read = true;
  {
    const v8::TryCatch caught(env.isolate);
    if (!message->Read(env, &ports).ToLocal(&value)) {
      if (caught.HasTerminated()) return;
      is_read = false;
      value = caught.Exception();
      ports.clear();
    }
  }
  std::array<v8::Local<v8::Value>, 3> args{
      v8::Boolean::New(env.isolate, is_read), value,
      v8::Array::New(env.isolate, ports.data(), ports.size())};
  callback.Call(args.size(), args.data());
}

// ------------------------------------------------------- the starter's side

v8::Local<v8::Value> LimitError(Environment& env, const IsolateError& error) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  // What there is to say of one that was thrown, without what it is.
  constexpr std::string_view kThrown = "Uncaught RangeError: ";
  std::string_view message = error.message;
  if (message.starts_with(kThrown)) message.remove_prefix(kThrown.size());
  const auto object =
      v8::Exception::RangeError(String(env.isolate, message)).As<v8::Object>();
  Set(context, object, "code", String(env.isolate, "ERR_MEMORY_LIMIT"));
  Set(context, object, "limit", String(env.isolate, *error.limit));
  if (error.requested != 0) {
    Set(context, object, "requested",
        v8::Number::New(env.isolate, static_cast<double>(error.requested)));
  }
  if (!error.report.empty()) {
    // Where a report of the place is looked for.
    std::string stack =
        fmt::format("RangeError: {}\n{}", message, error.report);
    stack.pop_back();  // the last line's end
    Set(context, object, "stack", String(env.isolate, stack));
  }
  return object;
}

// What the worker threw, or an error that says the same.
v8::Local<v8::Value> ErrorValue(Environment& env, const IsolateError& error) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  v8::Local<v8::Value> value;
  if (error.limit) {
    value = LimitError(env, error);
  } else {
    const v8::TryCatch ignored(env.isolate);
    if (error.value == nullptr || !error.value->Read(env).ToLocal(&value)) {
      value = v8::Exception::Error(String(env.isolate, error.message));
    }
  }
  if (!error.place.file.empty()) SetErrorPlace(context, value, error.place);
  return value;
}

class WorkerEvents final : public IsolateEvents {
 public:
  WorkerEvents(Environment& env, v8::Local<v8::Function> on_message,
               v8::Local<v8::Function> on_error, v8::Local<v8::Function> on_end)
      : env_(env),
        on_message_(env.isolate, on_message),
        on_error_(env.isolate, on_error),
        on_end_(env.isolate, on_end) {}

  void OnMessage(std::unique_ptr<Message> message) override {
    Receive(env_, on_message_, message.get());
  }

  void OnError(IsolateError error) override {
    v8::Isolate* const isolate = env_.isolate;
    const v8::HandleScope handles(isolate);
    const v8::Context::Scope entered(on_error_.context());
    std::array<v8::Local<v8::Value>, 5> args{
        String(isolate, error.message), String(isolate, error.place.file),
        v8::Integer::New(isolate, error.place.line),
        v8::Integer::New(isolate, error.place.column), ErrorValue(env_, error)};
    on_error_.Call(args.size(), args.data());
  }

  void OnEnd(IsolateResult result) override {
    v8::Isolate* const isolate = env_.isolate;
    const v8::HandleScope handles(isolate);
    const v8::Context::Scope entered(on_end_.context());
    std::array<v8::Local<v8::Value>, 2> args{
        v8::Integer::New(isolate, result.exit_code),
        MemoryObject(isolate, result.last)};
    on_end_.Call(args.size(), args.data());
  }

 private:
  Environment& env_;
  const EventCallback on_message_;
  const EventCallback on_error_;
  const EventCallback on_end_;
};

v8::MaybeLocal<v8::Value> StartWorker(Environment& env,
                                      v8::Local<v8::Object> options,
                                      v8::Local<v8::Function> on_message,
                                      v8::Local<v8::Function> on_error,
                                      v8::Local<v8::Function> on_end) {
  IsolateOptions read;
  if (!ReadIsolateOptions(env, options, &read)) return {};
  read.is_worker = true;
  return StartIsolate(
      env, std::move(read),
      std::make_unique<WorkerEvents>(env, on_message, on_error, on_end));
}

// To a worker; `handle` is undefined when it has ended, and the message goes
// nowhere.
void PostToWorker(Environment& env, v8::Local<v8::Value> handle,
                  v8::Local<v8::Value> message, v8::Local<v8::Value> transfer) {
  std::unique_ptr<Message> written = WriteMessage(env, message, transfer);
  if (written != nullptr && !handle->IsUndefined()) {
    HandleOf(handle).Post(std::move(written));
  }
}

v8::Local<v8::Object> WorkerMemory(Environment& env,
                                   v8::Local<v8::Value> handle) {
  return MemoryObject(env.isolate, HandleOf(handle).memory());
}

// -------------------------------------------------------- the worker's side

std::string WorkerName(Environment& env) { return env.parent->name(); }

void PostToParent(Environment& env, v8::Local<v8::Value> message,
                  v8::Local<v8::Value> transfer) {
  std::unique_ptr<Message> written = WriteMessage(env, message, transfer);
  if (written != nullptr) env.parent->Post(std::move(written));
}

// Messages go to `receive`, or wait while there is none.
void ListenToParent(Environment& env,
                    std::optional<v8::Local<v8::Function>> receive) {
  if (!receive) return env.parent->SetReceiver(nullptr);
  env.parent->SetReceiver(
      [&env, callback = std::make_shared<EventCallback>(env.isolate, *receive)](
          std::unique_ptr<Message> message) {
        Receive(env, *callback, message.get());
      });
}

void CloseWorker(Environment& env) { env.parent->Close(); }

void GetWorker(v8::Local<v8::Name>,
               const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Value> type;
  if (Environment::For(info.GetIsolate())
          .host->RequireInternal("worker")
          .ToLocal(&type)) {
    info.GetReturnValue().Set(type);
  }
}

}  // namespace

void AddWorkerNatives(v8::Local<v8::Context> context,
                      v8::Local<v8::Object> natives) {
  Method<&StartWorker, "options", "onMessage", "onError", "onEnd">(
      context, natives, "startWorker");
  Method<&PostToWorker, "handle", "message", "transfer">(context, natives,
                                                         "postToWorker");
  Method<&WorkerMemory, "handle">(context, natives, "workerMemory");
  Method<&WorkerName>(context, natives, "workerName");
  Method<&PostToParent, "message", "transfer">(context, natives,
                                               "postToParent");
  Method<&ListenToParent, "receive">(context, natives, "listenToParent");
  Method<&CloseWorker>(context, natives, "closeWorker");
}

// Loaded when it is first asked for.
void InstallWorker(v8::Local<v8::Context> context) {
  LazyProperty<&GetWorker>(context, context->Global(), "Worker");
}

bool StartWorkerGlobal(v8::Isolate* isolate) {
  Environment& env = Environment::For(isolate);
  return env.parent == nullptr ||
         !env.host->RequireInternal("worker_global").IsEmpty();
}

}  // namespace jshost
