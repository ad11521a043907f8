// Fills one result object: plain data, in the order of adding.

#ifndef HOST_GLOBALS_RECORD_H_
#define HOST_GLOBALS_RECORD_H_

#include <v8-isolate.h>
#include <v8-object.h>
#include <v8-primitive.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/globals/values.h"

namespace jshost {

class Record {
 public:
  explicit Record(v8::Isolate* isolate)
      : isolate_(isolate), object_(v8::Object::New(isolate)) {}

  void Add(std::string_view name, v8::Local<v8::Value> value) {
    Set(isolate_->GetCurrentContext(), object_, name, value);
  }
  void Add(std::string_view name, uint64_t value) {
    Add(name, v8::Number::New(isolate_, static_cast<double>(value)));
  }
  // What the allocator can't tell is null.
  void Add(std::string_view name, const std::optional<uint64_t>& value) {
    if (value) return Add(name, *value);
    Add(name, v8::Null(isolate_));
  }
  void AddNumber(std::string_view name, double value) {
    Add(name, v8::Number::New(isolate_, value));
  }
  void AddText(std::string_view name, std::string_view value) {
    Add(name, String(isolate_, value));
  }
  v8::Local<v8::Object> object() const { return object_; }

 private:
  v8::Isolate* const isolate_;
  const v8::Local<v8::Object> object_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_RECORD_H_
