#include "host/globals/native/memory_limit.h"

#include <fmt/format.h>
#include <v8-exception.h>

#include "allocator/size_text.h"
#include "host/globals/environment.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

// A collection that gains less than this part of the limit is in vain.
constexpr uint64_t kWorthwhilePart = 64;
constexpr int kMostVainCollections = 4;  // one after the other

}  // namespace

bool CollectForRoom(Environment& env) {
  const jsheap::Budget& total = env.budget->total();
  const uint64_t before = total.used();
  env.isolate->LowMemoryNotification();
  const uint64_t after = total.used();
  const uint64_t limit = env.buffers->budget().lowest_limit();
  if (before > after && before - after >= limit / kWorthwhilePart) {
    env.vain_collections = 0;
    return true;
  }
  if (++env.vain_collections < kMostVainCollections) return true;
  env.vain_collections = 0;  // Whoever catches the error may drop something.
  return false;
}

void ThrowMemoryLimit(Environment& env, std::string_view what, size_t bytes) {
  v8::Isolate* const isolate = env.isolate;
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const jsheap::Budget& buffers = env.buffers->budget();
  const jsheap::Budget* obstacle = buffers.ObstacleFor(bytes);
  if (obstacle == nullptr && buffers.IsLimited()) {
    // There is just room again, and no use in it; see CollectForRoom.
    obstacle = buffers.lowest_limit() == buffers.limit() ? &buffers
                                                         : &env.budget->total();
  }
  const std::string message =
      obstacle != nullptr
          ? fmt::format(
                "{} needs {} more, but of the {} that {} allows {} are "
                "in use",
                what, jsheap::FormatSize(bytes),
                jsheap::FormatSizeExact(obstacle->limit()),
                obstacle == &buffers ? "--buffer-limit" : "--memory-limit",
                jsheap::FormatSize(obstacle->used()))
          : fmt::format("{} needs {} more than the system can give", what,
                        jsheap::FormatSize(bytes));
  const auto error =
      v8::Exception::RangeError(String(isolate, message)).As<v8::Object>();
  Set(context, error, "code", String(isolate, "ERR_MEMORY_LIMIT"));
  Set(context, error, "limit",
      String(isolate, obstacle != nullptr ? obstacle->name() : "system"));
  Set(context, error, "requested",
      v8::Number::New(isolate, static_cast<double>(bytes)));
  isolate->ThrowException(error);
}

}  // namespace jshost
