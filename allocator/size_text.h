// Sizes as people write them: 4096, 64K, 64KiB, 512MiB, 2GiB.

#ifndef ALLOCATOR_SIZE_TEXT_H_
#define ALLOCATOR_SIZE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jsheap {

// Bytes, or empty when `text` isn't a whole number with an optional binary
// unit (K, M, G, T, or KiB, MiB, GiB, TiB) or doesn't fit 63 bits.
std::optional<uint64_t> ParseSize(std::string_view text);

// The shortest exact form with a binary unit: 65536 -> "64KiB", 1000 -> "1000".
std::string FormatSizeExact(uint64_t bytes);

// For people: three significant digits, e.g. "1.25 MiB".
std::string FormatSize(uint64_t bytes);

}  // namespace jsheap

#endif  // ALLOCATOR_SIZE_TEXT_H_
