// What the tests write into blocks, so that a byte that somebody else wrote is
// noticed.

#ifndef TESTS_ALLOCATOR_MODEL_PATTERN_H_
#define TESTS_ALLOCATOR_MODEL_PATTERN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jsheap {

// Which bytes of a block are touched: all, or a word now and then, as a program
// does that uses little of a large buffer.
enum class Touch { kAll, kSparse };

// Calls fn(part, bytes) for each part of a block that is touched, with parts of
// at most 8 bytes; false as soon as fn is.
template <typename Fn>
bool ForEachPart(char* block, size_t bytes, Touch touch, Fn fn) {
  const size_t step = touch == Touch::kAll ? 8 : size_t{64} << 10;
  for (size_t at = 0; at < bytes; at += step) {
    if (!fn(block + at, std::min<size_t>(8, bytes - at))) return false;
  }
  return true;
}

// Differs from block to block by `id`; no byte of it is zero.
inline uint64_t PatternOf(uint64_t id) {
  return (id + 1) * 0x9E3779B97F4A7C15u | 0x0101010101010101u;
}

inline void WritePattern(void* block, size_t bytes, uint64_t id, Touch touch) {
  const uint64_t word = PatternOf(id);
  ForEachPart(static_cast<char*>(block), bytes, touch,
              [&](char* part, size_t size) {
                std::memcpy(part, &word, size);
                return true;
              });
}

inline bool HasPattern(const void* block, size_t bytes, uint64_t id,
                       Touch touch) {
  const uint64_t word = PatternOf(id);
  return ForEachPart(static_cast<char*>(const_cast<void*>(block)), bytes, touch,
                     [&](const char* part, size_t size) {
                       return std::memcmp(part, &word, size) == 0;
                     });
}

inline bool ReadsAsZero(const void* block, size_t bytes, Touch touch) {
  constexpr uint64_t kZero = 0;
  return ForEachPart(static_cast<char*>(const_cast<void*>(block)), bytes, touch,
                     [&](const char* part, size_t size) {
                       return std::memcmp(part, &kZero, size) == 0;
                     });
}

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_PATTERN_H_
