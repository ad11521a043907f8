#include "host/globals/native/memory_limit.h"

#include <fmt/format.h>
#include <v8-exception.h>

#include "allocator/size_text.h"
#include "host/globals/environment.h"
#include "host/globals/values.h"

namespace jshost {

void ThrowMemoryLimit(Environment& env, std::string_view what, size_t bytes) {
  v8::Isolate* const isolate = env.isolate;
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const jsheap::Budget* const obstacle =
      env.buffers->budget().ObstacleFor(bytes);
  const std::string message =
      obstacle != nullptr
          ? fmt::format(
                "{} needs {} more, but of the {} that {} allows {} are "
                "in use",
                what, jsheap::FormatSize(bytes),
                jsheap::FormatSizeExact(obstacle->limit()),
                obstacle == &env.buffers->budget() ? "--buffer-limit"
                                                   : "--memory-limit",
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
