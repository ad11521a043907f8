#include "tests/allocator/model/allocator_model.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "allocator/inspectable.h"

namespace jsheap {
namespace {

using Kind = Operation::Kind;

// More than this is neither allocated by a test nor written.
constexpr uint64_t kMostLiveBytes = uint64_t{48} << 20;
constexpr uint64_t kMostTouchedBytes = uint64_t{8} << 20;
// But for the largest, of which there may be a few.
constexpr uint64_t kHugeBytes = uint64_t{256} << 20;
constexpr uint64_t kMostHuge = 2;

uint64_t Charge(uint64_t bytes) {
  return bytes >= kHugeBytes ? kMostLiveBytes / (kMostHuge + 1) : bytes;
}

std::string Said(const std::string& what, uint64_t got, uint64_t expected) {
  return what + " is " + std::to_string(got) + ", expected " +
         std::to_string(expected);
}

}  // namespace

AllocatorModel::~AllocatorModel() {
  // After a fault the blocks are left to the allocator's end.
  threads_.EndAll();
}

std::string AllocatorModel::Run(const Operation& operation) {
  std::string fault = Do(operation);
  if (!fault.empty()) return fault;
  if (target_.occupied == nullptr) return "";
  const uint64_t said = *target_.allocator->Stats().allocated_bytes;
  return said == occupied_bytes_
             ? ""
             : Said("allocated_bytes", said, occupied_bytes_);
}

std::string AllocatorModel::Do(const Operation& operation) {
  Allocator& heap = *target_.allocator;
  const auto on_thread = [&](const std::function<void()>& work) {
    threads_.Run(operation.thread, work);
    return std::string();
  };
  switch (operation.kind) {
    case Kind::kAllocate:
    case Kind::kAllocateZeroed:
    case Kind::kAllocateAligned:
      return Allocate(operation);
    case Kind::kFree:
      if (blocks_.empty()) return "";
      return Free(operation.which, operation.thread);
    case Kind::kFlush:
      return on_thread([&] { heap.FlushThread(); });
    case Kind::kIdle:
      return on_thread([&] { heap.IdleThread(); });
    case Kind::kEndThread:
      threads_.End(operation.thread);
      return "";
    case Kind::kTick:
      if (heap.reclaimable() == nullptr) return "";
      return on_thread([&] { (void)heap.reclaimable()->Tick(); });
    case Kind::kTrim:
      if (heap.reclaimable() == nullptr) return "";
      return on_thread([&] { heap.reclaimable()->Trim(); });
    case Kind::kCoalesce:
      if (heap.reclaimable() == nullptr) return "";
      return on_thread([&] { heap.reclaimable()->Coalesce(); });
    case Kind::kLook:
      return Look();
    default:
      return "";
  }
}

std::string AllocatorModel::Allocate(const Operation& operation) {
  const bool is_aligned = operation.kind == Kind::kAllocateAligned;
  const bool zeroed = operation.kind == Kind::kAllocateZeroed;
  if (is_aligned && target_.allocate_aligned == nullptr) return "";
  if (live_charge_ + Charge(operation.bytes) > kMostLiveBytes) return "";
  const size_t alignment =
      is_aligned ? size_t{1} << (operation.which / 2 % 22) : kMinAlignment;
  Block block{};
  block.bytes = operation.bytes;
  block.is_unsized = is_aligned;
  block.id = next_id_++;
  block.touch = operation.which % 2 != 0 || operation.bytes > kMostTouchedBytes
                    ? Touch::kSparse
                    : Touch::kAll;
  std::string fault;
  threads_.Run(operation.thread, [&] {
    Allocator& heap = *target_.allocator;
    void* at = is_aligned ? target_.allocate_aligned(block.bytes, alignment)
               : zeroed   ? heap.AllocateZeroed(block.bytes)
                          : heap.Allocate(block.bytes);
    if (at == nullptr) return;
    block.at = static_cast<char*>(at);
    block.usable = heap.UsableSize(at);
    fault = CheckNew(block, zeroed, alignment);
    if (fault.empty()) {
      WritePattern(block.at, block.usable, block.id, block.touch);
    }
  });
  if (block.at == nullptr) {
    ++refusals_;
    if (may_fail_) return "";
    return "refused " + std::to_string(block.bytes) + " bytes";
  }
  if (!fault.empty()) return fault;
  blocks_.push_back(block);
  ranges_[block.at] = block.at + block.usable;
  live_charge_ += Charge(block.bytes);
  occupied_bytes_ += Occupied(block);
  return "";
}

std::string AllocatorModel::CheckNew(const Block& block, bool zeroed,
                                     size_t alignment) const {
  if (reinterpret_cast<uintptr_t>(block.at) %
          std::max(alignment, kMinAlignment) !=
      0) {
    return "a block isn't aligned to " + std::to_string(alignment);
  }
  if (block.usable < block.bytes) {
    return Said("the usable size", block.usable, block.bytes);
  }
  const auto next = ranges_.lower_bound(block.at);
  if ((next != ranges_.end() && next->first < block.at + block.usable) ||
      (next != ranges_.begin() && std::prev(next)->second > block.at)) {
    return "a block of " + std::to_string(block.bytes) +
           " bytes overlaps a live one";
  }
  if (zeroed && !ReadsAsZero(block.at, block.bytes, block.touch)) {
    return "a zeroed block of " + std::to_string(block.bytes) +
           " bytes isn't zero";
  }
  return "";
}

std::string AllocatorModel::Free(uint32_t which, size_t thread) {
  const Block block = TakeOut(blocks_, which);
  ranges_.erase(block.at);
  live_charge_ -= Charge(block.bytes);
  occupied_bytes_ -= Occupied(block);
  std::string fault;
  threads_.Run(thread, [&] {
    Allocator& heap = *target_.allocator;
    if (heap.UsableSize(block.at) != block.usable) {
      fault = Said("the usable size of a live block", heap.UsableSize(block.at),
                   block.usable);
    } else if (!HasPattern(block.at, block.usable, block.id, block.touch)) {
      fault = "a block of " + std::to_string(block.bytes) +
              " bytes lost its contents";
    } else if (block.is_unsized) {
      target_.free_unsized(block.at);
    } else {
      heap.Free(block.at, block.bytes);
    }
  });
  return fault;
}

std::string AllocatorModel::Look() const {
  std::string fault = CheckStats();
  const Inspectable* inside = target_.allocator->inspectable();
  if (!fault.empty() || inside == nullptr) return fault;
  fault = inside->Verify();
  return fault.empty() ? CheckMap() : "Verify: " + fault;
}

std::string AllocatorModel::CheckStats() const {
  const AllocatorStats stats = target_.allocator->Stats(true);
  const auto at_most = [](const std::optional<uint64_t>& less,
                          const std::optional<uint64_t>& more) {
    return !less || !more || *less <= *more;
  };
  if (!at_most(stats.allocated_bytes, stats.committed_bytes)) {
    return "more is allocated than committed";
  }
  if (!at_most(stats.committed_bytes, stats.reserved_bytes)) {
    return "more is committed than reserved";
  }
  if (!at_most(stats.committed_bytes, stats.peak_committed_bytes)) {
    return "more is committed than ever was";
  }
  if (!at_most(stats.resident_bytes, stats.committed_bytes)) {
    return "more is resident than committed";
  }
  if (!at_most(stats.zeroed_bytes, stats.cached_bytes)) {
    return "more is known zero than free";
  }
  if (stats.cached_bytes &&
      *stats.cached_bytes + *stats.allocated_bytes > *stats.committed_bytes) {
    return "free and allocated memory are more than what is committed";
  }
  return "";
}

std::string AllocatorModel::CheckMap() const {
  const HeapMap map = target_.allocator->inspectable()->Map(/*blocks=*/true);
  uint64_t next = 0;
  uint64_t used = 0;
  for (const SpanInfo& span : map.spans) {
    if (span.start != next || span.pages == 0) return "the map has a gap";
    next += span.pages * map.page_bytes;
    uint64_t end = 0;
    for (const BlockInfo& block : span.blocks) {
      if (block.offset < end) return "blocks of the map overlap";
      end = block.offset + block.size;
      used += block.used;
    }
    if (end > span.pages * map.page_bytes) {
      return "a block of the map reaches beyond its span";
    }
  }
  // Blocks with a mapping of their own aren't in the map; those that lie in a
  // thread's cache are.
  const auto in_map = [](const Block& block) { return block.usable < 4096; };
  const auto least = static_cast<uint64_t>(
      std::count_if(blocks_.begin(), blocks_.end(), in_map));
  return used >= least ? "" : Said("the map's count of blocks", used, least);
}

uint64_t AllocatorModel::Occupied(const Block& block) const {
  return target_.occupied ? target_.occupied(block.bytes, block.usable) : 0;
}

std::string AllocatorModel::Finish() {
  std::string fault = Look();
  for (size_t thread = 0; fault.empty() && !blocks_.empty(); thread ^= 1) {
    fault = Free(0, thread);
  }
  if (!fault.empty()) return fault;
  threads_.EndAll();
  Allocator& heap = *target_.allocator;
  heap.IdleThread();
  fault = Look();
  if (!fault.empty()) return fault;
  if (heap.reclaimable() != nullptr) {
    heap.reclaimable()->Trim();
    const AllocatorStats stats = heap.Stats();
    if (stats.spans && stats.spans->in_use != 0) {
      return Said("spans in use at the end", stats.spans->in_use, 0);
    }
    if (stats.cached_bytes && *stats.cached_bytes != *stats.committed_bytes) {
      return Said("free memory at the end", *stats.cached_bytes,
                  *stats.committed_bytes);
    }
    fault = Look();
  }
  const auto allocated = heap.Stats().allocated_bytes;
  if (fault.empty() && allocated.value_or(0) != 0) {
    return Said("allocated_bytes at the end", *allocated, 0);
  }
  return fault;
}

std::string RunOnAllocator(const TargetKind& kind,
                           const Operations& operations) {
  std::string error;
  Target target = kind.make(&error);
  if (target.allocator == nullptr) return error;
  AllocatorModel model(std::move(target));
  for (const Operation& operation : operations) {
    std::string fault = model.Run(operation);
    if (!fault.empty()) return fault;
  }
  return model.Finish();
}

}  // namespace jsheap
