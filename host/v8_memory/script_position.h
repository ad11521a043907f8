// Where a script is, for people: "at grow (leak.js:12:9)".

#ifndef HOST_V8_MEMORY_SCRIPT_POSITION_H_
#define HOST_V8_MEMORY_SCRIPT_POSITION_H_

#include <v8-local-handle.h>

#include <string>

namespace v8 {
class Isolate;
class StackTrace;
}  // namespace v8

namespace jshost {

// The innermost of the user's frames as "at NAME (FILE:LINE:COLUMN)" or
// "at FILE:LINE:COLUMN", or empty when there is none. `trace` may be empty.
std::string DescribeFrame(v8::Isolate* isolate,
                          v8::Local<v8::StackTrace> trace);

// The same for the code that runs now; may allocate in V8's heap.
std::string DescribeCurrentFrame(v8::Isolate* isolate);

// The innermost frames, the host's own left out, each as a line "  at …"; may
// allocate in V8's heap. Empty when there are none.
std::string DescribeCurrentStack(v8::Isolate* isolate);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_SCRIPT_POSITION_H_
