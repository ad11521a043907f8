// The one door between V8's ArrayBuffers and our heap: every block is charged
// to a budget, taken from the heap, and counted. Nothing is refused before the
// budget has counted every free and the heap has reclaimed what it can.
//
// V8 calls Allocate on the isolate's thread and Free there or on a sweeper
// thread; both, and all readings, are safe on any thread. Sizes are bytes.

#ifndef HOST_V8_MEMORY_ARRAY_BUFFER_ALLOCATOR_H_
#define HOST_V8_MEMORY_ARRAY_BUFFER_ALLOCATOR_H_

#include <v8-array-buffer.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "allocator/allocator.h"
#include "allocator/arena/arena_heap.h"
#include "allocator/budget/account.h"
#include "allocator/budget/budget.h"
#include "host/v8_memory/block_source.h"
#include "host/v8_memory/refusals.h"

namespace jshost {

// Hears that so many bytes of buffers were made. On the isolate's thread, from
// inside V8: must not enter it.
class BufferQuota {
 public:
  virtual ~BufferQuota() = default;
  virtual void OnQuotaUsed() = 0;
};

class ArrayBufferAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  // A typed array of at most this many bytes lives in V8's heap until its
  // `.buffer` is read; a null answer at that moment is fatal to V8
  // (js-array-buffer.cc:363), so blocks of this size are never refused.
  static constexpr size_t kNeverRefused = 64;

  // Both are held as long as a buffer lives, which may be longer than the
  // isolate does.
  ArrayBufferAllocator(std::shared_ptr<jsheap::Allocator> heap,
                       std::shared_ptr<jsheap::Budget> budget);
  ~ArrayBufferAllocator() override;

  void* Allocate(size_t bytes) override;
  void* AllocateUninitialized(size_t bytes) override;
  void Free(void* block, size_t bytes) override;

  // A live block of another allocator counts here from now on, as if it had
  // been allocated; false, and nothing has happened, when the budget refuses.
  // On the isolate's thread.
  bool Adopt(size_t bytes);
  // An own or adopted block counts elsewhere from now on.
  void Disown(size_t bytes) { account_.CountFree(bytes); }
  // A block that was disowned counts here again, whatever the budget says.
  void TakeBack(size_t bytes) {
    account_.CountAllocation(account_.Charge(bytes), bytes);
  }

  // A hint about a new block: see jsheap::Allocator.
  void ExpectDenseUse(void* block, size_t bytes) {
    heap_->ExpectDenseUse(block, bytes);
  }

  // What V8 refuses without asking. One below 32 GiB, since V8 aborts on
  // accounting for 32 GiB at once (api.cc:9751). Not the limit: V8 keeps the
  // first answer (isolate.h:2002), and also refuses by it what a resizable
  // buffer may only grow to (builtins-arraybuffer.cc:72).
  size_t MaxAllocationSize() const override;

  // Blocks, and bytes as requested.
  const jsheap::Account& account() const { return account_; }
  // What V8 takes beside the blocks for what it knows of each (a BackingStore,
  // its control block, an ArrayBufferExtension); bytes, as the slab has them.
  // Any thread.
  uint64_t record_bytes() const {
    constexpr uint64_t kEach = 192;
    const uint64_t without = without_record_.load(std::memory_order_relaxed);
    const uint64_t blocks = account_.live_blocks();
    return blocks > without ? (blocks - without) * kEach : 0;
  }
  // A block of no buffer, of which V8 knows nothing, comes or goes. Any thread.
  void CountWithoutRecord(int change) {
    without_record_.fetch_add(static_cast<uint64_t>(int64_t{change}),
                              std::memory_order_relaxed);
  }
  // Refused by the budget or by the heap.
  uint64_t failures() const {
    return failures_.load(std::memory_order_relaxed);
  }

  // From now on blocks come from `source`, which pays for them itself; null is
  // the heap again. On the isolate's thread.
  void set_source(BlockSource* source) { source_ = source; }
  // While it lives blocks come from the heap, whatever the source is. On the
  // isolate's thread.
  class FromHeap {
   public:
    explicit FromHeap(ArrayBufferAllocator* buffers)
        : buffers_(buffers), source_(buffers->source_) {
      buffers->source_ = nullptr;
    }
    ~FromHeap() { buffers_->source_ = source_; }
    FromHeap(const FromHeap&) = delete;
    FromHeap& operator=(const FromHeap&) = delete;

