// The limits that the laboratory turns: each is an option of the shell's, and a
// field of isolate.run's `limits`.

#ifndef HOST_TOOLS_LAB_LIMIT_H_
#define HOST_TOOLS_LAB_LIMIT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/v8_memory/limits.h"

namespace jshost::lab {

struct LimitKind {
  std::string_view name;   // --js-heap
  std::string_view flag;   // as the shell has it
  std::string_view field;  // as isolate.run has it
  std::string_view title;  // for people
  uint64_t least;          // bytes that the shell takes
  uint64_t most;           // 0: as much as the machine has
};

inline constexpr size_t kLimitCount = 7;

inline constexpr std::array<LimitKind, kLimitCount> kLimits{{
    {"js-heap", "--js-heap-limit", "jsHeap", "JavaScript heap", kMinJsHeap, 0},
    {"young", "--young-limit", "young", "Young generation", kMinYoung, 0},
    {"initial", "--initial-heap", "initial", "Initial heap", 0, 0},
    {"code", "--code-limit", "code", "Code", kMinCode, kMaxCode},
    {"stack", "--stack-limit", "stack", "Stack", kMinStack, uint64_t{90} << 20},
    {"buffers", "--buffer-limit", "buffers", "Buffers", 0, 0},
    {"total", "--memory-limit", "total", "Total", kMinTotal, 0},
}};

// Bytes, by the limit's place in kLimits; empty is no limit.
using LimitValues = std::array<std::optional<uint64_t>, kLimitCount>;

// The place of the limit with that name, or empty.
std::optional<size_t> FindLimit(std::string_view name);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_LIMIT_H_
