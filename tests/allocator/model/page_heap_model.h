// A page heap next to a model of it: who owns which pages, and what they hold.

#ifndef TESTS_ALLOCATOR_MODEL_PAGE_HEAP_MODEL_H_
#define TESTS_ALLOCATOR_MODEL_PAGE_HEAP_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "allocator/pages/page_heap.h"
#include "tests/allocator/model/operation.h"

namespace jsheap {

// Holds: spans are aligned and apart from each other, keep what was written,
// and what the heap says is zero is; its statistics are the model's sums.
class PageHeapModel {
 public:
  PageHeapModel();
  PageHeapModel(const PageHeapModel&) = delete;
  PageHeapModel& operator=(const PageHeapModel&) = delete;

  bool ok() const { return pages_.ok(); }
  std::string Run(const Operation& operation);
  std::string Finish();

  // Whether an allocation may be refused.
  void set_may_fail(bool may_fail) { may_fail_ = may_fail; }
  uint64_t refusals() const { return refusals_; }

 private:
  struct Block {
    Span* span;
    uint32_t pages;
    uint64_t id;
  };

  std::string Allocate(const Operation& operation);
  void ZeroAhead(const Span* span, uint32_t most_pages);
  std::string Free(uint32_t which, uint32_t zero_pages);
  std::string Look() const;
  std::string CheckSpans() const;

  PageHeap pages_;
  std::vector<Block> blocks_;
  uint64_t next_id_ = 0;
  uint64_t live_pages_ = 0;
  bool may_fail_ = false;
  uint64_t refusals_ = 0;
};

std::string RunOnPageHeap(const Operations& operations);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_PAGE_HEAP_MODEL_H_
