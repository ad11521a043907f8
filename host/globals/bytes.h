// Bytes that a script passed: a string as UTF-8, or a buffer's or view's own.

#ifndef HOST_GLOBALS_BYTES_H_
#define HOST_GLOBALS_BYTES_H_

#include <v8-local-handle.h>

#include <array>
#include <string>
#include <string_view>

namespace v8 {
class Isolate;
class Value;
}  // namespace v8

namespace jshost {

// Valid until JavaScript runs again. Movable; not copyable.
class Bytes {
 public:
  Bytes() = default;
  Bytes(Bytes&&) = default;
  Bytes& operator=(Bytes&&) = default;

  // False when `value` is neither a string nor a buffer nor a view.
  bool Assign(v8::Isolate* isolate, v8::Local<v8::Value> value);

  std::string_view view() const {
    return data_ == nullptr ? std::string_view(text_)
                            : std::string_view(data_, size_);
  }

 private:
  std::string text_;  // a string's, or a view's that lies in V8's heap
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_BYTES_H_
