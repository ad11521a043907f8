#include "allocator/backends/slab/large_blocks.h"

#include <algorithm>
#include <cstring>

#include "allocator/os/memory.h"
#include "allocator/os/residency.h"

namespace jsheap::slab {
namespace {

// Up to this size, writing a block that is in the processor's cache takes no
// longer than looking at it.
constexpr size_t kMostHotBytes = size_t{128} << 10;

// From here on, huge pages for blocks that are known to be touched all over.
constexpr size_t kLeastHugePagesBytes = 2 * os::kHugePageBytes;

constexpr uint32_t kSamplePages = 4;

// Together with a block, so many times its length behind it are looked at, but
// from this size on, as a look takes half a microsecond however little it sees,
// and up to that.
constexpr uint32_t kLookAhead = 8;
constexpr uint32_t kLeastLookAheadPages = (2u << 20) >> kPageShift;
constexpr uint32_t kMostLookPages = (16u << 20) >> kPageShift;

// Zeroed of it at most: it may never be asked for.
constexpr size_t kMostZeroedAhead = size_t{256} << 10;

// Up to this size, and where no better is known (kMostHotBytes), a block had
// better lie where zeroes are known than be looked at.
constexpr size_t kMostPreferZeroBytes = size_t{2} << 20;

// In the span's descriptor; must end before Slab::state, which may be read
// when the descriptor has passed from a slab to a large block.
struct LargeBlock {
  size_t bytes;     // asked for
  uint32_t seed;    // of the sample; 0 when none was taken
  bool was_cold;    // nothing of it was in RAM when it was handed out
  bool was_purged;  // because it was given back for that
  bool prefers_huge_pages;
};

size_t SpanBytes(const Span* span) { return span->pages * kPageBytes; }

// What the block's user may have touched.
size_t UsedBytes(const LargeBlock* block) {
  return RoundUp(block->bytes, os::OsPageBytes());
}

// Where the sample's pages are: spread over the block, neither first nor last.
size_t SampleOffset(const LargeBlock* block, uint32_t i) {
  const size_t page = os::OsPageBytes();
  const size_t stretch = (UsedBytes(block) / page - 2) / kSamplePages;
  const uint32_t mixed = (block->seed + i) * 0x9e3779b9u >> 8;
  return (1 + i * stretch + mixed % stretch) * page;
}

uint32_t PagesAhead(const Span* span) {
  return std::min(std::max(kLookAhead * span->pages, kLeastLookAheadPages),
                  kMostLookPages - std::min(kMostLookPages, span->pages));
}

// Up to where the memory that was looked at is worth zeroing, behind a block
// of `own` bytes as well: before what would take too many zeroes.
size_t EndOfSparse(const os::Residency& residency, size_t own) {
  size_t zeroes = 0;
  for (size_t i = 0; i < residency.count; ++i) {
    const os::Residency::Run& run = residency.runs[i];
    if (run.end <= own) continue;
    zeroes += run.end - std::max(run.begin, own);
    if (zeroes > kMostZeroedAhead) return std::max(run.begin, own);
  }
  return std::max(residency.end, own);
}

// How much of `bytes` bytes is resident, judged by the part that was looked at.
size_t Resident(const os::Residency& residency, size_t bytes) {
  if (residency.end == bytes) return residency.bytes;
  return static_cast<size_t>(static_cast<double>(residency.bytes) /
                             static_cast<double>(residency.end) *
                             static_cast<double>(bytes));
}

}  // namespace

void* LargeBlocks::Allocate(size_t bytes, bool zeroed, size_t alignment) {
  const size_t pages = PagesFor(bytes);
  if (pages + PagesFor(alignment) > pages_.map().pages()) return nullptr;
  const PageHeap::Allocation allocation = pages_.Allocate(
      static_cast<uint32_t>(pages), /*fill=*/false,
      static_cast<uint32_t>(PagesFor(alignment)),
      zeroed && bytes > kMostHotBytes && bytes <= kMostPreferZeroBytes &&
          density_.IsSparse(bytes));
  Span* span = allocation.span;
  if (span == nullptr) return nullptr;
  LargeBlock* block = span->ClientAs<LargeBlock>();
  *block = {bytes, 0, allocation.warm_pages == 0, false, false};
  if (block->was_cold && density_.IsDense(bytes)) ExpectDenseUse(span);
  span->SetKind(SpanKind::kLarge);
  if (zeroed && allocation.dirty_pages != 0) MakeZero(span);
  last_freed_.store(nullptr, std::memory_order_relaxed);
  occupied_bytes_.fetch_add(SpanBytes(span), std::memory_order_relaxed);
  return pages_.map().AddressOf(span);
}

void LargeBlocks::ExpectDenseUse(Span* span) {
  LargeBlock* block = span->ClientAs<LargeBlock>();
  if (block->bytes < kLeastHugePagesBytes) return;
  os::PreferHugePages(pages_.map().AddressOf(span), SpanBytes(span), true);
  block->prefers_huge_pages = true;
}

void LargeBlocks::Free(Span* span) {
  occupied_bytes_.fetch_sub(SpanBytes(span), std::memory_order_relaxed);
  Learn(span);
  if (span->ClientAs<LargeBlock>()->prefers_huge_pages) {
    os::PreferHugePages(pages_.map().AddressOf(span), SpanBytes(span), false);
  }
  last_freed_.store(span, std::memory_order_relaxed);
  pages_.Free(span, /*zero_pages=*/0);
}

void LargeBlocks::MakeZero(Span* span) {
  LargeBlock* block = span->ClientAs<LargeBlock>();
  const bool is_hot = block->bytes <= kMostHotBytes &&
                      last_freed_.load(std::memory_order_relaxed) == span;
  const Density::Advice advice =
      is_hot ? Density::Advice::kWrite : density_.OnAllocate(block->bytes);
  if (advice == Density::Advice::kLook && LookAndZero(span)) return;
  pages_.ZeroDirtyPages(span, block->bytes);
  if (advice == Density::Advice::kWriteAndSample) TakeSample(span);
}

// False when the system can't say what of the block holds anything.
bool LargeBlocks::LookAndZero(Span* span) {
  LargeBlock* block = span->ClientAs<LargeBlock>();
  char* start = pages_.map().AddressOf(span);
  const PageHeap::Run ahead =
      pages_.TakeDirtyPagesAhead(span, PagesAhead(span));
  const size_t own = ahead.pages == 0 ? UsedBytes(block) : SpanBytes(span);
  os::Residency residency;
  if (!os::FindResident(start, own + ahead.pages * kPageBytes, &residency)) {
    pages_.PutBackAhead(ahead, /*zero_pages=*/0, /*is_warm=*/true);
    return false;
  }
  const size_t end = EndOfSparse(residency, own);
  const auto zero_ahead = static_cast<uint32_t>((end - own) / kPageBytes);
  if (density_.ShouldPurge(block->bytes, Resident(residency, own)) &&
      os::Purge(start, end)) {
    pages_.PutBackAhead(ahead, zero_ahead,
                        /*is_warm=*/zero_ahead != ahead.pages);
    block->was_purged = true;
    return true;
  }
  os::ZeroRuns(start, end, residency);
  if (residency.end < own) {
    os::ZeroResident(start + residency.end, own - residency.end);
  }
  pages_.PutBackAhead(ahead, zero_ahead, /*is_warm=*/true);
  return true;
}

void LargeBlocks::TakeSample(Span* span) {
  LargeBlock* block = span->ClientAs<LargeBlock>();
  if (UsedBytes(block) / os::OsPageBytes() < 2 + kSamplePages) return;
  block->seed = ++last_seed_;
  for (uint32_t i = 0; i < kSamplePages; ++i) {
    char* page = pages_.map().AddressOf(span) + SampleOffset(block, i);
    if (!os::Purge(page, os::OsPageBytes())) {
      // Nothing is known of its contents any more.
      std::memset(page, 0, os::OsPageBytes());
    }
  }
}

void LargeBlocks::Learn(const Span* span) {
  const LargeBlock* block = span->ClientAs<LargeBlock>();
  const char* start = pages_.map().AddressOf(span);
  os::Residency residency;
  if (block->was_purged ||
      (block->was_cold && density_.ShouldLookOnFree(block->bytes))) {
    const size_t used = UsedBytes(block);
    if (!os::FindResident(start, used, &residency)) return;
    density_.Learn(block->bytes, Resident(residency, used));
  } else if (block->seed != 0) {
    uint32_t touched = 0;
    for (uint32_t i = 0; i < kSamplePages; ++i) {
      if (!os::FindResident(start + SampleOffset(block, i), os::OsPageBytes(),
                            &residency)) {
        return;
      }
      touched += residency.count != 0;
    }
    density_.Learn(block->bytes, block->bytes / kSamplePages * touched);
  }
}

size_t LargeBlocks::SizeOf(const Span* span) {
  return span->ClientAs<LargeBlock>()->bytes;
}

}  // namespace jsheap::slab
