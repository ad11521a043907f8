#include "allocator/backends/slab/slab_allocator.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "allocator/backends/slab/zero.h"
#include "allocator/checks.h"
#include "allocator/os/memory.h"
#include "allocator/size_text.h"

namespace jsheap::slab {
namespace {

constexpr size_t kDefaultReserve = size_t{256} << 30;

void* BlockOf(uintptr_t entry) {
  return reinterpret_cast<void*>(entry & ~uintptr_t{1});
}

bool IsZero(uintptr_t entry) { return (entry & 1) != 0; }

}  // namespace

std::unique_ptr<SlabAllocator> SlabAllocator::Make(const SlabOptions& options,
                                                   std::string* error) {
  std::unique_ptr<SlabAllocator> heap(new SlabAllocator(options));
  if (!heap->pages_.ok()) {
    *error = "the system has no " +
             FormatSizeExact(options.reserve != 0 ? options.reserve
                                                  : kDefaultReserve) +
             " of address space; give a smaller reserve=SIZE or raise "
             "'ulimit -v'";
    return nullptr;
  }
  if (!heap->caches_.has_slot()) {
    *error = "more than " + std::to_string(kMaxHeaps) + " slab heaps";
    return nullptr;
  }
  if (!heap->caches_.ok()) {
    *error =
        "the system has no memory for a heap's bookkeeping; end other "
        "programs or raise 'ulimit -v'";
    return nullptr;
  }
  return heap;
}

SlabAllocator* SlabAllocator::MakeIn(void* storage,
                                     const SlabOptions& options) {
  SlabAllocator* heap = new (storage) SlabAllocator(options);
  if (heap->pages_.ok() && heap->caches_.ok()) return heap;
  heap->~SlabAllocator();
  return nullptr;
}

SlabAllocator::SlabAllocator(const SlabOptions& options)
    : pages_(options.reserve != 0 ? options.reserve : kDefaultReserve,
             /*or_less=*/options.reserve == 0),
      pool_(pages_, metadata_, options.track_zero),
      large_(pages_),
      caches_(pool_, metadata_) {}

void* SlabAllocator::Allocate(size_t bytes) {
  if (bytes <= kMaxSlabBytes) [[likely]] {
    ThreadCache* cache;
    if (caches_.FindCurrent(&cache)) [[likely]] {
      const uintptr_t entry = cache->TryAllocate(ClassOf(bytes));
      if (entry != 0) [[likely]]
        return Checked(BlockOf(entry));
    }
  }
  return AllocateSlow(bytes, /*zeroed=*/false);
}

void* SlabAllocator::AllocateZeroed(size_t bytes) {
  if (bytes <= kMaxSlabBytes) [[likely]] {
    ThreadCache* cache;
    if (caches_.FindCurrent(&cache)) [[likely]] {
      const uintptr_t entry = cache->TryAllocate(ClassOf(bytes));
      if (entry != 0) [[likely]] {
        void* block = Checked(BlockOf(entry));
        return IsZero(entry) ? block : Zero(block, bytes);
      }
    }
  }
  return AllocateSlow(bytes, /*zeroed=*/true);
}

void* SlabAllocator::AllocateSlow(size_t bytes, bool zeroed) {
  if (bytes > kMaxSlabBytes) return AllocatePages(bytes, zeroed, kPageBytes);
  const int size_class = ClassOf(bytes);
  const uintptr_t entry = caches_.With(
      [=](ThreadCache& cache) { return cache.Allocate(size_class); });
  if (entry == 0) return nullptr;
  void* block = Checked(BlockOf(entry));
  return zeroed && !IsZero(entry) ? Zero(block, bytes) : block;
}

// A slab begins at a page, so a block is aligned to every power of two that
// divides its class's size; the powers of two themselves are among the sizes.
void* SlabAllocator::AllocateAligned(size_t bytes, size_t alignment) {
  if (alignment <= kMinAlignment) return Allocate(bytes);
  if (alignment > PageMap::kMostAlignment) return nullptr;
  size_t fitting = bytes < alignment ? alignment : bytes;
  while (fitting <= kMaxSlabBytes) {
    const SizeClass& c = kSizeClasses[static_cast<size_t>(ClassOf(fitting))];
    fitting = c.size;
    if (fitting % alignment == 0) return Allocate(fitting);
    ++fitting;
  }
  return AllocatePages(fitting, /*zeroed=*/false,
                       std::max(alignment, kPageBytes));
}

void* SlabAllocator::AllocatePages(size_t bytes, bool zeroed,
                                   size_t alignment) {
  if (bytes >= kHugeBlockBytes) return huge_.Allocate(bytes, alignment);
  pool_.CountAllocations(1);
  void* block = large_.Allocate(bytes, zeroed, alignment);
  ThreadCache* cache = caches_.Current();
  if (block == nullptr && cache != nullptr) {
    // What this thread owes may free the pages that are missing.
    cache->FlushRemote();
    block = large_.Allocate(bytes, zeroed, alignment);
  }
  return block;
}

void SlabAllocator::Free(void* block, size_t bytes) {
  if (pages_.map().Contains(block)) [[likely]] {
    Span* span = pages_.map().HeadOf(block);
    if constexpr (kDebugChecks) CheckFree(span, block, bytes);
    // Whatever else the span is, it isn't at home in a cache.
    ThreadCache* cache;
    if (caches_.FindCurrent(&cache) &&
        cache->TryFree(span->ClientAs<Slab>(), block)) [[likely]] {
      return;
    }
  }
  FreeSlow(block, bytes);
}

void SlabAllocator::FreeSlow(void* block, size_t bytes) {
  if (block == nullptr) return;
  if (!pages_.map().Contains(block)) {
    RaisePeak();
    if constexpr (kDebugChecks) {
      const size_t real_bytes = huge_.SizeOf(block);
      if (real_bytes != 0 && real_bytes != bytes) {
        Fail("free with a wrong size", block, bytes, real_bytes);
      }
    }
    if (!huge_.Free(block)) Fail("free of a foreign pointer", block, bytes);
    return;
  }
  Span* span = pages_.map().HeadOf(block);
  if (span->Kind() == SpanKind::kSlab) {
    Slab* slab = span->ClientAs<Slab>();
    caches_.With([=](ThreadCache& cache) {
      cache.Free(slab, block);
      return true;
    });
  } else if (span->Kind() == SpanKind::kLarge) {
    large_.Free(span);
  } else {
    Fail("double free or free of a foreign pointer", block, bytes);
  }
}

void SlabAllocator::FreeUnsized(void* block) {
  // The size serves only to be checked.
  Free(block, kDebugChecks && block != nullptr ? UsableSize(block) : 0);
}

void SlabAllocator::ExpectDenseUse(void* block, size_t bytes) {
  if (!pages_.map().Contains(block)) {
    os::PreferHugePages(block, bytes, true);
  } else if (Span* span = pages_.map().HeadOf(block);
             span->Kind() == SpanKind::kLarge) {
    large_.ExpectDenseUse(span);
  }
}

bool SlabAllocator::ExpectsSparseUse(size_t bytes) const {
  return bytes > kMaxSlabBytes && large_.ExpectsSparseUse(bytes);
}

size_t SlabAllocator::UsableSize(const void* block) const {
  if (!pages_.map().Contains(block)) return huge_.SizeOf(block);
  const Span* span = pages_.map().HeadOf(block);
  if (span->Kind() == SpanKind::kLarge) return LargeBlocks::SizeOf(span);
  return span->ClientAs<Slab>()->Class().size;
}

void SlabAllocator::FlushThread() {
  if (ThreadCache* cache = caches_.Current()) cache->FlushRemote();
}

void SlabAllocator::Lock() {
  caches_.Lock();
  pool_.Lock();
  pages_.Lock();
  huge_.Lock();
  metadata_.Lock();
}

void SlabAllocator::Unlock() {
  metadata_.Unlock();
  huge_.Unlock();
  pages_.Unlock();
  pool_.Unlock();
  caches_.Unlock();
}

std::string SlabAllocator::Verify() const {
  const char* fault = pages_.Verify();
  return fault != nullptr ? fault : "";
}

void SlabAllocator::IdleThread() {
  if (ThreadCache* cache = caches_.Current()) cache->HandBack();
}

// Caches whose threads have ended hold nothing: see ThreadCaches::Detach.
CoalesceGain SlabAllocator::Coalesce() {
  CoalesceGain gain;
  gain.largest_free_before = pages_.LongestFreeBytes();
  const uint64_t released_before = pool_.released();
  IdleThread();
  gain.merged = pool_.released() - released_before;
  gain.largest_free_after = pages_.LongestFreeBytes();
  return gain;
}

uint64_t SlabAllocator::Trim() {
  IdleThread();
  caches_.Trim();
  return pages_.Trim();
}

void SlabAllocator::SetListener(ReclaimListener* listener,
                                bool count_allocations) {
  pages_.SetListener(listener, false);
  // Where allocations are counted, the allocating threads tick.
  pages_.set_zeroes_idle_memory(listener != nullptr && !count_allocations &&
                                pool_.tracks_zero());
  pool_.set_counter(count_allocations ? listener : nullptr);
}

AllocatorStats SlabAllocator::Stats(bool detail) const {
  const PageHeap::Stats pages = pages_.ReadStats();
  const HugeBlocks::Stats huge = huge_.ReadStats();
  AllocatorStats stats;
  uint64_t live = 0;
  uint64_t slab_bytes = 0;
  for (int i = 0; i < kClasses; ++i) {
    const SizeClass& c = kSizeClasses[static_cast<size_t>(i)];
    // Counters of running threads are read one after the other, so a sum can
    // be off by what happens meanwhile; it must not be negative.
    const int64_t sum = caches_.Live(i);
    const uint64_t blocks = sum > 0 ? static_cast<uint64_t>(sum) : 0;
    const uint64_t slabs = pool_.SlabsOf(i);
    const uint64_t all = slabs * c.capacity;
    live += blocks * c.size;
    slab_bytes += all * c.size;
    if (detail && slabs != 0) {
      stats.size_classes.push_back(
          {c.size, slabs, blocks, all > blocks ? all - blocks : 0});
    }
  }
  stats.allocated_bytes = live + large_.occupied_bytes() + huge.mapped_bytes;
  stats.committed_bytes = pages.committed_bytes + huge.mapped_bytes;
  RaisePeak();
  stats.peak_committed_bytes = peak_committed_.load(std::memory_order_relaxed);
  stats.reserved_bytes = pages.reserved_bytes + huge.mapped_bytes;
  stats.zeroed_bytes = pages.free_zero_bytes;
  stats.cached_bytes =
      pages.free_bytes + (slab_bytes > live ? slab_bytes - live : 0);
  stats.spans = pages.spans;
  if (detail) {
    stats.resident_bytes = pages_.ResidentBytes() + huge_.ResidentBytes();
  }
  return stats;
}

// The page heap never shrinks, so what is committed can only fall when a huge
// block is freed: asking just before that, and when asked, is exact.
void SlabAllocator::RaisePeak() const {
  const uint64_t now =
      pages_.ReadStats().committed_bytes + huge_.ReadStats().mapped_bytes;
  uint64_t peak = peak_committed_.load(std::memory_order_relaxed);
  while (now > peak && !peak_committed_.compare_exchange_weak(
                           peak, now, std::memory_order_relaxed)) {
  }
}

// The rest is compiled into builds with checks.

void SlabAllocator::CheckAllocation(const void* block) const {
  Slab* slab = pages_.map().HeadOf(block)->ClientAs<Slab>();
  const uint32_t index = slab->BlockAt(block, slab->Class().reciprocal);
  const uint64_t bit = uint64_t{1} << (index % 64);
  if ((slab->LiveWord(index / 64).fetch_or(bit, std::memory_order_relaxed) &
       bit) != 0) {
    Fail("a live block was handed out again", block, slab->Class().size);
  }
}

void SlabAllocator::CheckFree(Span* span, const void* block, size_t bytes) {
  if (span->Kind() == SpanKind::kLarge) {
    if (pages_.map().AddressOf(span) != block) {
      Fail("free of a pointer into a block", block, bytes);
    }
    if (LargeBlocks::SizeOf(span) != bytes) {
      Fail("free with a wrong size", block, bytes, LargeBlocks::SizeOf(span));
    }
    return;
  }
  if (span->Kind() != SpanKind::kSlab) {
    Fail("double free or free of a foreign pointer", block, bytes);
  }
  Slab* slab = span->ClientAs<Slab>();
  const size_t size = slab->Class().size;
  const uint32_t index = slab->BlockAt(block, slab->Class().reciprocal);
  if (slab->base + index * size != block || index >= slab->Class().capacity) {
    Fail("free of a pointer into a block", block, bytes, size);
  }
  const uint64_t bit = uint64_t{1} << (index % 64);
  if ((slab->LiveWord(index / 64).load(std::memory_order_relaxed) & bit) == 0) {
    Fail("double free", block, bytes, size);
  }
  if (bytes > kMaxSlabBytes ||
      ClassOf(bytes) != slab->size_class.load(std::memory_order_relaxed)) {
    Fail("free with a wrong size", block, bytes, size);
  }
  // Two threads that free the same block pass the test above together.
  if ((slab->LiveWord(index / 64).fetch_and(~bit, std::memory_order_relaxed) &
       bit) == 0) {
    Fail("double free", block, bytes, size);
  }
}

}  // namespace jsheap::slab
