#include "allocator/backends/freelist/heap_snapshot.h"

namespace jsheap::freelist {

void HeapSnapshot::MakeRoom() {
  // Some more: the heap goes on while nobody holds it.
  spans_.reserve(all_spans_ + all_spans_ / 8 + 64);
  blocks_.reserve(all_blocks_ + all_blocks_ / 8 + 64);
}

bool HeapSnapshot::Take(const PageHeap& pages, const BlockViewer& viewer) {
  spans_.clear();
  blocks_.clear();
  all_spans_ = all_blocks_ = 0;
  const PageMap& map = pages.map();
  pages.VisitSpans([&](const Span& span, bool is_zero, bool is_warm) {
    RawSpan raw{};
    raw.start = uint64_t{Index(map.PageOf(&span))} << kPageShift;
    raw.pages = span.pages;
    raw.kind = span.Kind();
    raw.is_zero = is_zero;
    raw.is_warm = is_warm;
    if (raw.kind == SpanKind::kBlocks) TakeBlocks(viewer, span, &raw);
    ++all_spans_;
    if (spans_.size() < spans_.capacity()) spans_.push_back(raw);
  });
  return spans_.size() == all_spans_ &&
         (!with_blocks_ || blocks_.size() == all_blocks_);
}

void HeapSnapshot::TakeBlocks(const BlockViewer& viewer, const Span& extent,
                              RawSpan* raw) {
  raw->first = all_blocks_;
  viewer.ForEachBlock(extent, [&](const BlockInfo& block) {
    if (block.used) ++raw->used;
    ++all_blocks_;
    if (with_blocks_ && blocks_.size() < blocks_.capacity()) {
      blocks_.push_back(block);
    }
  });
  raw->all = all_blocks_ - raw->first;
}

HeapMap HeapSnapshot::ToMap() const {
  HeapMap map;
  map.page_bytes = kPageBytes;
  map.spans.reserve(spans_.size());
  for (const RawSpan& raw : spans_) map.spans.push_back(Describe(raw));
  return map;
}

SpanInfo HeapSnapshot::Describe(const RawSpan& raw) const {
  SpanInfo info;
  info.start = raw.start;
  info.pages = raw.pages;
  if (raw.kind == SpanKind::kFree) {
    info.kind = raw.is_warm ? SpanInfo::Kind::kFree : SpanInfo::Kind::kReleased;
    info.zero = raw.is_zero;
    return info;
  }
  info.kind = SpanInfo::Kind::kLarge;
  info.live = raw.used;
  info.capacity = raw.all;
  if (with_blocks_) {
    const auto first = blocks_.begin() + static_cast<ptrdiff_t>(raw.first);
    info.blocks.assign(first, first + static_cast<ptrdiff_t>(raw.all));
  }
  return info;
}

}  // namespace jsheap::freelist
