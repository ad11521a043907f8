#include "allocator/backends/slab/slab_inspect.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "allocator/backends/slab/large_blocks.h"
#include "allocator/backends/slab/slab.h"

namespace jsheap::slab {
namespace {

// A span as it was, in plain numbers.
struct RawSpan {
  SpanKind kind;
  bool is_zero;
  bool is_warm;
  uint32_t page;
  uint32_t pages;
  uint8_t size_class;  // kSlab
  Lifetime lifetime;   // kArena
  uint32_t free;       // kSlab: free blocks
  uint64_t bytes;      // kLarge: asked for
  size_t first_word;   // kSlab: where its bitmap was copied to
};

// Vectors that are filled up to what they have room for, and then only count.
struct Snapshot {
  std::vector<RawSpan> spans;
  std::vector<uint64_t> words;
  size_t needed_spans = 0;
  size_t needed_words = 0;

  void MakeRoom() {
    spans.clear();
    words.clear();
    // Some more: the heap goes on while nobody holds it.
    spans.reserve(needed_spans + needed_spans / 8 + 64);
    words.reserve(needed_words + needed_words / 8 + 64);
    needed_spans = needed_words = 0;
  }

  bool complete() const {
    return needed_spans == spans.size() && needed_words == words.size();
  }

  void Add(const RawSpan& span) {
    ++needed_spans;
    if (spans.size() < spans.capacity()) spans.push_back(span);
  }
  void AddWord(uint64_t word) {
    ++needed_words;
    if (words.size() < words.capacity()) words.push_back(word);
  }
};

void CopySlab(const Slab& slab, bool blocks, RawSpan& raw, Snapshot& out) {
  raw.size_class = slab.size_class.load(std::memory_order_relaxed);
  raw.first_word = out.needed_words;
  raw.free = 0;
  for (uint32_t i = 0; i < slab.words; ++i) {
    const uint64_t word = slab.FreeWord(i).load(std::memory_order_relaxed);
    raw.free += static_cast<uint32_t>(std::popcount(word));
    if (blocks) out.AddWord(word);
  }
}

Snapshot TakeSnapshot(const PageHeap& pages, bool blocks) {
  Snapshot snapshot;
  do {
    snapshot.MakeRoom();
    pages.VisitSpans([&](const Span& span, bool is_zero, bool is_warm) {
      RawSpan raw{};
      raw.kind = span.kind.load(std::memory_order_acquire);
      raw.is_zero = is_zero;
      raw.is_warm = is_warm;
      raw.page = Index(pages.map().PageOf(&span));
      raw.pages = span.pages;
      if (raw.kind == SpanKind::kSlab) {
        CopySlab(*span.ClientAs<Slab>(), blocks, raw, snapshot);
      } else if (raw.kind == SpanKind::kLarge) {
        raw.bytes = LargeBlocks::SizeOf(&span);
      } else if (raw.kind == SpanKind::kArena) {
        raw.lifetime = static_cast<Lifetime>(span.note);
      }
      snapshot.Add(raw);
    });
  } while (!snapshot.complete());
  return snapshot;
}

void DescribeSlab(const RawSpan& raw, const Snapshot& snapshot, bool blocks,
                  SpanInfo& info) {
  const SizeClass& c = kSizeClasses[raw.size_class];
  info.size_class = c.size;
  info.capacity = c.capacity;
  info.live = c.capacity - raw.free;
  if (!blocks) return;
  for (uint32_t i = 0; i < c.capacity; ++i) {
    const uint64_t word = snapshot.words[raw.first_word + i / 64];
    const bool is_free = (word >> (i % 64) & 1) != 0;
    info.blocks.push_back({uint64_t{i} * c.size, c.size, !is_free});
  }
}

SpanInfo Describe(const RawSpan& raw, const Snapshot& snapshot, bool blocks) {
  using Kind = SpanInfo::Kind;
  SpanInfo info;
  info.start = uint64_t{raw.page} << kPageShift;
  info.pages = raw.pages;
  switch (raw.kind) {
    case SpanKind::kSlab:
      info.kind = Kind::kSlab;
      DescribeSlab(raw, snapshot, blocks, info);
      break;
    case SpanKind::kArena:
      info.kind = Kind::kArena;
      info.lifetime = raw.lifetime;
      break;
    case SpanKind::kFree:
      info.kind = raw.is_warm ? Kind::kFree : Kind::kReleased;
      info.zero = raw.is_zero;
      break;
    default:
      info.kind = Kind::kLarge;
      info.live = info.capacity = 1;
      if (blocks && raw.kind == SpanKind::kLarge) {
        info.blocks.push_back({0, raw.bytes, true});
      }
      break;
  }
  return info;
}

}  // namespace

HeapMap MapOf(const PageHeap& pages, bool blocks) {
  const Snapshot snapshot = TakeSnapshot(pages, blocks);
  HeapMap map;
  map.page_bytes = kPageBytes;
  map.spans.reserve(snapshot.spans.size());
  for (const RawSpan& raw : snapshot.spans) {
    map.spans.push_back(Describe(raw, snapshot, blocks));
  }
  return map;
}

}  // namespace jsheap::slab
