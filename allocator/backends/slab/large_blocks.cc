#include "allocator/backends/slab/large_blocks.h"

#include <cstring>

#include "allocator/os/memory.h"

namespace jsheap::slab {
namespace {

// Below this a system call costs more than writing the block.
constexpr size_t kLeastPurgeBytes = size_t{512} << 10;

// A block is sparse when less than 1/4 of it is in RAM.
constexpr size_t kSparseFraction = 4;

// In the span's descriptor; must end before Slab::state, which may be read
// when the descriptor has passed from a slab to a large block.
struct LargeBlock {
  size_t bytes;   // asked for
  bool was_cold;  // nothing of it was in RAM when it was handed out
};

size_t SpanBytes(const Span* span) { return span->pages * kPageBytes; }

}  // namespace

void* LargeBlocks::Allocate(size_t bytes, bool zeroed, size_t alignment) {
  const size_t pages = PagesFor(bytes);
  if (pages + PagesFor(alignment) > pages_.map().pages()) return nullptr;
  const PageHeap::Allocation allocation =
      pages_.Allocate(static_cast<uint32_t>(pages), /*fill=*/false,
                      static_cast<uint32_t>(PagesFor(alignment)));
  if (allocation.span == nullptr) return nullptr;
  LargeBlock* block = allocation.span->ClientAs<LargeBlock>();
  block->bytes = bytes;
  block->was_cold = allocation.warm_pages == 0;
  allocation.span->SetKind(SpanKind::kLarge);
  if (zeroed && allocation.dirty_pages != 0) MakeZeroFirst(allocation.span);
  occupied_bytes_.fetch_add(SpanBytes(allocation.span),
                            std::memory_order_relaxed);
  return pages_.map().AddressOf(allocation.span);
}

void LargeBlocks::Free(Span* span) {
  occupied_bytes_.fetch_sub(SpanBytes(span), std::memory_order_relaxed);
  const bool is_zero = IsBestPurged(span) &&
                       os::Purge(pages_.map().AddressOf(span), SpanBytes(span));
  pages_.Free(span, is_zero ? span->pages : 0);
}

// Makes a span zero, of which not all is, before it is handed out.
void LargeBlocks::MakeZeroFirst(Span* span) {
  LargeBlock* block = span->ClientAs<LargeBlock>();
  if (block->bytes >= kLeastPurgeBytes &&
      density_.ShouldPurgeOnAllocate(block->bytes) &&
      os::Purge(pages_.map().AddressOf(span), SpanBytes(span))) {
    block->was_cold = true;
    return;
  }
  pages_.ZeroDirtyPages(span, block->bytes);
}

bool LargeBlocks::IsBestPurged(const Span* span) {
  const LargeBlock* block = span->ClientAs<LargeBlock>();
  if (block->bytes < kLeastPurgeBytes) return false;
  if (block->was_cold && density_.ShouldLookOnFree(block->bytes)) {
    const size_t bytes = SpanBytes(span);
    const size_t resident =
        os::ResidentBytes(pages_.map().AddressOf(span), bytes);
    const bool is_sparse = resident < bytes / kSparseFraction;
    density_.Learn(block->bytes, is_sparse);
    return is_sparse;
  }
  return density_.ShouldPurgeOnFree(block->bytes);
}

size_t LargeBlocks::SizeOf(const Span* span) {
  return span->ClientAs<LargeBlock>()->bytes;
}

}  // namespace jsheap::slab