   private:
    ArrayBufferAllocator* const buffers_;
    BlockSource* const source_;
  };

  // What is dropped before a request is refused; may be null.
  void set_spare(SpareMemory* spare) { spare_ = spare; }

  // From now on `quota` hears of it when `bytes` have been allocated, once, and
  // then of each further block; null for nobody. Small blocks don't count, and
  // with `resident` blocks of which the heap expects little to be touched count
  // for a quarter. On the isolate's thread.
  void SetQuota(BufferQuota* quota, uint64_t bytes, bool resident) {
    quota_ = quota;
    quota_is_resident_ = resident;
    quota_left_ = quota == nullptr ? std::numeric_limits<int64_t>::max()
                                   : static_cast<int64_t>(bytes);
  }

  // The most that is live while it lives. On the isolate's thread; windows
  // nest.
  class PeakWindow : public jsheap::Account::PeakWindow {
   public:
    explicit PeakWindow(ArrayBufferAllocator* buffers)
        : jsheap::Account::PeakWindow(&buffers->account_) {}
  };

  // Memory that the host asked the budget for was refused.
  void OnRefusedToHost(size_t bytes);
  // Whether the last refusal was a source's, not the heap's.
  bool source_refused() const { return source_refused_; }

  const jsheap::Allocator& heap() const { return *heap_; }
  jsheap::Allocator& heap() { return *heap_; }
  const std::shared_ptr<jsheap::ArenaHeap>& arena_heap() const {
    return arena_heap_;
  }
  const jsheap::Budget& budget() const { return *budget_; }
  std::shared_ptr<jsheap::Budget> shared_budget() const { return budget_; }
  Refusals& refusals() { return refusals_; }
  const Refusals& refusals() const { return refusals_; }

 private:
  using Lane = jsheap::Account::Lane;

  // Smaller buffers are dropped with V8's own objects before they are many.
  static constexpr size_t kCountsForQuota = 2048;
  void CountForQuota(size_t bytes) {
    if (bytes < kCountsForQuota) return;
    const bool is_sparse = quota_is_resident_ && heap_->ExpectsSparseUse(bytes);
    quota_left_ -= static_cast<int64_t>(is_sparse ? bytes / 4 : bytes);
    if (quota_left_ < 0) [[unlikely]] {
      if (quota_ != nullptr) quota_->OnQuotaUsed();
    }
  }

  template <typename Take>
  void* Serve(size_t bytes, Take take);
  template <typename Take>
  void* ServeSlow(size_t bytes, Take take, Lane* lane);
  template <typename Take>
  void* TakeReclaimed(size_t bytes, Take take);
  Lane* TryChargeAgain(size_t bytes);
  void* ServeFromSource(size_t bytes, bool zeroed);
  void* Refuse(size_t bytes, bool by_source);
  void* AllocateFallback(size_t bytes);
  bool FreeFallback(void* block);

  const std::shared_ptr<jsheap::Allocator> heap_;
  const std::shared_ptr<jsheap::Budget> budget_;
  const std::shared_ptr<jsheap::ArenaHeap> arena_heap_;
  // Frees come on other threads than what is around them is used on.
  jsheap::Account account_;
  Refusals refusals_;
  BlockSource* source_ = nullptr;
  SpareMemory* spare_ = nullptr;
  BufferQuota* quota_ = nullptr;
  bool quota_is_resident_ = false;
  int64_t quota_left_ = std::numeric_limits<int64_t>::max();
  bool source_refused_ = false;

  std::atomic<uint64_t> failures_{0};

  // Blocks of at most kNeverRefused bytes that the exhausted heap could not
  // serve and the process's malloc did.
  std::atomic<uint64_t> without_record_{0};  // live blocks
  std::atomic<size_t> fallback_count_{0};
  std::mutex fallback_mutex_;
  std::unordered_set<void*> fallbacks_;
};

// Of the last request that was refused: "buffer limit of 8 MiB reached (7 MiB
// in use, 2 MiB more asked for)".
std::string DescribeRefusal(const ArrayBufferAllocator& buffers);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_ARRAY_BUFFER_ALLOCATOR_H_
