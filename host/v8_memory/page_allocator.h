// The process's page allocator for V8: passes everything on to V8's own and
// counts, and bounds what resizable buffers and wasm memories commit.
//
// V8 takes pages for its heap, code and stacks here too, and dies when it gets
// none. Those of the heap are refused only where that is meant (HeapPages);
// else only one thing is ever refused: making a buffer's reservation
// readable and writable beyond a budget. Such a reservation is told apart by
// all of these together:
//   - it was reserved without access (V8's heap pages come readable and
//     writable, code ranges as kNoAccessWillJitLater);
//   - aligned to one page or to 64 KiB (cppgc's pages ask for 128 KiB);
//   - on a thread that runs JavaScript under a budget (see BudgetScope; code
//     ranges and tables are reserved before);
//   - the commit starts at its base (wasm stacks commit a page further on).
// Anything else is passed on untouched.
//
// Thread-safe. Sizes are bytes.

#ifndef HOST_V8_MEMORY_PAGE_ALLOCATOR_H_
#define HOST_V8_MEMORY_PAGE_ALLOCATOR_H_

#include <v8-platform.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "allocator/budget/budget.h"
#include "host/v8_memory/refusals.h"

namespace jshost {

class PageAllocator final : public v8::PageAllocator {
 public:
  // Is asked before V8's heap gets pages, on the thread that wants them.
  class HeapPages {
   public:
    virtual ~HeapPages() = default;
    // False when there should be none: V8's last chance is a collection. May be
    // called with V8's locks held, and in the middle of a collection.
    virtual bool OnHeapPages(size_t bytes) = 0;
  };

  // Who pays for the buffers that the calling thread reserves.
  struct Payer {
    std::shared_ptr<jsheap::Budget> budget;
    Refusals* refusals = nullptr;  // told on this thread only
    // Counts the committed bytes, if set; lives as long as the budget.
    std::atomic<uint64_t>* committed = nullptr;
    HeapPages* heap_pages = nullptr;
  };

  // While it lives, the calling thread's reservations are bounded. `payer`
  // must outlive it; scopes nest.
  class BudgetScope {
   public:
    explicit BudgetScope(const Payer* payer);
    ~BudgetScope();
    BudgetScope(const BudgetScope&) = delete;
    BudgetScope& operator=(const BudgetScope&) = delete;

   private:
    const Payer* const previous_;
  };

  // `next` must outlive this.
  explicit PageAllocator(v8::PageAllocator* next) : next_(next) {}

  // Address space held through this allocator, of any kind.
  uint64_t reserved_bytes() const {
    return reserved_bytes_.load(std::memory_order_relaxed);
  }
  // Readable and writable bytes of resizable buffers and wasm memories.
  uint64_t buffer_bytes() const {
    return buffer_bytes_.load(std::memory_order_relaxed);
  }

  size_t AllocatePageSize() override { return next_->AllocatePageSize(); }
  size_t CommitPageSize() override { return next_->CommitPageSize(); }
  void SetRandomMmapSeed(int64_t seed) override {
    next_->SetRandomMmapSeed(seed);
  }
  void* GetRandomMmapAddr() override { return next_->GetRandomMmapAddr(); }
  void* AllocatePages(void* address, size_t length, size_t alignment,
                      Permission permissions) override;
  void* AllocatePages(size_t length, size_t alignment, Permission permissions,
                      AllocationHint hint) override;
  bool ResizeAllocationAt(void* address, size_t old_length, size_t new_length,
                          Permission permissions) override;
  bool FreePages(void* address, size_t length) override;
  bool ReleasePages(void* address, size_t length, size_t new_length) override;
  bool SetPermissions(void* address, size_t length,
                      Permission permissions) override;
  bool RecommitPages(void* address, size_t length,
                     Permission permissions) override {
    return next_->RecommitPages(address, length, permissions);
  }
  bool DiscardSystemPages(void* address, size_t size) override {
    return next_->DiscardSystemPages(address, size);
  }
  bool DecommitPages(void* address, size_t size) override;
  bool SealPages(void* address, size_t length) override {
    return next_->SealPages(address, length);
  }
  bool ReserveForSharedMemoryMapping(void* address, size_t size) override {
    return next_->ReserveForSharedMemoryMapping(address, size);
  }
  std::unique_ptr<SharedMemory> AllocateSharedPages(
      size_t length, const void* original_address) override {
    return next_->AllocateSharedPages(length, original_address);
  }
  bool CanAllocateSharedPages() override {
    return next_->CanAllocateSharedPages();
  }

 private:
  // A reservation that may be a buffer's. Invariant: the first `committed`
  // bytes are readable and writable and charged to `budget`.
  struct Reservation {
    size_t length = 0;
    size_t committed = 0;
    std::shared_ptr<jsheap::Budget> budget;
    std::atomic<uint64_t>* counter = nullptr;
  };
  using Reservations = std::map<uintptr_t, Reservation>;

  // Whether these are pages of the calling thread's isolate for objects.
  static bool AreHeapPages(size_t alignment, Permission permissions);
  // Whether they may be had, if that is what they are.
  static bool MayHavePages(size_t length, size_t alignment,
                           Permission permissions);
  // Whether a reservation by the calling thread may be a buffer's.
  bool MayBeBuffer(size_t alignment, Permission permissions);
  void Note(void* address, size_t length, size_t alignment,
            Permission permissions);
  void Forget(void* address);
  Reservations::iterator Containing(uintptr_t address);
  bool Commit(Reservation& reservation, void* base, size_t length);
  void Uncommit(Reservation& reservation, size_t committed);

  v8::PageAllocator* const next_;
  std::atomic<uint64_t> reserved_bytes_{0};
  std::atomic<uint64_t> buffer_bytes_{0};
  std::mutex mutex_;
  Reservations reservations_;  // by base; guarded by mutex_
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_PAGE_ALLOCATOR_H_
