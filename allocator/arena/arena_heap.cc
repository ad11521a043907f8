#include "allocator/arena/arena_heap.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace jsheap {
namespace {

constexpr size_t kReserveBytes = size_t{256} << 30;

}  // namespace

std::shared_ptr<ArenaHeap> ArenaHeap::For(
    std::shared_ptr<Allocator> allocator) {
  if (allocator->page_heap() != nullptr) {
    return std::shared_ptr<ArenaHeap>(new ArenaHeap(std::move(allocator)));
  }
  static const std::shared_ptr<ArenaHeap> apart(new ArenaHeap(nullptr));
  return apart;
}

ArenaHeap::ArenaHeap(std::shared_ptr<Allocator> allocator)
    : allocator_(std::move(allocator)),
      own_(allocator_ == nullptr
               ? std::make_unique<PageHeap>(kReserveBytes, /*or_less=*/true)
               : nullptr),
      pages_(own_ != nullptr ? own_.get() : allocator_->page_heap()) {}

HeapMap ArenaHeap::Map() const {
  struct Seen {
    uint32_t page, pages;
    SpanKind kind;
    uint8_t note;
    bool is_zero, is_warm;
  };
  // Filled under the lock, so it must not grow: what doesn't fit is counted.
  std::vector<Seen> seen;
  size_t needed = 0;
  do {
    seen.clear();
    seen.reserve(needed + needed / 8 + 64);
    needed = 0;
    pages_->VisitSpans([&](const Span& span, bool is_zero, bool is_warm) {
      ++needed;
      if (seen.size() == seen.capacity()) return;
      seen.push_back({Index(pages_->map().PageOf(&span)), span.pages,
                      span.Kind(), span.note, is_zero, is_warm});
    });
  } while (needed != seen.size());

  HeapMap map;
  map.page_bytes = kPageBytes;
  for (const Seen& span : seen) {
    SpanInfo info;
    info.start = uint64_t{span.page} << kPageShift;
    info.pages = span.pages;
    if (span.kind == SpanKind::kFree) {
      info.kind =
          span.is_warm ? SpanInfo::Kind::kFree : SpanInfo::Kind::kReleased;
      info.zero = span.is_zero;
    } else {
      info.kind = SpanInfo::Kind::kArena;
      if (span.kind == SpanKind::kArena) {
        info.lifetime = static_cast<Lifetime>(span.note);
      }
    }
    map.spans.push_back(std::move(info));
  }
  return map;
}

}  // namespace jsheap
