#include "host/v8_memory/array_buffer_allocator.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

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
      arena_heap_(jsheap::ArenaHeap::For(heap_)) {}

ArrayBufferAllocator::~ArrayBufferAllocator() = default;

// Charges, takes a block with `take`, and undoes the charge when there is none.
template <typename Take>
void* ArrayBufferAllocator::Serve(size_t bytes, Take take) {
  const bool refusable = bytes > kNeverRefused;
  if (!TryCharge(bytes)) {
    if (refusable) {
      failures_.fetch_add(1, kRelaxed);
      source_refused_ = false;
      refusals_.OnRefused(bytes);
      return nullptr;
    }
    budget_->Charge(bytes);
  }
  void* block = take(bytes);
  if (block == nullptr && !refusable) block = AllocateFallback(bytes);
  if (block == nullptr) {
    budget_->Release(bytes);
    failures_.fetch_add(1, kRelaxed);
    source_refused_ = false;
    refusals_.OnRefused(bytes);
    return nullptr;
  }
  refusals_.OnServed();
  CountAllocation(bytes);
  return block;
}

void ArrayBufferAllocator::OnRefusedToHost(size_t bytes) {
  failures_.fetch_add(1, kRelaxed);
  source_refused_ = false;
  refusals_.OnRefusedToHost(bytes);
}

bool ArrayBufferAllocator::TryCharge(size_t bytes) {
  if (budget_->TryCharge(bytes)) return true;
  return spare_ != nullptr && spare_->DropSpare() != 0 &&
         budget_->TryCharge(bytes);
}

// A source pays for its chunks.
void* ArrayBufferAllocator::ServeFromSource(size_t bytes, bool zeroed) {
  void* block = source_->AllocateBlock(bytes, zeroed);
  if (block == nullptr) {
    if (bytes <= kNeverRefused) return nullptr;
    source_refused_ = true;
    failures_.fetch_add(1, kRelaxed);
    refusals_.OnRefused(bytes);
    return nullptr;
  }
  refusals_.OnServed();
  CountAllocation(bytes);
  return block;
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
  } else {
    if (bytes > kNeverRefused || !FreeFallback(block)) {
      heap_->Free(block, bytes);
    }
    budget_->Release(bytes);
  }
  freed_.blocks.fetch_add(1, kRelaxed);
  freed_.bytes.fetch_add(bytes, kRelaxed);
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
  if (fallback_count_.load(kRelaxed) == 0) return false;
  std::lock_guard lock(fallback_mutex_);
  if (fallbacks_.erase(block) == 0) return false;
  fallback_count_.store(fallbacks_.size(), kRelaxed);
  std::free(block);
  return true;
}

void ArrayBufferAllocator::CountAllocation(size_t bytes) {
  allocated_.blocks.fetch_add(1, kRelaxed);
  const uint64_t total = allocated_.bytes.fetch_add(bytes, kRelaxed) + bytes;
  const uint64_t live = total - freed_.bytes.load(kRelaxed);
  uint64_t peak = window_peak_bytes_.load(kRelaxed);
  while (live > peak &&
         !window_peak_bytes_.compare_exchange_weak(peak, live, kRelaxed)) {
  }
}

ArrayBufferAllocator::PeakWindow::PeakWindow(ArrayBufferAllocator* buffers)
    : buffers_(buffers),
      outer_peak_bytes_(buffers->window_peak_bytes_.load(kRelaxed)) {
  buffers_->earlier_peak_bytes_.store(buffers_->peak_live_bytes(), kRelaxed);
  buffers_->window_peak_bytes_.store(buffers_->live_bytes(), kRelaxed);
}

ArrayBufferAllocator::PeakWindow::~PeakWindow() {
  buffers_->window_peak_bytes_.store(
      std::max(outer_peak_bytes_, peak_live_bytes()), kRelaxed);
}

uint64_t ArrayBufferAllocator::allocations() const {
  return allocated_.blocks.load(kRelaxed);
}
uint64_t ArrayBufferAllocator::frees() const {
  return freed_.blocks.load(kRelaxed);
}
// Frees are read first: read later, they could outnumber the allocations.
uint64_t ArrayBufferAllocator::live_blocks() const {
  const uint64_t freed = freed_.blocks.load(kRelaxed);
  return allocated_.blocks.load(kRelaxed) - freed;
}
uint64_t ArrayBufferAllocator::live_bytes() const {
  const uint64_t freed = freed_.bytes.load(kRelaxed);
  return allocated_.bytes.load(kRelaxed) - freed;
}
uint64_t ArrayBufferAllocator::peak_live_bytes() const {
  return std::max(window_peak_bytes_.load(kRelaxed),
                  earlier_peak_bytes_.load(kRelaxed));
}
uint64_t ArrayBufferAllocator::allocated_bytes() const {
  return allocated_.bytes.load(kRelaxed);
}
uint64_t ArrayBufferAllocator::failures() const {
  return failures_.load(kRelaxed);
}

}  // namespace jshost
