// What is told of a limit of V8's heap that a program has hit: one line that
// names it, and the lines below that on what held the heap and on the stack.
//
// On the isolate's thread.

#ifndef HOST_V8_MEMORY_HEAP_LIMIT_HIT_H_
#define HOST_V8_MEMORY_HEAP_LIMIT_HIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/v8_memory/script_position.h"

namespace v8 {
class Isolate;
}

namespace jshost {

struct HeapLimitHit {
  enum class Which {
    kJsHeap,
    kTotal,
    kV8s,  // what V8 can't do under any limit, like an object of 2^27 elements
  };

  Which which = Which::kJsHeap;
  uint64_t limit = 0;        // bytes; 0 of V8's own
  uint64_t used = 0;         // bytes, of what is limited; 0 where not known
  std::string where = {};    // "at f (a.js:1:2)", may be empty
  std::string details = {};  // lines about what was in use and the stack
  // What `where` says, if that is a place.
  std::optional<ScriptPosition> position = {};
};

// Adds where the script is, what holds V8's heap, and the stack. May allocate
// in that heap; in a context.
void AddReport(v8::Isolate* isolate, HeapLimitHit* hit);

// The same where V8 can't go on: as far as that is possible without running
// into an abort of V8's. `stack` is V8's own text about it, or empty. Null
// instead of an isolate that can't be used at all.
void AddLastReport(v8::Isolate* isolate, std::string_view stack,
                   HeapLimitHit* hit);

// "JavaScript heap limit of 32 MiB reached (33.1 MiB in use) at f (a.js:1:2)"
std::string DescribeHit(const HeapLimitHit& hit);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HEAP_LIMIT_HIT_H_
