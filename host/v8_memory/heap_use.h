// What V8's heap holds and has taken, read where GetHeapStatistics may not be.

#ifndef HOST_V8_MEMORY_HEAP_USE_H_
#define HOST_V8_MEMORY_HEAP_USE_H_

#include <cstdint>
#include <string>

namespace v8 {
class Isolate;
}

namespace jshost {

// Bytes, without what all isolates share.
struct HeapUse {
  uint64_t used = 0;  // objects
  uint64_t old_used = 0;
  uint64_t committed = 0;  // pages
  uint64_t young_committed = 0;
};

// On the isolate's thread, in a callback of V8's too.
HeapUse MeasureHeapUse(v8::Isolate* isolate);

// A line for each space in use: "  old_space           14.2 MiB of 15.0 MiB".
std::string DescribeSpaces(v8::Isolate* isolate);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HEAP_USE_H_
