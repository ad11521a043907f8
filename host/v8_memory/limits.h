// An isolate's limits as people set them, and as V8 takes them.

#ifndef HOST_V8_MEMORY_LIMITS_H_
#define HOST_V8_MEMORY_LIMITS_H_

#include <v8-isolate.h>

#include <cstdint>
#include <optional>
#include <string>

namespace jshost {

// Bytes; what is empty is V8's default. Each is the whole of what is meant,
// and none is ever rounded up.
struct Limits {
  std::optional<uint64_t> js_heap = {};  // young and old generation together
  std::optional<uint64_t> young = {};    // young generation
  std::optional<uint64_t> initial = {};  // V8 heap at the start
  std::optional<uint64_t> code = {};     // code range
  std::optional<uint64_t> stack = {};    // native stack for JavaScript
  std::optional<uint64_t> buffers = {};  // ArrayBuffers and wasm memories
  std::optional<uint64_t> total = {};    // js_heap and buffers together
};

// Those that V8 got, its defaults included. Bytes.
struct LimitsInForce {
  uint64_t js_heap = 0;
  uint64_t young = 0;
  uint64_t initial = 0;
  uint64_t code = 0;
  uint64_t stack = 0;
};

// The smallest value of each that an isolate of ours starts and works with.
// V8 raises a smaller heap to 2.75 MiB and a smaller young generation to two
// semi-spaces of 512 KiB and as much for large objects (heap.cc:384, 4818).
inline constexpr uint64_t kMinJsHeap = uint64_t{3} << 20;
inline constexpr uint64_t kMinTotal = uint64_t{4} << 20;
inline constexpr uint64_t kMinYoung = uint64_t{1536} << 10;
inline constexpr uint64_t kMinCode = uint64_t{64} << 20;   // code-range.cc:158
inline constexpr uint64_t kMaxCode = uint64_t{512} << 20;  // V8 dies beyond
inline constexpr uint64_t kMinStack = uint64_t{64} << 10;

// The young generation is two semi-spaces and as much as one of them again for
// large objects, which aren't moved (heap.h:312).
inline constexpr uint64_t kSemiSpacesInYoung = 3;

// Sets `constraints`, or returns false with one line in `*error` that names
// the limit as a flag does ("--js-heap-limit"), its value and the bound it
// breaks. Also raises the process's own stack limit where the stack needs it.
bool ApplyLimits(const Limits& limits, v8::ResourceConstraints* constraints,
                 std::string* error);

// Whether what bounds V8's heap is a limit of its own, below the total if there
// is one.
bool BoundsJsHeap(const Limits& limits);

// What `constraints` and V8's defaults come to.
LimitsInForce DescribeLimits(const Limits& limits,
                             const v8::ResourceConstraints& constraints);

// Lets JavaScript use `bytes` of stack below the caller's frame.
void SetStackLimit(v8::Isolate* isolate, uint64_t bytes);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_LIMITS_H_
