#include "host/globals/error_place.h"

#include <v8-container.h>
#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-primitive.h>

#include <cstdint>
#include <iterator>

#include "host/globals/values.h"

namespace jshost {
namespace {

v8::Local<v8::Private> Key(v8::Isolate* isolate) {
  return v8::Private::ForApi(isolate, Name(isolate, "jshost:place"));
}

}  // namespace

void SetErrorPlace(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                   const ErrorPlace& place) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  if (!error->IsObject() || GetErrorPlace(context, error)) return;
  v8::Local<v8::Value> parts[] = {String(isolate, place.file),
                                  v8::Integer::New(isolate, place.line),
                                  v8::Integer::New(isolate, place.column),
                                  String(isolate, place.source_line)};
  error.As<v8::Object>()
      ->SetPrivate(context, Key(isolate),
                   v8::Array::New(isolate, parts, std::size(parts)))
      .IsNothing();
}

std::optional<ErrorPlace> GetErrorPlace(v8::Local<v8::Context> context,
                                        v8::Local<v8::Value> error) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> value;
  if (!error->IsObject() ||
      !error.As<v8::Object>()
           ->GetPrivate(context, Key(isolate))
           .ToLocal(&value) ||
      !value->IsArray()) {
    return std::nullopt;
  }
  const auto part = [&](uint32_t i) {
    return value.As<v8::Array>()->Get(context, i).ToLocalChecked();
  };
  return ErrorPlace{
      ToText(isolate, part(0)), part(1)->Int32Value(context).FromMaybe(0),
      part(2)->Int32Value(context).FromMaybe(0), ToText(isolate, part(3))};
}

}  // namespace jshost
