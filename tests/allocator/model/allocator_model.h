// An allocator next to a model of it: a table of the live blocks and what was
// written into them.

#ifndef TESTS_ALLOCATOR_MODEL_ALLOCATOR_MODEL_H_
#define TESTS_ALLOCATOR_MODEL_ALLOCATOR_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/allocator/model/operation.h"
#include "tests/allocator/model/pattern.h"
#include "tests/allocator/model/target.h"
#include "tests/allocator/model/threads.h"

namespace jsheap {

// Holds: blocks are aligned, large enough, apart from each other, zeroed where
// promised and keep what was written; statistics are the model's sums; the map
// is without gaps and Verify finds nothing.
class AllocatorModel {
 public:
  explicit AllocatorModel(Target target) : target_(std::move(target)) {}
  ~AllocatorModel();
  AllocatorModel(const AllocatorModel&) = delete;
  AllocatorModel& operator=(const AllocatorModel&) = delete;

  // Does it, and says what is wrong; empty when nothing is.
  std::string Run(const Operation& operation);

  // Frees everything, ends the threads, and looks whether anything is left.
  std::string Finish();

  // Whether an allocation may be refused.
  void set_may_fail(bool may_fail) { may_fail_ = may_fail; }
  uint64_t refusals() const { return refusals_; }

 private:
  struct Block {
    char* at;
    size_t bytes;   // asked for
    size_t usable;  // and written
    uint64_t id;
    Touch touch;
    bool is_unsized;  // to be freed without its size
  };

  std::string Do(const Operation& operation);
  std::string Allocate(const Operation& operation);
  std::string CheckNew(const Block& block, bool zeroed, size_t alignment) const;
  std::string Free(uint32_t which, size_t thread);
  std::string Look() const;
  std::string CheckStats() const;
  std::string CheckMap() const;
  uint64_t Occupied(const Block& block) const;

  Target target_;
  Threads threads_;
  std::vector<Block> blocks_;
  std::map<const char*, const char*> ranges_;  // of the blocks: start -> end
  uint64_t next_id_ = 0;
  uint64_t live_charge_ = 0;     // about the bytes asked for
  uint64_t occupied_bytes_ = 0;  // if target_.occupied
  bool may_fail_ = false;
  uint64_t refusals_ = 0;
};

// Runs the operations on a new allocator and finishes; what is wrong, or empty.
std::string RunOnAllocator(const TargetKind& kind,
                           const Operations& operations);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_ALLOCATOR_MODEL_H_
