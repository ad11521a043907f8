// What one isolate uses, as isolate.memory() tells it. The parts add up:
//
//   total = js_heap_committed + array_buffers + wasm + native
//
// which is what a limit of the total is held against.

#ifndef HOST_V8_MEMORY_ISOLATE_MEMORY_H_
#define HOST_V8_MEMORY_ISOLATE_MEMORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "host/v8_memory/gc_monitor.h"
#include "host/v8_memory/isolate_budget.h"

namespace v8 {
class Isolate;
}

namespace jshost {

// Bytes; a limit that there isn't is Budget::kUnlimited.
struct IsolateMemory {
  struct Space {
    std::string name;  // as V8 calls it
    uint64_t used = 0;
    uint64_t committed = 0;
    uint64_t available = 0;
  };

  uint64_t js_heap_used = 0;       // objects
  uint64_t js_heap_committed = 0;  // pages that hold them
  uint64_t js_heap_limit = 0;
  uint64_t external = 0;       // what V8 was told of memory beyond its heap
  uint64_t array_buffers = 0;  // with arenas' chunks
  uint64_t wasm = 0;           // wasm memories and resizable buffers
  // Native objects, timers, and V8's records of buffers.
  uint64_t native = 0;
  uint64_t total = 0;
  uint64_t total_limit = 0;
  uint64_t process_rss = 0;  // of all isolates and of the shell
  std::vector<Space> spaces;
  GcCounts gc;
};

// On the isolate's thread, not in a collection. `native_bytes` are of native
// objects, all charged to the budget of buffers; `record_bytes` are of buffers'
// records.
IsolateMemory MeasureIsolate(v8::Isolate* isolate, const IsolateBudget& budget,
                             uint64_t native_bytes, uint64_t record_bytes);

// The process's resident memory, or 0 where the system doesn't tell.
uint64_t ResidentBytes();
// The most that it ever was.
uint64_t PeakResidentBytes();

}  // namespace jshost

#endif  // HOST_V8_MEMORY_ISOLATE_MEMORY_H_
