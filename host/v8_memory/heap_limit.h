// Makes running into V8's heap limit an orderly end: the script is terminated
// where it stands and the host goes on, able to say which limit, its value,
// what was in use and where the script was.
//
// V8 asks through its near-heap-limit callback; the answer is room for at
// least one object of the largest size, and a request to terminate. When a
// built-in uses up that room before it looks at the request, V8 is out of
// memory for good, and the process ends with the same line and status 70.
// A refused buffer asks too (see refusals.h), and changes nothing.
//
// Everything runs on the isolate's thread.

#ifndef HOST_V8_MEMORY_HEAP_LIMIT_H_
#define HOST_V8_MEMORY_HEAP_LIMIT_H_

#include <v8-callbacks.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "host/v8_memory/refusals.h"

namespace v8 {
class Isolate;
}

namespace jshost {

class HeapLimitGuard {
 public:
  struct Hit {
    uint64_t limit = 0;  // bytes, young and old generation together
    uint64_t used = 0;   // bytes of objects
    std::string where;   // "at f (a.js:1:2)", may be empty
  };

  // `isolate` needs only be allocated yet. Both outlive this, but for
  // Detach().
  HeapLimitGuard(v8::Isolate* isolate, Refusals* refusals);
  HeapLimitGuard(const HeapLimitGuard&) = delete;
  HeapLimitGuard& operator=(const HeapLimitGuard&) = delete;

  // Starts to guard; the isolate is initialized now.
  void Attach();
  // Stops; before the isolate is disposed.
  void Detach();

  // Set once the limit was hit.
  const std::optional<Hit>& hit() const { return hit_; }

  // Bytes that all objects may take.
  uint64_t limit() const { return limit_; }

 private:
  static size_t OnNearLimit(void* self, size_t current, size_t initial);
  static void OnInterrupt(v8::Isolate* isolate, void* self);
  size_t NearLimit(size_t current);
  v8::CrashKey OnCrashKey(const char* key);
  void OnCrashValue(v8::CrashKey key, std::string_view value);
  [[noreturn]] void Die(const std::string& where);
  bool OnIsolateThread() const;

  v8::Isolate* const isolate_;
  Refusals* const refusals_;
  const std::thread::id thread_;
  uint64_t limit_ = 0;
  std::optional<Hit> hit_;
};

// "JavaScript heap limit of 32 MiB reached (33.1 MiB in use) at f (a.js:1:2)"
std::string DescribeHit(const HeapLimitGuard::Hit& hit);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HEAP_LIMIT_H_
