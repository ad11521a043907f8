// Arenas next to a model of them: which blocks each has, and which counted ones
// outlive it.

#ifndef TESTS_ALLOCATOR_MODEL_ARENA_MODEL_H_
#define TESTS_ALLOCATOR_MODEL_ARENA_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "allocator/arena/arena.h"
#include "allocator/budget/budget.h"
#include "allocator/pages/page_heap.h"
#include "tests/allocator/model/operation.h"
#include "tests/allocator/model/threads.h"

namespace jsheap {

// Holds: blocks are aligned, apart from each other, zeroed where promised and
// keep what was written; counted blocks do so over resets and beyond their
// arena's end; the budget is charged what the arenas have, and nothing is left
// at the end.
class ArenaModel {
 public:
  ArenaModel();
  ~ArenaModel();
  ArenaModel(const ArenaModel&) = delete;
  ArenaModel& operator=(const ArenaModel&) = delete;

  bool ok() const { return pages_.ok(); }
  std::string Run(const Operation& operation);
  std::string Finish();

  // Whether an allocation may be refused.
  void set_may_fail(bool may_fail) { may_fail_ = may_fail; }
  uint64_t refusals() const { return refusals_; }

 private:
  struct Block {
    char* at;
    size_t bytes;
    uint64_t id;
  };
  struct Slot {
    std::unique_ptr<Arena> arena;
    std::vector<Block> blocks;  // plain ones
    uint64_t bytes = 0;         // of them, without padding
  };

  std::string Allocate(Slot& slot, const Operation& operation);
  std::string CheckNew(const Block& block, bool zeroed, size_t alignment) const;
  std::string FreeCounted(uint32_t which, size_t thread);
  std::string EndPlain(Slot& slot);
  std::string Look();

  PageHeap pages_;
  Budget budget_;
  Threads threads_;
  std::array<Slot, 3> slots_;
  std::vector<Block> counted_;
  std::map<const char*, const char*> ranges_;  // of all blocks: start -> end
  uint64_t next_id_ = 0;
  bool may_fail_ = false;
  uint64_t refusals_ = 0;
};

std::string RunOnArenas(const Operations& operations);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_ARENA_MODEL_H_
