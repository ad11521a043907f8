// What a heap shows to whoever looks at it: the one thing that the viewer knows
// of backends and pages.

#ifndef ALLOCATOR_INSPECTABLE_H_
#define ALLOCATOR_INSPECTABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/arena/lifetime.h"

namespace jsheap {

struct BlockInfo {
  uint64_t offset = 0;  // from its span's start
  uint64_t size = 0;
  bool used = false;  // a block in a thread's cache counts as used
};

// One run of pages, as it was at one moment.
struct SpanInfo {
  enum class Kind { kSlab, kLarge, kArena, kFree, kReleased };

  Kind kind = Kind::kFree;
  uint64_t start = 0;  // bytes from the range's start
  uint64_t pages = 0;
  std::optional<uint64_t> size_class;  // kSlab: bytes of a block
  std::optional<uint64_t> live;        // blocks in use
  std::optional<uint64_t> capacity;    // blocks
  std::optional<bool> zero;          // kFree, kReleased: known to read as zero
  std::optional<Lifetime> lifetime;  // kArena
  std::vector<BlockInfo> blocks;     // only when asked for
};

struct HeapMap {
  uint64_t page_bytes = 0;
  std::vector<SpanInfo> spans;  // by address
};

constexpr std::string_view NameOf(SpanInfo::Kind kind) {
  switch (kind) {
    case SpanInfo::Kind::kSlab:
      return "slab";
    case SpanInfo::Kind::kLarge:
      return "large";
    case SpanInfo::Kind::kArena:
      return "arena";
    case SpanInfo::Kind::kFree:
      return "free";
    case SpanInfo::Kind::kReleased:
      return "released";
  }
  return "";
}

// Thread-safe. Costs nothing as long as nobody looks; while somebody does,
// other threads may wait for the moment that a copy takes.
class Inspectable {
 public:
  virtual ~Inspectable() = default;

  // Every span, as of one moment; with `blocks` block by block.
  virtual HeapMap Map(bool blocks) const = 0;

  // Walks all metadata. Empty, or the first inconsistency.
  virtual std::string Verify() const = 0;
};

}  // namespace jsheap

#endif  // ALLOCATOR_INSPECTABLE_H_
