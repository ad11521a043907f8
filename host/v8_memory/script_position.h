// Where a script is, for people: "at grow (leak.js:12:9)".

#ifndef HOST_V8_MEMORY_SCRIPT_POSITION_H_
#define HOST_V8_MEMORY_SCRIPT_POSITION_H_

#include <v8-local-handle.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v8 {
class Isolate;
class StackTrace;
}  // namespace v8

namespace jshost {

struct ScriptPosition {
  std::string function = {};  // empty for none
  std::string file = {};
  int line = 0;    // from 1; 0 where it isn't known
  int column = 0;  // from 1

  // "at NAME (FILE:LINE:COLUMN)" or "at FILE:LINE:COLUMN", or without a line.
  std::string Describe() const;
};

// The innermost of the user's frames; may allocate in V8's heap.
std::optional<ScriptPosition> CurrentPosition(v8::Isolate* isolate);

// The innermost of the user's frames as "at NAME (FILE:LINE:COLUMN)" or
// "at FILE:LINE:COLUMN", or empty when there is none. `trace` may be empty.
std::string DescribeFrame(v8::Isolate* isolate,
                          v8::Local<v8::StackTrace> trace);

// The same for the code that runs now; may allocate in V8's heap.
std::string DescribeCurrentFrame(v8::Isolate* isolate);

// The innermost frames, the host's own left out, each as a line "  at …"; may
// allocate in V8's heap. Empty when there are none.
std::string DescribeCurrentStack(v8::Isolate* isolate);

// The same frames of V8's own text about a stack, which it makes where it runs
// out of memory. V8 has a line for each,
// "NAME in FILE:LINE:COLUMN", FILE being "=" when it is the line's before;
// built-ins have a name only, optimized code may have no position.
std::vector<ScriptPosition> ParseStackText(std::string_view text);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_SCRIPT_POSITION_H_
