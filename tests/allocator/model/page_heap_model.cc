#include "tests/allocator/model/page_heap_model.h"

#include <algorithm>
#include <cstring>

#include "tests/allocator/model/pattern.h"

namespace jsheap {
namespace {

using Kind = Operation::Kind;

constexpr size_t kReserve = size_t{256} << 20;
constexpr uint32_t kMostLivePages = (64u << 20) >> kPageShift;

// A page is represented by its first and last words.
constexpr size_t kEdgeBytes = 256;

template <typename Fn>
bool ForEachEdge(char* address, uint32_t pages, Fn fn) {
  for (uint32_t page = 0; page < pages; ++page) {
    char* first = address + size_t{page} * kPageBytes;
    if (!fn(first, page) || !fn(first + kPageBytes - kEdgeBytes, page)) {
      return false;
    }
  }
  return true;
}

}  // namespace

PageHeapModel::PageHeapModel() : pages_(kReserve, /*or_less=*/false) {}

std::string PageHeapModel::Run(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kAllocate:
    case Kind::kAllocateZeroed:
    case Kind::kAllocateAligned:
      return Allocate(operation);
    case Kind::kFree:
      if (blocks_.empty()) return "";
      return Free(operation.which, static_cast<uint32_t>(operation.bytes));
    case Kind::kTick:
      (void)pages_.Tick();
      return "";
    case Kind::kTrim: {
      pages_.Trim();
      const PageHeap::Stats stats = pages_.ReadStats();
      return may_fail_ || stats.free_zero_bytes == stats.free_bytes
                 ? ""
                 : "free memory isn't zero after a trim";
    }
    case Kind::kCoalesce: {
      const CoalesceGain gain = pages_.Coalesce();
      return gain.merged == 0 &&
                     gain.largest_free_after <= pages_.ReadStats().free_bytes
                 ? ""
                 : "coalescing found something to merge";
    }
    case Kind::kLook:
      return Look();
    default:
      return "";
  }
}

std::string PageHeapModel::Allocate(const Operation& operation) {
  const auto pages =
      static_cast<uint32_t>(std::max<uint64_t>(operation.bytes, 1));
  if (live_pages_ + pages > kMostLivePages) return "";
  const uint32_t alignment = operation.kind == Kind::kAllocateAligned
                                 ? 1u << (operation.which / 2 % 8)
                                 : 1;
  const bool fill = operation.which % 2 == 0;
  const bool prefer_zero = operation.which % 3 == 0;
  const PageHeap::Allocation a =
      pages_.Allocate(pages, fill, alignment, prefer_zero);
  if (a.span == nullptr) {
    ++refusals_;
    return may_fail_ ? "" : "refused " + std::to_string(pages) + " pages";
  }
  char* address = pages_.map().AddressOf(a.span);
  if (Index(pages_.map().PageOf(a.span)) % alignment != 0) {
    return "a span isn't aligned to " + std::to_string(alignment) + " pages";
  }
  if (a.span->pages != pages || a.dirty_pages > pages) {
    return "a span has the wrong length";
  }
  for (uint32_t page = 0; fill && page < pages; ++page) {
    if (pages_.map().HeadOf(address + size_t{page} * kPageBytes) != a.span) {
      return "a page doesn't know its head";
    }
  }
  const auto is_zero = [](char* edge, uint32_t) {
    return ReadsAsZero(edge, kEdgeBytes, Touch::kAll);
  };
  if (a.dirty_pages == 0 && !ForEachEdge(address, pages, is_zero)) {
    return "a span said to be zero isn't";
  }
  if (operation.kind == Kind::kAllocateZeroed) {
    pages_.ZeroDirtyPages(a.span, pages * kPageBytes);
    if (!ForEachEdge(address, pages, is_zero)) {
      return "a span made zero isn't";
    }
  }
  ZeroAhead(a.span, operation.which % 16);
  const Block block{a.span, pages, next_id_++};
  ForEachEdge(address, pages, [&](char* edge, uint32_t page) {
    WritePattern(edge, kEdgeBytes, block.id + page, Touch::kAll);
    return true;
  });
  a.span->SetKind(SpanKind::kLarge);
  blocks_.push_back(block);
  live_pages_ += pages;
  return "";
}

// Zeroes some of the free pages behind a span, and says so.
void PageHeapModel::ZeroAhead(const Span* span, uint32_t most_pages) {
  const PageHeap::Run run = pages_.TakeDirtyPagesAhead(span, most_pages);
  const uint32_t zeroed = run.pages / 2;
  if (zeroed != 0) {
    std::memset(pages_.map().AddressOf(run.first), 0, zeroed * kPageBytes);
  }
  pages_.PutBackAhead(run, zeroed, /*is_warm=*/true);
}

// Zeroes some of the pages first, and says so.
std::string PageHeapModel::Free(uint32_t which, uint32_t zero_pages) {
  const Block block = TakeOut(blocks_, which);
  live_pages_ -= block.pages;
  char* address = pages_.map().AddressOf(block.span);
  if (!ForEachEdge(address, block.pages, [&](char* edge, uint32_t page) {
        return HasPattern(edge, kEdgeBytes, block.id + page, Touch::kAll);
      })) {
    return "a span of " + std::to_string(block.pages) +
           " pages lost its contents";
  }
  zero_pages %= block.pages + 1;
  std::memset(address, 0, size_t{zero_pages} * kPageBytes);
  pages_.Free(block.span, zero_pages);
  return "";
}

std::string PageHeapModel::Look() const {
  if (const char* fault = pages_.Verify()) return fault;
  const PageHeap::Stats stats = pages_.ReadStats();
  if (stats.spans.in_use != blocks_.size())
    return "spans in use are miscounted";
  if (stats.committed_bytes - stats.free_bytes != live_pages_ * kPageBytes) {
    return "bytes in use are miscounted";
  }
  if (stats.free_zero_bytes > stats.free_bytes) {
    return "more is known zero than free";
  }
  return CheckSpans();
}

std::string PageHeapModel::CheckSpans() const {
  uint64_t in_use = 0;
  std::string fault;
  pages_.VisitSpans([&](const Span& span, bool is_zero, bool) {
    if (span.Kind() == SpanKind::kLarge) ++in_use;
    if (!is_zero) return;
    char* address = pages_.map().AddressOf(&span);
    if (!ForEachEdge(address, span.pages, [](char* edge, uint32_t) {
          return ReadsAsZero(edge, kEdgeBytes, Touch::kAll);
        })) {
      fault = "a free span said to be zero isn't";
    }
  });
  if (in_use != blocks_.size()) fault = "spans in use aren't all visited";
  return fault;
}

std::string PageHeapModel::Finish() {
  std::string fault = Look();
  while (fault.empty() && !blocks_.empty()) {
    fault = Free(0, 0);
  }
  return fault.empty() ? Look() : fault;
}

std::string RunOnPageHeap(const Operations& operations) {
  PageHeapModel model;
  if (!model.ok()) return "the system refused the addresses";
  for (const Operation& operation : operations) {
    std::string fault = model.Run(operation);
    if (!fault.empty()) return fault;
  }
  return model.Finish();
}

}  // namespace jsheap
