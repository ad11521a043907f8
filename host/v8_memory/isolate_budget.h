// What one isolate may use of memory, as a tree of budgets:
//
//   process (if there is one)
//     total              --memory-limit
//       JavaScript heap  what V8 has committed; see heap_limit.h
//       buffers          --buffer-limit: ArrayBuffers, resizable buffers and
//                        wasm memories, arenas, native objects
//
// Buffers are held to the limits to the byte. V8's heap can't be refused
// anything; what it commits is charged after the fact. Its other memory (zones,
// compiled code's metadata, the parser's) is reported, not charged.
//
// The budgets' names are those of the contract's Limits, and what error.limit
// says.
//
// Thread-safe. Sizes are bytes.

#ifndef HOST_V8_MEMORY_ISOLATE_BUDGET_H_
#define HOST_V8_MEMORY_ISOLATE_BUDGET_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "allocator/budget/budget.h"

namespace jshost {

class IsolateBudget {
 public:
  // `process` may be null and must outlive this.
  IsolateBudget(uint64_t total_limit, uint64_t buffer_limit,
                jsheap::Budget* process)
      : total_(total_limit, process, "total"),
        js_heap_(jsheap::Budget::kUnlimited, &total_, "jsHeap"),
        buffers_(buffer_limit, &total_, "buffers") {}
  IsolateBudget(const IsolateBudget&) = delete;
  IsolateBudget& operator=(const IsolateBudget&) = delete;

  jsheap::Budget& total() { return total_; }
  const jsheap::Budget& total() const { return total_; }
  jsheap::Budget& js_heap() { return js_heap_; }
  jsheap::Budget& buffers() { return buffers_; }
  const jsheap::Budget& buffers() const { return buffers_; }

  // The budget of buffers, which keeps all of it alive: a buffer may live
  // longer than its isolate.
  static std::shared_ptr<jsheap::Budget> Buffers(
      const std::shared_ptr<IsolateBudget>& budget) {
    return {budget, &budget->buffers_};
  }

  // Of what is charged to buffers: pages of resizable buffers and wasm
  // memories.
  uint64_t page_bytes() const {
    return page_bytes_.load(std::memory_order_relaxed);
  }
  std::atomic<uint64_t>& page_counter() { return page_bytes_; }

 private:
  jsheap::Budget total_;
  jsheap::Budget js_heap_;
  jsheap::Budget buffers_;
  std::atomic<uint64_t> page_bytes_{0};
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_ISOLATE_BUDGET_H_
