#include "host/v8_memory/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <bit>

#include "allocator/size_text.h"
#include "host/v8_memory/container_memory.h"

namespace jshost {
namespace {

using jsheap::FormatSizeExact;

// V8's own (heap.cc:4813, flag-definitions.h: stack_size).
constexpr uint64_t kDefaultInitial = uint64_t{512} << 20;
constexpr uint64_t kDefaultStack = 984 << 10;

// For C++ frames below JavaScript's last.
constexpr uint64_t kStackReserve = 256 << 10;

bool TooSmall(const char* flag, uint64_t value, uint64_t minimum,
              std::string* error) {
  if (value >= minimum) return false;
  *error = fmt::format("{}: {} is below the minimum of {}", flag,
                       FormatSizeExact(value), FormatSizeExact(minimum));
  return true;
}

bool TooLarge(const char* flag, uint64_t value, uint64_t maximum,
              std::string* error) {
  if (value <= maximum) return false;
  *error = fmt::format("{}: {} is above the maximum of {}", flag,
                       FormatSizeExact(value), FormatSizeExact(maximum));
  return true;
}

// V8 rounds semi-spaces up to a power of two; this is the largest young
// generation that it leaves as it is and that isn't beyond `young`.
uint64_t ExactYoung(uint64_t young) {
  return kSemiSpacesInYoung * std::bit_floor(young / kSemiSpacesInYoung);
}

// The young generation's share of a heap: what V8 gives it, but no more than a
// quarter. (For less than about 6 MiB V8 gives up and takes its defaults.)
uint64_t YoungShare(uint64_t js_heap, uint64_t by_v8) {
  return std::max(kMinYoung, std::min(by_v8, js_heap / 4));
}

// V8's heap can't be more than everything together.
std::optional<uint64_t> JsHeapOf(const Limits& limits) {
  if (!limits.total) return limits.js_heap;
  return std::min(*limits.total, limits.js_heap.value_or(*limits.total));
}

bool CheckBounds(const Limits& limits, std::string* error) {
  if (limits.js_heap &&
      TooSmall("--js-heap-limit", *limits.js_heap, kMinJsHeap, error)) {
    return false;
  }
  if (limits.young &&
      TooSmall("--young-limit", *limits.young, kMinYoung, error)) {
    return false;
  }
  if (limits.total &&
      TooSmall("--memory-limit", *limits.total, kMinTotal, error)) {
    return false;
  }
  if (limits.total && limits.young &&
      TooLarge("--young-limit (with this --memory-limit)", *limits.young,
               *limits.total - (kMinJsHeap - kMinYoung), error)) {
    return false;
  }
  if (limits.total && limits.initial &&
      TooLarge("--initial-heap (with this --memory-limit)", *limits.initial,
               *limits.total, error)) {
    return false;
  }
  if (limits.js_heap && limits.young &&
      TooLarge("--young-limit (with this --js-heap-limit)", *limits.young,
               *limits.js_heap - (kMinJsHeap - kMinYoung), error)) {
    return false;
  }
  if (limits.initial && limits.js_heap &&
      TooLarge("--initial-heap (with this --js-heap-limit)", *limits.initial,
               *limits.js_heap, error)) {
    return false;
  }
  if (limits.code &&
      (TooSmall("--code-limit", *limits.code, kMinCode, error) ||
       TooLarge("--code-limit", *limits.code, kMaxCode, error))) {
    return false;
  }
  return true;
}

// Makes room for `bytes` on this thread's stack, which grows on demand up to
// what the process is allowed at that time.
bool RaiseStack(uint64_t bytes, std::string* error) {
  if (TooSmall("--stack-limit", bytes, kMinStack, error)) return false;
  // The kernel keeps 128 MiB of addresses free below the main thread's stack.
  constexpr uint64_t kMost = uint64_t{96} << 20;
  rlimit allowed{};
  getrlimit(RLIMIT_STACK, &allowed);
  const uint64_t most =
      std::min<uint64_t>(kMost, allowed.rlim_max) - kStackReserve;
  if (TooLarge("--stack-limit", bytes, most, error)) return false;
  if (allowed.rlim_cur >= bytes + kStackReserve) return true;
  allowed.rlim_cur = bytes + kStackReserve;
  return setrlimit(RLIMIT_STACK, &allowed) == 0;
}

}  // namespace

bool ApplyLimits(const Limits& limits, v8::ResourceConstraints* constraints,
                 std::string* error) {
  if (!CheckBounds(limits, error)) return false;
  if (limits.stack && !RaiseStack(*limits.stack, error)) return false;

  constraints->ConfigureDefaults(
      std::min(PhysicalMemory(), ContainerMemory().value_or(PhysicalMemory())),
      0);
  const std::optional<uint64_t> js_heap = JsHeapOf(limits);
  if (js_heap) constraints->ConfigureDefaultsFromHeapSize(0, *js_heap);
  uint64_t young = constraints->max_young_generation_size_in_bytes();
  if (js_heap) young = YoungShare(*js_heap, young);
  if (limits.young) young = *limits.young;
  young = ExactYoung(young);
  constraints->set_max_young_generation_size_in_bytes(young);
  if (js_heap) {
    constraints->set_max_old_generation_size_in_bytes(*js_heap - young);
  }
  if (limits.initial) {
    constraints->set_initial_old_generation_size_in_bytes(*limits.initial);
  }
  if (limits.code) constraints->set_code_range_size_in_bytes(*limits.code);
  return true;
}

bool BoundsJsHeap(const Limits& limits) {
  return limits.js_heap && (!limits.total || *limits.js_heap < *limits.total);
}

LimitsInForce DescribeLimits(const Limits& limits,
                             const v8::ResourceConstraints& constraints) {
  const auto or_default = [](uint64_t value, uint64_t otherwise) {
    return value != 0 ? value : otherwise;
  };
  const uint64_t young = constraints.max_young_generation_size_in_bytes();
  const uint64_t old = constraints.max_old_generation_size_in_bytes();
  const uint64_t initial = or_default(
      constraints.initial_old_generation_size_in_bytes(), kDefaultInitial);
  const uint64_t code =
      or_default(constraints.code_range_size_in_bytes(), kMaxCode);
  return {.js_heap = old + young,
          .young = young,
          // As V8 bounds them (heap.cc:5032, code-range.cc:158).
          .initial = std::min(initial, old / 2),
          .code = std::max(code, kMinCode),
          .stack = limits.stack.value_or(kDefaultStack)};
}

void SetStackLimit(v8::Isolate* isolate, uint64_t bytes) {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  isolate->SetStackLimit(here - bytes);
}

}  // namespace jshost
