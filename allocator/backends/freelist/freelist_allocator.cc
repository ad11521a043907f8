#include "allocator/backends/freelist/freelist_allocator.h"

#include <algorithm>
#include <cstring>

#include "allocator/backends/freelist/block_viewer.h"
#include "allocator/backends/freelist/heap_snapshot.h"
#include "allocator/backends/freelist/purge.h"
#include "allocator/checks.h"
#include "allocator/size_text.h"

namespace jsheap::freelist {
namespace {

constexpr size_t kDefaultReserve = size_t{256} << 30;

}  // namespace

std::unique_ptr<FreelistAllocator> FreelistAllocator::Make(
    const FreelistOptions& options, std::string* error) {
  std::unique_ptr<FreelistAllocator> heap(new FreelistAllocator(options));
  if (!heap->pages_.ok()) {
    *error = "the system has no " +
             FormatSizeExact(options.reserve != 0 ? options.reserve
                                                  : kDefaultReserve) +
             " of address space; give a smaller reserve=SIZE or raise "
             "'ulimit -v'";
    return nullptr;
  }
  return heap;
}

FreelistAllocator::FreelistAllocator(const FreelistOptions& options)
    : options_(options),
      pages_(options.reserve != 0 ? options.reserve : kDefaultReserve,
             /*or_less=*/options.reserve == 0),
      fast_(options.fast),
      sorted_(options.fit) {}

void* FreelistAllocator::Allocate(size_t bytes) {
  if (bytes >= options_.direct) return AllocateDirect(bytes);
  Block* block = AllocateBlock(bytes).block;
  return block == nullptr ? nullptr : block->Payload();
}

void* FreelistAllocator::AllocateZeroed(size_t bytes) {
  if (bytes >= options_.direct) return AllocateDirect(bytes);
  const Found found = AllocateBlock(bytes);
  if (found.block == nullptr) return nullptr;
  return std::memset(found.block->Payload(), 0,
                     std::min(bytes, found.dirty_bytes));
}

Found FreelistAllocator::AllocateBlock(size_t bytes) {
  if (counter_ != nullptr) counter_->Allocated(1);
  std::lock_guard lock(mutex_);
  const Found found = Take(Block::SizeFor(bytes));
  if (found.block != nullptr) live_.Add(found.block->size());
  return found;
}

// The quick ones first: fast, unsorted, sorted, top; only then more pages.
Found FreelistAllocator::Take(size_t size) {
  Block* block = fast_.Serves(size) ? fast_.Take(size) : unsorted_.Take(size);
  if (block != nullptr) return {block};
  Found found = TakeSortedOrTop(size);
  if (found.block != nullptr) return found;
  // What the quick caches hold may make a block that is long enough.
  coalescer_.FlushAll();
  found = TakeSortedOrTop(size);
  if (found.block != nullptr || !Grow(size)) return found;
  return top_.Take(size);
}

Found FreelistAllocator::TakeSortedOrTop(size_t size) {
  if (Block* block = sorted_.Take(size)) return {block};
  return top_.Take(size);
}

// The old top first: it may be a whole extent, only too short.
bool FreelistAllocator::Grow(size_t size) {
  if (Block* old_top = top_.Retire()) coalescer_.Add(old_top);
  const BlockManager::Extent extent = manager_.AddExtent(size);
  if (extent.block == nullptr) return false;
  committed_in_pages_.store(pages_.ReadStats().committed_bytes,
                            std::memory_order_relaxed);
  top_.Start(extent);
  return true;
}

void FreelistAllocator::Free(void* payload, size_t bytes) {
  if (payload == nullptr) return;
  if (!pages_.map().Contains(payload)) return FreeDirect(payload, bytes);
  Block* block = Block::OfPayload(payload);
  std::lock_guard lock(mutex_);
  if constexpr (kDebugChecks) CheckFree(block, bytes);
  live_.Remove(block->size());
  Put(block);
}

void FreelistAllocator::Put(Block* block) {
  if (fast_.Serves(block->size())) {
    fast_.Put(block);
    if (fast_.IsFull()) coalescer_.FlushFast();
  } else if (Block* evicted = unsorted_.Put(block)) {
    coalescer_.Add(evicted);
  }
  // One block in a quick cache can keep an extent from the page heap.
  if (is_asleep_ && listener_ != nullptr) {
    is_asleep_ = false;
    listener_->Wake();
  }
}

void* FreelistAllocator::AllocateDirect(size_t bytes) {
  if (counter_ != nullptr) counter_->Allocated(1);
  return direct_.Allocate(bytes);
}

void FreelistAllocator::FreeDirect(void* payload, size_t bytes) {
  RaisePeak();
  if constexpr (kDebugChecks) {
    const size_t asked = direct_.SizeOf(payload);
    if (asked != 0 && asked != bytes) {
      Fail("free with a wrong size", payload, bytes);
    }
  }
  if (!direct_.Free(payload)) {
    Fail("double free or free of a foreign pointer", payload, bytes);
  }
}

size_t FreelistAllocator::UsableSize(const void* payload) const {
  if (!pages_.map().Contains(payload)) return direct_.SizeOf(payload);
  std::lock_guard lock(mutex_);
  return Block::OfPayload(payload)->size() - Block::kHeaderBytes;
}

CoalesceGain FreelistAllocator::Coalesce() {
  std::lock_guard lock(mutex_);
  const uint64_t pages_before = pages_.LongestFreeBytes();
  CoalesceGain gain = coalescer_.Coalesce();
  // Extents that are entirely free are spans of the page heap.
  gain.largest_free_before = std::max(gain.largest_free_before, pages_before);
  gain.largest_free_after =
      std::max(gain.largest_free_after, pages_.LongestFreeBytes());
  return gain;
}

bool FreelistAllocator::Tick() {
  {
    std::lock_guard lock(mutex_);
    coalescer_.Coalesce();
    is_asleep_ = true;
  }
  return pages_.Tick();
}

uint64_t FreelistAllocator::Trim() {
  uint64_t purged;
  {
    std::lock_guard lock(mutex_);
    coalescer_.Coalesce();
    purged = PurgeFreeBlocks(manager_);
  }
  return purged + pages_.Trim();
}

void FreelistAllocator::SetListener(ReclaimListener* listener,
                                    bool count_allocations) {
  pages_.SetListener(listener, false);
  counter_ = count_allocations ? listener : nullptr;
  std::lock_guard lock(mutex_);
  listener_ = listener;
}

AllocatorStats FreelistAllocator::Stats(bool detail) const {
  AllocatorStats stats;
  if (detail) {
    stats.resident_bytes = pages_.ResidentBytes() + direct_.ResidentBytes();
  }
  // Room for the caches is made now: under the lock nothing may be allocated,
  // as the program's allocations may have this heap do idle work.
  if (detail) stats.caches.resize(5);
  std::lock_guard lock(mutex_);
  RaisePeak();
  const PageHeap::Stats pages = pages_.ReadStats();
  const Tally direct = direct_.live();
  const Tally top = {top_.block() != nullptr, top_.size()};
  stats.committed_bytes = pages.committed_bytes + direct.bytes;
  stats.peak_committed_bytes = peak_committed_.load(std::memory_order_relaxed);
  stats.reserved_bytes = pages.reserved_bytes + direct.bytes;
  stats.spans = pages.spans;
  stats.allocated_bytes = live_.bytes + direct.bytes;
  stats.zeroed_bytes = pages.free_zero_bytes + top_.ZeroBytes();
  stats.cached_bytes = pages.free_bytes + fast_.held().bytes +
                       unsorted_.held().bytes + sorted_.held().bytes +
                       top.bytes;
  if (detail) {
    const auto set = [&](size_t i, const char* name, const Tally& tally) {
      stats.caches[i] = {name, tally.blocks, tally.bytes};
    };
    set(0, "fast", fast_.held());
    set(1, "unsorted", unsorted_.held());
    set(2, "sorted", sorted_.held());
    set(3, "top", top);
    set(4, "direct", direct);
  }
  return stats;
}

// What is committed can only fall when a direct block is freed: asking just
// before that, and when asked, is exact.
void FreelistAllocator::RaisePeak() const {
  const uint64_t now = committed_in_pages_.load(std::memory_order_relaxed) +
                       direct_.live().bytes;
  uint64_t peak = peak_committed_.load(std::memory_order_relaxed);
  while (now > peak && !peak_committed_.compare_exchange_weak(
                           peak, now, std::memory_order_relaxed)) {
  }
}

HeapMap FreelistAllocator::Map(bool blocks) const {
  HeapSnapshot snapshot(blocks);
  for (;;) {
    snapshot.MakeRoom();
    std::lock_guard lock(mutex_);
    if (snapshot.Take(pages_, BlockViewer(manager_))) break;
  }
  return snapshot.ToMap();
}

std::string FreelistAllocator::Verify() const {
  const char* problem;
  {
    std::lock_guard lock(mutex_);
    problem = FirstProblem();
  }
  return problem == nullptr ? "" : problem;
}

const char* FreelistAllocator::FirstProblem() const {
  if (const char* problem = pages_.Verify()) return problem;
  BlockCounts counts;
  if (const char* problem =
          BlockViewer(manager_).Verify(top_.block(), &counts)) {
    return problem;
  }
  if (const char* problem = sorted_.Verify()) return problem;
  Tally cached = fast_.held();
  cached += unsorted_.held();
  if (counts.used != live_) return "the count of live blocks is wrong";
  if (counts.cached != cached) return "the count of cached blocks is wrong";
  if (counts.sorted != sorted_.held()) return "free blocks aren't all sorted";
  return nullptr;
}

// Compiled into debug and sanitizer builds.
void FreelistAllocator::CheckFree(const Block* block, size_t bytes) const {
  if (!manager_.CouldBeBlock(block)) {
    Fail("double free, free of a pointer into a block, or damaged header",
         block->Payload(), bytes);
  }
  if (!block->in_use() || block->cached()) {
    Fail("double free", block->Payload(), bytes);
  }
  if (!block->Next()->previous_in_use()) {
    Fail("damaged boundary tag behind a block", block->Payload(), bytes);
  }
  // A block may keep what couldn't be split off.
  if (bytes >= options_.direct ||
      block->size() - Block::SizeFor(bytes) >= Block::kLeastBytes) {
    Fail("free with a wrong size", block->Payload(), bytes);
  }
}

}  // namespace jsheap::freelist
