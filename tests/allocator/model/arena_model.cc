#include "tests/allocator/model/arena_model.h"

#include <iterator>

#include "tests/allocator/model/pattern.h"

namespace jsheap {
namespace {

using Kind = Operation::Kind;

constexpr size_t kReserve = size_t{256} << 20;
constexpr uint64_t kArenaLimit = uint64_t{24} << 20;

}  // namespace

ArenaModel::ArenaModel() : pages_(kReserve, /*or_less=*/false) {}

ArenaModel::~ArenaModel() {
  threads_.EndAll();
  for (Slot& slot : slots_) slot.arena.reset();
  // The chunks' accounts end with their last blocks.
  for (const Block& block : counted_) {
    Arena::Free(pages_.map().HeadOf(block.at), block.bytes);
  }
}

std::string ArenaModel::Run(const Operation& operation) {
  Slot& slot = slots_[operation.which % slots_.size()];
  const bool exists = slot.arena != nullptr;
  switch (operation.kind) {
    case Kind::kMakeArena:
      if (exists) return "";
      slot.arena = std::make_unique<Arena>(
          pages_, ArenaOptions{.lifetime = static_cast<Lifetime>(
                                   operation.which % kLifetimes),
                               .chunk_bytes = operation.bytes % (2 << 20),
                               .limit = kArenaLimit,
                               .parent = &budget_});
      return "";
    case Kind::kDisposeArena:
    case Kind::kResetArena: {
      if (!exists) return "";
      std::string fault = EndPlain(slot);
      if (operation.kind == Kind::kDisposeArena) {
        slot.arena.reset();
      } else {
        slot.arena->Reset();
      }
      return fault;
    }
    case Kind::kAllocate:
    case Kind::kAllocateZeroed:
    case Kind::kAllocateCounted:
      return exists ? Allocate(slot, operation) : "";
    case Kind::kFreeCounted:
      if (counted_.empty()) return "";
      return FreeCounted(operation.which, operation.thread);
    case Kind::kTick:
      (void)pages_.Tick();
      return "";
    case Kind::kTrim:
      pages_.Trim();
      return "";
    case Kind::kLook:
      return Look();
    default:
      return "";
  }
}

std::string ArenaModel::Allocate(Slot& slot, const Operation& operation) {
  const bool is_counted = operation.kind == Kind::kAllocateCounted;
  const bool zeroed = operation.kind == Kind::kAllocateZeroed ||
                      (is_counted && operation.which / 2 % 2 == 0);
  const size_t alignment = size_t{1} << (operation.which / 8 % 14);
  const size_t bytes = operation.bytes;
  void* at = is_counted ? slot.arena->AllocateCounted(bytes, zeroed, alignment)
             : zeroed   ? slot.arena->AllocateZeroed(bytes, alignment)
                        : slot.arena->Allocate(bytes, alignment);
  if (at == nullptr) {
    ++refusals_;
    // A limit may be in the way of one chunk more.
    if (may_fail_ ||
        slot.arena->Stats().chunk_bytes + (4 << 20) > kArenaLimit) {
      return "";
    }
    return "an arena refused " + std::to_string(bytes) + " bytes";
  }
  const Block block{static_cast<char*>(at), bytes, next_id_++};
  std::string fault = CheckNew(block, zeroed, alignment);
  if (!fault.empty()) return fault;
  WritePattern(block.at, bytes, block.id, Touch::kAll);
  if (is_counted) {
    counted_.push_back(block);
  } else {
    slot.blocks.push_back(block);
    slot.bytes += bytes;
  }
  if (bytes != 0) ranges_[block.at] = block.at + bytes;
  return "";
}

std::string ArenaModel::CheckNew(const Block& block, bool zeroed,
                                 size_t alignment) const {
  if (reinterpret_cast<uintptr_t>(block.at) % alignment != 0) {
    return "a block isn't aligned to " + std::to_string(alignment);
  }
  const auto next = ranges_.lower_bound(block.at);
  if ((next != ranges_.end() && next->first < block.at + block.bytes) ||
      (next != ranges_.begin() && std::prev(next)->second > block.at)) {
    return "a block of " + std::to_string(block.bytes) +
           " bytes overlaps a live one";
  }
  if (zeroed && !ReadsAsZero(block.at, block.bytes, Touch::kAll)) {
    return "a zeroed block of " + std::to_string(block.bytes) +
           " bytes isn't zero";
  }
  return "";
}

std::string ArenaModel::FreeCounted(uint32_t which, size_t thread) {
  const Block block = TakeOut(counted_, which);
  if (block.bytes != 0) ranges_.erase(block.at);
  const bool kept = HasPattern(block.at, block.bytes, block.id, Touch::kAll);
  threads_.Run(
      thread, [&] { Arena::Free(pages_.map().HeadOf(block.at), block.bytes); });
  return kept ? "" : "a counted block lost its contents";
}

// Before a reset or an arena's end.
std::string ArenaModel::EndPlain(Slot& slot) {
  std::string fault;
  for (const Block& block : slot.blocks) {
    if (!HasPattern(block.at, block.bytes, block.id, Touch::kAll)) {
      fault = "a plain block lost its contents";
    }
    if (block.bytes != 0) ranges_.erase(block.at);
  }
  slot.blocks.clear();
  slot.bytes = 0;
  return fault;
}

std::string ArenaModel::Look() {
  if (const char* fault = pages_.Verify()) return fault;
  uint64_t chunk_bytes = 0;
  for (const Slot& slot : slots_) {
    if (slot.arena == nullptr) continue;
    const ArenaStats stats = slot.arena->Stats();
    if (stats.used_bytes < slot.bytes) return "an arena uses less than it has";
    if (stats.peak_bytes < stats.used_bytes) return "a peak is below its value";
    if (stats.chunk_bytes > kArenaLimit) return "an arena is over its limit";
    chunk_bytes += stats.chunk_bytes;
  }
  // Counted blocks of arenas that are gone are charged too.
  if (budget_.used() < chunk_bytes) return "the budget knows too little";
  const PageHeap::Stats pages = pages_.ReadStats();
  if (budget_.used() != pages.committed_bytes - pages.free_bytes) {
    return "the budget isn't what the page heap handed out";
  }
  return "";
}

std::string ArenaModel::Finish() {
  std::string fault = Look();
  for (Slot& slot : slots_) {
    if (fault.empty()) fault = EndPlain(slot);
    slot.arena.reset();
  }
  while (fault.empty() && !counted_.empty()) {
    fault = FreeCounted(0, counted_.size() % 2);
  }
  if (!fault.empty()) return fault;
  if (budget_.used() != 0) return "the budget is charged for nothing";
  if (pages_.ReadStats().spans.in_use != 0) return "a chunk was lost";
  return Look();
}

std::string RunOnArenas(const Operations& operations) {
  ArenaModel model;
  if (!model.ok()) return "the system refused the addresses";
  for (const Operation& operation : operations) {
    std::string fault = model.Run(operation);
    if (!fault.empty()) return fault;
  }
  return model.Finish();
}

}  // namespace jsheap
