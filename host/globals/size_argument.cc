#include "host/globals/size_argument.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "allocator/budget/budget.h"
#include "allocator/size_text.h"
#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

v8::Maybe<uint64_t> Refuse(v8::Isolate* isolate, ErrorKind kind,
                           std::string_view name, v8::Local<v8::Value> value) {
  Throw(isolate, kind,
        fmt::format("{} must be a size in bytes or text like '64KiB', got {}",
                    name, Describe(isolate, value)));
  return v8::Nothing<uint64_t>();
}

// Bytes, or -1 when the text is no size.
double ParseSize(Environment&, const std::string& text) {
  const std::optional<uint64_t> size = jsheap::ParseSize(text);
  return size ? static_cast<double>(*size) : -1;
}

}  // namespace

v8::Maybe<uint64_t> ReadSize(v8::Isolate* isolate, v8::Local<v8::Value> value,
                             std::string_view name) {
  if (value->IsString()) {
    const std::optional<uint64_t> size =
        jsheap::ParseSize(ToText(isolate, value));
    return size ? v8::Just(*size)
                : Refuse(isolate, ErrorKind::kTypeError, name, value);
  }
  if (!value->IsNumber()) {
    return Refuse(isolate, ErrorKind::kTypeError, name, value);
  }
  const double number = value.As<v8::Number>()->Value();
  if (number == kInfinity) return v8::Just(jsheap::Budget::kUnlimited);
  constexpr double kLargest = 9007199254740991;  // 2^53 - 1
  if (!(number >= 0 && number <= kLargest) || std::floor(number) != number) {
    return Refuse(isolate, ErrorKind::kRangeError, name, value);
  }
  return v8::Just(static_cast<uint64_t>(number));
}

void AddSizeNatives(v8::Local<v8::Context> context,
                    v8::Local<v8::Object> natives) {
  Method<&ParseSize, "text">(context, natives, "parseSize");
}

v8::Local<v8::Value> LimitValue(v8::Isolate* isolate, uint64_t limit) {
  return v8::Number::New(isolate, limit == jsheap::Budget::kUnlimited
                                      ? kInfinity
                                      : static_cast<double>(limit));
}

}  // namespace jshost
