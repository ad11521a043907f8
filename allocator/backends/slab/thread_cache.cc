#include "allocator/backends/slab/thread_cache.h"

#include <algorithm>

#include "allocator/os/memory.h"

namespace jsheap::slab {
namespace {

void* BlockOf(uintptr_t entry) {
  return reinterpret_cast<void*>(entry & ~uintptr_t{1});
}

}  // namespace

ThreadCache::ThreadCache(SlabPool& pool) : pool_(pool) {
  uintptr_t* next = slots_.data();
  for (size_t i = 0; i < stacks_.size(); ++i) {
    // The stack's end is 0 already; writing it would cost a page fault.
    ++next;
    stacks_[i].blocks = next;
    stacks_[i].top.store(next, std::memory_order_relaxed);
    stacks_[i].limit = next + kSizeClasses[i].cached;
    next += kSizeClasses[i].most_cached;
  }
}

void ThreadCache::Free(Slab* slab, void* block) {
  if (TryFree(slab, block)) return;
  const uint8_t size_class = slab->size_class.load(std::memory_order_relaxed);
  Stack& stack = stacks_[size_class];
  if (slab->home.load(std::memory_order_relaxed) == this) {
    if (!RaiseLimit(stack, size_class)) {
      ReturnLowest(stack, stack.Count() / 2);
    }
    TryFree(slab, block);
  } else {
    Bump(stack.taken, -1);
    FreeRemote(slab, block, size_class);
  }
}

// A thread that frees many blocks in a row will likely want them back: doubles
// how many its stack may hold. (As tcmalloc's thread caches grow.)
bool ThreadCache::RaiseLimit(Stack& stack, size_t size_class) {
  const SizeClass& c = kSizeClasses[size_class];
  const uint32_t limit = static_cast<uint32_t>(stack.limit - stack.blocks);
  const uint32_t more = std::min<uint32_t>(limit, c.most_cached - limit);
  const size_t bytes = size_t{more} * c.size;
  if (more == 0 || grown_bytes_ + bytes > kMostGrownBytes) return false;
  stack.limit += more;
  grown_bytes_ += bytes;
  return true;
}

// Fills half of an empty stack; false when out of memory.
bool ThreadCache::Refill(int size_class) {
  Stack& stack = stacks_[static_cast<size_t>(size_class)];
  const uint32_t wanted =
      (kSizeClasses[static_cast<size_t>(size_class)].cached + 1u) / 2;
  for (;;) {
    if (stack.active == nullptr) {
      stack.active = pool_.Acquire(size_class, this);
      if (stack.active == nullptr) {
        // What this thread owes may be what is missing.
        FlushRemote();
        stack.active = pool_.Acquire(size_class, this);
        if (stack.active == nullptr) return false;
      }
    }
    const uint32_t taken = stack.active->Take(stack.blocks, wanted);
    if (taken != 0) {
      stack.top.store(stack.blocks + taken, std::memory_order_relaxed);
      Bump(stack.taken, taken);
      pool_.CountAllocations(taken);
      return true;
    }
    if (SlabPool::TryLeave(stack.active)) stack.active = nullptr;
  }
}

// Returns the blocks that were freed first: the last ones are still in the
// processor's cache.
void ThreadCache::ReturnLowest(Stack& stack, uint32_t returned) {
  ReturnBatch batch;
  for (uint32_t i = 0; i < returned; ++i) {
    void* block = BlockOf(stack.blocks[i]);
    const bool is_zero = (stack.blocks[i] & 1) != 0;
    batch.Add(pool_, pool_.SlabOf(block), block, is_zero);
  }
  batch.Flush(pool_);
  const uint32_t left = stack.Count() - returned;
  std::copy_n(stack.blocks + returned, left, stack.blocks);
  stack.top.store(stack.blocks + left, std::memory_order_relaxed);
  Bump(stack.taken, -int64_t{returned});
}

void ThreadCache::FreeRemote(Slab* slab, void* block, size_t size_class) {
  // Not written with zeroes here, although this thread's time may be cheaper:
  // see large_blocks.h. Below 1 KiB it gains nothing either, as the thread that
  // asks for zeroes is about to touch the block anyway.
  remote_.Add(pool_, slab, block, /*is_zero=*/false);
  remote_bytes_ += kSizeClasses[size_class].size;
  if (remote_bytes_ > kMostRemoteBytes) FlushRemote();
}

void ThreadCache::FlushRemote() {
  remote_.Flush(pool_);
  remote_bytes_ = 0;
}

// The stacks' ends stay 0.
void ThreadCache::Shrink() {
  const size_t page = os::OsPageBytes();
  const auto slots = reinterpret_cast<uintptr_t>(slots_.data());
  const uintptr_t first = RoundUp(slots, page);
  const uintptr_t end = (slots + sizeof slots_) / page * page;
  (void)os::Purge(reinterpret_cast<void*>(first), end - first);
}

void ThreadCache::HandBack() {
  FlushRemote();
  grown_bytes_ = 0;
  for (size_t i = 0; i < stacks_.size(); ++i) {
    Stack& stack = stacks_[i];
    stack.limit = stack.blocks + kSizeClasses[i].cached;
    ReturnLowest(stack, stack.Count());
    if (stack.active != nullptr) {
      pool_.HandBack(stack.active);
      stack.active = nullptr;
    }
  }
}

}  // namespace jsheap::slab
