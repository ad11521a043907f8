// Random workloads as lists of plain operations, which can be shrunk, printed
// and read back.
//
// An operation names a block, thread or arena by a number that the model takes
// modulo what there is, blocks from the newest on, and one that makes no sense
// at the moment does nothing: so any part of a list is a list that can be run.

#ifndef TESTS_ALLOCATOR_MODEL_OPERATION_H_
#define TESTS_ALLOCATOR_MODEL_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jsheap {

struct Operation {
  enum class Kind : uint8_t {
    // Allocators and page heaps. For an allocation, the lowest bit of `which`
    // says whether the block is touched all over or only here and there, and
    // the others choose the alignment where one can be given.
    kAllocate,
    kAllocateZeroed,
    kAllocateAligned,
    kFree,       // block `which`, on thread `thread`
    kFlush,      // FlushThread
    kIdle,       // IdleThread
    kEndThread,  // ends the thread; the next operation there starts a new one
    kTick,
    kTrim,
    kCoalesce,
    kLook,  // map, statistics, verification

    // Arenas. `which` is the arena, and its multiple of 8 the alignment.
    kMakeArena,  // in slot `which`, with chunks of `bytes`
    kDisposeArena,
    kResetArena,
    kAllocateCounted,
    kFreeCounted,  // counted block `which`
  };

  Kind kind = Kind::kLook;
  uint32_t thread = 0;
  uint32_t which = 0;
  uint64_t bytes = 0;

  bool operator==(const Operation&) const = default;
};

using Operations = std::vector<Operation>;

// Takes the block that `which` names out of a vector that isn't empty.
template <typename Block>
Block TakeOut(std::vector<Block>& blocks, uint32_t which) {
  const auto at = blocks.end() - 1 - which % blocks.size();
  Block block = *at;
  blocks.erase(at);
  return block;
}

// "allocate 0 2 64; free 1 0 0": kind, thread, which, bytes.
std::string ToText(const Operations& operations);

// The same read back; empty, with what can't be read in `*error`, else.
std::optional<Operations> ParseOperations(std::string_view text,
                                          std::string* error);

// What random operations are drawn from.
struct Menu {
  struct Entry {
    Operation::Kind kind;
    uint32_t weight;
  };
  // Bytes are drawn from 0 to `most`, or from `least` on.
  struct Sizes {
    uint64_t least;
    uint64_t most;
    uint32_t weight;
  };
  std::vector<Entry> kinds;
  std::vector<Sizes> sizes;
  uint32_t threads = 1;
};

// Menus for the three models.
const Menu& AllocatorMenu();
const Menu& ArenaMenu();
const Menu& PageHeapMenu();

// `count` operations, the same ones for the same seed.
Operations RandomOperations(const Menu& menu, uint64_t seed, size_t count);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_OPERATION_H_
