#include "host/globals/isolate_start.h"

#include <v8-exception.h>
#include <v8-external.h>

#include <array>
#include <cmath>
#include <utility>

#include "host/globals/globals.h"
#include "host/globals/isolate.h"
#include "host/globals/record.h"
#include "host/globals/script_folder.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

v8::Local<v8::Value> Field(Environment& env, v8::Local<v8::Object> object,
                           std::string_view name) {
  return object->Get(env.isolate->GetCurrentContext(), Name(env.isolate, name))
      .ToLocalChecked();
}

std::string TextField(Environment& env, v8::Local<v8::Object> object,
                      std::string_view name) {
  const v8::Local<v8::Value> value = Field(env, object, name);
  return value->IsString() ? ToText(env.isolate, value) : std::string();
}

// Infinity is none as well.
std::optional<double> NumberField(Environment& env,
                                  v8::Local<v8::Object> object,
                                  std::string_view name) {
  const v8::Local<v8::Value> value = Field(env, object, name);
  if (!value->IsNumber()) return std::nullopt;
  const double number = value.As<v8::Number>()->Value();
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<uint64_t> SizeField(Environment& env,
                                  v8::Local<v8::Object> object,
                                  std::string_view name) {
  const std::optional<double> number = NumberField(env, object, name);
  if (!number) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

Limits ReadLimits(Environment& env, v8::Local<v8::Object> limits) {
  return {.js_heap = SizeField(env, limits, "jsHeap"),
          .young = SizeField(env, limits, "young"),
          .initial = SizeField(env, limits, "initial"),
          .code = SizeField(env, limits, "code"),
          .stack = SizeField(env, limits, "stack"),
          .buffers = SizeField(env, limits, "buffers"),
          .total = SizeField(env, limits, "total")};
}

IsolateOptions::Kind KindOf(std::string_view type) {
  if (type == "classic") return IsolateOptions::Kind::kClassic;
  if (type == "module") return IsolateOptions::Kind::kModule;
  return IsolateOptions::Kind::kDetect;
}

// The options have other names than the flags that the message speaks of.
std::string WithOptionNames(std::string message) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames{
      {{"--js-heap-limit", "limits.jsHeap"},
       {"--young-limit", "limits.young"},
       {"--initial-heap", "limits.initial"},
       {"--code-limit", "limits.code"},
       {"--stack-limit", "limits.stack"},
       {"--buffer-limit", "limits.buffers"},
       {"--memory-limit", "limits.total"}}};
  for (const auto& [flag, option] : kNames) {
    for (size_t at = 0; (at = message.find(flag, at)) != std::string::npos;) {
      message.replace(at, flag.size(), option);
    }
  }
  return message;
}

}  // namespace

bool ReadIsolateOptions(Environment& env, v8::Local<v8::Object> options,
                        IsolateOptions* read) {
  const v8::Local<v8::Context> context = env.isolate->GetCurrentContext();
  read->script = TextField(env, options, "script");
  read->is_text = Field(env, options, "isText")->IsTrue();
  read->folder = CallerFolder(env.isolate);
  read->kind = KindOf(TextField(env, options, "type"));
  read->limits =
      ReadLimits(env, Field(env, options, "limits").As<v8::Object>());
  read->allocator = TextField(env, options, "allocator");
  const auto args = Field(env, options, "args").As<v8::Array>();
  for (uint32_t i = 0; i < args->Length(); ++i) {
    read->args.push_back(
        ToText(env.isolate, args->Get(context, i).ToLocalChecked()));
  }
  read->name = TextField(env, options, "name");
  read->timeout_ms = NumberField(env, options, "timeout");
  read->in_process = Field(env, options, "inProcess")->IsTrue();
  read->data = Message::Write(env, Field(env, options, "data"),
                              Message::TransferList(env.isolate),
                              read->in_process ? Message::Reach::kOtherProcesses
                                               : Message::Reach::kThisProcess);
  return read->data != nullptr;
}

v8::MaybeLocal<v8::Value> StartIsolate(Environment& env, IsolateOptions options,
                                       std::unique_ptr<IsolateEvents> events) {
  std::string error;
  IsolateHandle* const handle =
      env.isolates->Start(std::move(options), std::move(events), &error);
  if (handle == nullptr) {
    Throw(env.isolate, ErrorKind::kRangeError, WithOptionNames(error));
    return {};
  }
  return v8::External::New(env.isolate, handle,
                           v8::kExternalPointerTypeTagDefault);
}

IsolateHandle& HandleOf(v8::Local<v8::Value> external) {
  return *static_cast<IsolateHandle*>(
      external.As<v8::External>()->Value(v8::kExternalPointerTypeTagDefault));
}

// A value that this isolate has no memory for is told as one that couldn't be
// cloned there.
v8::Local<v8::Object> ResultObject(Environment& env, IsolateResult result) {
  Record record(env.isolate);
  record.AddText("outcome", OutcomeName(result.outcome));
  record.AddNumber("exitCode", result.exit_code);
  if (result.value != nullptr) {
    v8::TryCatch caught(env.isolate);
    v8::Local<v8::Value> value;
    if (result.value->Read(env).ToLocal(&value)) {
      record.Add("result", value);
    } else if (!caught.HasTerminated()) {
      result.error += UnclonedResult(ToText(env.isolate, caught.Exception()));
    }
  }
  if (!result.error.empty()) record.AddText("error", result.error);
  record.AddText("output", result.output);
  record.AddNumber("wallMs", result.wall_ms);
  record.AddNumber("cpuMs", result.cpu_ms);
  record.Add("peak", MemoryObject(env.isolate, result.peak));
  record.Add("gc", GcObject(env.isolate, result.gc));
  return record.object();
}

bool StartWorkerData(v8::Local<v8::Context> context, Message* data) {
  Environment& env = Environment::For(v8::Isolate::GetCurrent());
  v8::Local<v8::Value> value;
  if (!data->Read(env).ToLocal(&value)) return false;
  Define(context, context->Global(), "workerData", value);
  return true;
}

EventCallback::EventCallback(v8::Isolate* isolate,
                             v8::Local<v8::Function> function)
    : isolate_(isolate),
      context_(isolate, isolate->GetCurrentContext()),
      function_(isolate, function) {}

void EventCallback::Call(int argc, v8::Local<v8::Value>* argv) const {
  v8::TryCatch caught(isolate_);
  if (function_.Get(isolate_)
          ->Call(isolate_, context(), v8::Undefined(isolate_), argc, argv)
          .IsEmpty()) {
    Environment::For(isolate_).host->OnUncaught(caught);
  }
}

}  // namespace jshost
