#include "host/v8_memory/array_buffer_allocator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "allocator/size_text.h"

namespace jshost {
namespace {

constexpr size_t kLargestAccountable = (size_t{32} << 30) - 1;
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

ArrayBufferAllocator::ArrayBufferAllocator(
    std::shared_ptr<jsheap::Allocator> heap,
    std::shared_ptr<jsheap::Budget> budget)
    : heap_(std::move(heap)),
      budget_(std::move(budget)),
      arena_heap_(jsheap::ArenaHeap::For(heap_)),
      account_(budget_.get()) {}

ArrayBufferAllocator::~ArrayBufferAllocator() = default;

// Charges, takes a block with `take`, and counts it.
template <typename Take>
void* ArrayBufferAllocator::Serve(size_t bytes, Take take) {
  Lane* const lane = account_.TryCharge(bytes);
  if (lane != nullptr) [[likely]] {
    if (void* block = take(bytes)) [[likely]] {
      refusals_.OnServed();
      account_.CountAllocation(*lane, bytes);
      CountForQuota(bytes);
      return block;
    }
  }
  return ServeSlow(bytes, take, lane);
}

// The budget (`lane` is null) or the heap is exhausted.
template <typename Take>
[[gnu::noinline]] void* ArrayBufferAllocator::ServeSlow(size_t bytes, Take take,
                                                        Lane* lane) {
  const bool refusable = bytes > kNeverRefused;
  void* block = nullptr;
  if (lane == nullptr) {
    lane = TryChargeAgain(bytes);
    if (lane == nullptr) {
      if (refusable) return Refuse(bytes, /*by_source=*/false);
      lane = &account_.Charge(bytes);
    }
    block = take(bytes);
  }
  if (block == nullptr) block = TakeReclaimed(bytes, take);
  if (block == nullptr && !refusable) block = AllocateFallback(bytes);
  if (block == nullptr) {
    account_.Uncharge(bytes);
    return Refuse(bytes, /*by_source=*/false);
  }
  refusals_.OnServed();
  account_.CountAllocation(*lane, bytes);
  return block;
}

// What the heap says once it has got back all that it can get back.
template <typename Take>
void* ArrayBufferAllocator::TakeReclaimed(size_t bytes, Take take) {
  heap_->IdleThread();
  if (jsheap::Reclaimable* reclaimable = heap_->reclaimable()) {
    reclaimable->Trim();
  }
  return take(bytes);
}

// Without what is kept for later.
ArrayBufferAllocator::Lane* ArrayBufferAllocator::TryChargeAgain(size_t bytes) {
  return spare_ != nullptr && spare_->DropSpare() != 0
             ? account_.TryCharge(bytes)
             : nullptr;
}

// A source pays for its chunks.
void* ArrayBufferAllocator::ServeFromSource(size_t bytes, bool zeroed) {
  void* block = source_->AllocateBlock(bytes, zeroed);
  if (block == nullptr) {
    if (bytes <= kNeverRefused) return nullptr;
    return Refuse(bytes, /*by_source=*/true);
  }
  refusals_.OnServed();
  account_.CountUnpaidAllocation(bytes);
  return block;
}

void* ArrayBufferAllocator::Refuse(size_t bytes, bool by_source) {
  source_refused_ = by_source;
  failures_.fetch_add(1, kRelaxed);
  refusals_.OnRefused(bytes);
  return nullptr;
}

bool ArrayBufferAllocator::Adopt(size_t bytes) {
  Lane* lane = account_.TryCharge(bytes);
  if (lane == nullptr) lane = TryChargeAgain(bytes);
  if (lane == nullptr) {
    OnRefusedToHost(bytes);
    return false;
  }
  account_.CountAllocation(*lane, bytes);
  CountForQuota(bytes);
  return true;
}

void ArrayBufferAllocator::OnRefusedToHost(size_t bytes) {
  failures_.fetch_add(1, kRelaxed);
  source_refused_ = false;
  refusals_.OnRefusedToHost(bytes);
}

void* ArrayBufferAllocator::Allocate(size_t bytes) {
  if (source_ != nullptr) [[unlikely]] {
    void* block = ServeFromSource(bytes, /*zeroed=*/true);
    if (block != nullptr || bytes > kNeverRefused) return block;
  }
  return Serve(bytes,
               [this](size_t size) { return heap_->AllocateZeroed(size); });
}

void* ArrayBufferAllocator::AllocateUninitialized(size_t bytes) {
  if (source_ != nullptr) [[unlikely]] {
    void* block = ServeFromSource(bytes, /*zeroed=*/false);
    if (block != nullptr || bytes > kNeverRefused) return block;
  }
  return Serve(bytes, [this](size_t size) { return heap_->Allocate(size); });
}

void ArrayBufferAllocator::Free(void* block, size_t bytes) {
  if (block == nullptr) return;
  if (arena_heap_->Owns(block)) {
    arena_heap_->FreeCounted(block, bytes);
    account_.CountUnpaidFree(bytes);
    return;
  }
  const bool is_fallback = bytes <= kNeverRefused &&
                           fallback_count_.load(kRelaxed) != 0 &&
                           FreeFallback(block);
  if (!is_fallback) [[likely]]
    heap_->Free(block, bytes);
  account_.CountFree(bytes);
}

size_t ArrayBufferAllocator::MaxAllocationSize() const {
  return std::min(kLargestAccountable,
                  v8::ArrayBuffer::Allocator::MaxAllocationSize());
}

void* ArrayBufferAllocator::AllocateFallback(size_t bytes) {
  void* block = std::calloc(1, std::max<size_t>(bytes, 1));
  if (block == nullptr) return nullptr;
  std::lock_guard lock(fallback_mutex_);
  fallbacks_.insert(block);
  fallback_count_.store(fallbacks_.size(), kRelaxed);
  return block;
}

bool ArrayBufferAllocator::FreeFallback(void* block) {
  std::lock_guard lock(fallback_mutex_);
  if (fallbacks_.erase(block) == 0) return false;
  fallback_count_.store(fallbacks_.size(), kRelaxed);
  std::free(block);
  return true;
}

std::string DescribeRefusal(const ArrayBufferAllocator& buffers) {
  const jsheap::Budget& budget = buffers.budget();
  const uint64_t bytes = buffers.refusals().last_bytes();
  const jsheap::Budget* obstacle = budget.ObstacleFor(bytes);
  if (obstacle == nullptr && budget.lowest_limit() == budget.limit() &&
      budget.limit() != jsheap::Budget::kUnlimited) {
    obstacle = &budget;  // There is room again.
  }
  std::string what = "the heap has no memory left for buffers";
  if (obstacle != nullptr) {
    what = fmt::format("{} limit of {} reached",
                       obstacle == &budget ? "buffer" : "memory",
                       jsheap::FormatSize(obstacle->limit()));
  } else if (buffers.source_refused()) {
    what = "an arena has no memory left for buffers";
  } else if (budget.IsLimited()) {
    // V8's heap has become smaller since.
    what = fmt::format("memory limit of {} reached",
                       jsheap::FormatSize(budget.lowest_limit()));
  }
  return fmt::format(
      "{} ({} in use, {} more asked for)", what,
      jsheap::FormatSize((obstacle ? obstacle : &budget)->used()),
      jsheap::FormatSize(bytes));
}

}  // namespace jshost
