// setTimeout, setInterval, setImmediate and their clears, as the web has them;
// setImmediate as Node has it.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/native/memory_limit.h"

namespace jshost {
namespace {

// What a timer without arguments takes, the queue's nodes and V8's handles
// included: measured with half a million.
constexpr size_t kTimerBytes = 350;

size_t TimerBytes(const Rest& arguments) {
  return kTimerBytes +
         static_cast<size_t>(arguments.size()) * sizeof(v8::Global<v8::Value>);
}

// A callback and its arguments, kept until the timer ends.
struct Timer {
  Timer(v8::Isolate* isolate, v8::Local<v8::Function> function,
        const Rest& arguments)
      : counted(Environment::For(isolate).native_types->Of("Timer"),
                Environment::For(isolate).budget->buffers(),
                TimerBytes(arguments)),
        context(isolate, isolate->GetCurrentContext()),
        callback(isolate, function) {
    args.reserve(static_cast<size_t>(arguments.size()));
    for (int i = 0; i < arguments.size(); ++i) {
      args.emplace_back(isolate, arguments[i]);
    }
  }

  const NativeCount counted;
  v8::Global<v8::Context> context;
  v8::Global<v8::Function> callback;
  std::vector<v8::Global<v8::Value>> args;
};

void Fire(v8::Isolate* isolate, const Timer& timer) {
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::Context> context = timer.context.Get(isolate);
  const v8::Context::Scope entered(context);
  v8::LocalVector<v8::Value> args(isolate);
  for (const auto& arg : timer.args) args.push_back(arg.Get(isolate));
  v8::TryCatch caught(isolate);
  const v8::Local<v8::Function> callback = timer.callback.Get(isolate);
  if (callback
          ->Call(isolate, context, context->Global(),
                 static_cast<int>(args.size()), args.data())
          .IsEmpty()) {
    Environment::For(isolate).host->OnUncaught(caught);
  }
}

// Whether there is memory for one more timer; false with an exception pending.
bool HasRoom(Environment& env, const Rest& args) {
  const size_t bytes = TimerBytes(args);
  if (env.budget->buffers().ObstacleFor(bytes) == nullptr) return true;
  // What was dropped may hold just what is missing.
  if (CollectForRoom(env) &&
      env.budget->buffers().ObstacleFor(bytes) == nullptr) {
    return true;
  }
  env.buffers->OnRefusedToHost(bytes);
  ThrowMemoryLimit(env, "a timer", bytes);
  return false;
}

std::function<void()> Firing(Environment& env, v8::Local<v8::Function> callback,
                             const Rest& args) {
  v8::Isolate* const isolate = env.isolate;
  auto timer = std::make_shared<Timer>(isolate, callback, args);
  return [isolate, timer = std::move(timer)] { Fire(isolate, *timer); };
}

// Milliseconds as the web reads them: what is no 32-bit number is 0.
double Delay(std::optional<double> delay) {
  constexpr double kLongest = std::numeric_limits<int32_t>::max();
  if (!delay || !(*delay > 0) || *delay > kLongest) return 0;
  return std::trunc(*delay);
}

double SetTimeout(Environment& env, v8::Local<v8::Function> callback,
                  std::optional<double> delay, const Rest& args) {
  if (!HasRoom(env, args)) return 0;
  return env.timers->Start(Delay(delay), false, Firing(env, callback, args));
}

double SetInterval(Environment& env, v8::Local<v8::Function> callback,
                   std::optional<double> delay, const Rest& args) {
  if (!HasRoom(env, args)) return 0;
  return env.timers->Start(Delay(delay), true, Firing(env, callback, args));
}

// A timeout that doesn't keep the program alive unless told to.
double StartBackgroundTimer(Environment& env, Number delay,
                            v8::Local<v8::Function> callback,
                            const Rest& args) {
  constexpr double kLongest = 0x1p42;  // a century, which the clock can add
  const TimerService::Id id = env.timers->Start(
      std::min(delay.value, kLongest), false, Firing(env, callback, args));
  env.timers->KeepAlive(id, false);
  return id;
}

void KeepAliveForTimer(Environment& env, Number id, bool keep) {
  env.timers->KeepAlive(static_cast<TimerService::Id>(id.value), keep);
}

double SetImmediate(Environment& env, v8::Local<v8::Function> callback,
                    const Rest& args) {
  if (!HasRoom(env, args)) return 0;
  return env.timers->StartImmediate(Firing(env, callback, args));
}

void Clear(Environment& env, std::optional<double> id) {
  constexpr double kLargest = std::numeric_limits<TimerService::Id>::max();
  if (id && *id >= 1 && *id <= kLargest) {
    env.timers->Stop(static_cast<TimerService::Id>(*id));
  }
}

}  // namespace

void AddTimerNatives(v8::Local<v8::Context> context,
                     v8::Local<v8::Object> natives) {
  Method<&StartBackgroundTimer, "delay", "callback", "arguments">(
      context, natives, "startBackgroundTimer");
  Method<&KeepAliveForTimer, "id", "keep">(context, natives,
                                           "keepAliveForTimer");
}

void InstallTimers(v8::Local<v8::Context> context) {
  const v8::Local<v8::Object> global = context->Global();
  Method<&SetTimeout, "callback", "delay", "arguments">(context, global,
                                                        "setTimeout");
  Method<&SetInterval, "callback", "delay", "arguments">(context, global,
                                                         "setInterval");
  Method<&SetImmediate, "callback", "arguments">(context, global,
                                                 "setImmediate");
  Method<&Clear, "id">(context, global, "clearTimeout");
  Method<&Clear, "id">(context, global, "clearInterval");
  Method<&Clear, "id">(context, global, "clearImmediate");
}

}  // namespace jshost
