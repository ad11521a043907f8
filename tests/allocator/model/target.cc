#include "tests/allocator/model/target.h"

#include <cstdlib>
#include <utility>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/freelist_allocator.h"
#include "allocator/backends/slab/huge_blocks.h"
#include "allocator/backends/slab/size_classes.h"
#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/os/memory.h"
#include "allocator/pages/span.h"
#include "allocator/registry.h"
#include "tests/allocator/test_libraries.h"

namespace jsheap {
namespace {

constexpr size_t kReserve = size_t{512} << 20;

uint64_t OccupiedInSlab(uint64_t, uint64_t usable) {
  if (usable <= slab::kMaxSlabBytes) return usable;
  return RoundUp(
      usable, usable >= slab::kHugeBlockBytes ? os::OsPageBytes() : kPageBytes);
}

Target MakeSlab(bool track_zero, std::string* error) {
  auto heap = slab::SlabAllocator::Make({kReserve, track_zero}, error);
  Target target;
  if (heap == nullptr) return target;
  target.occupied = OccupiedInSlab;
  slab::SlabAllocator* slab = heap.get();
  target.allocate_aligned = [slab](size_t bytes, size_t alignment) {
    return slab->AllocateAligned(bytes, alignment);
  };
  target.free_unsized = [slab](void* block) { slab->FreeUnsized(block); };
  target.allocator = std::move(heap);
  return target;
}

Target MakeFreelist(freelist::FreelistOptions options, std::string* error) {
  options.reserve = kReserve;
  Target target;
  target.allocator = freelist::FreelistAllocator::Make(options, error);
  target.occupied = [options](uint64_t bytes, uint64_t usable) {
    return bytes >= options.direct ? RoundUp(bytes, os::OsPageBytes())
                                   : usable + freelist::Block::kHeaderBytes;
  };
  return target;
}

Target MakeNamed(const std::string& spec, std::string* error) {
  Target target;
  target.allocator = MakeAllocator(spec, error);
  return target;
}

Target MakePlugin(std::string* error) {
  Target target = MakeNamed(TestLibrary("mapper"), error);
  target.occupied = [](uint64_t, uint64_t usable) { return usable + 16; };
  return target;
}

}  // namespace

const std::vector<TargetKind>& TargetKinds() {
  using freelist::Fit;
  static const auto& kinds = *new std::vector<TargetKind>{
      {"Slab", [](auto* error) { return MakeSlab(true, error); }},
      {"SlabWithoutZeroTracking",
       [](auto* error) { return MakeSlab(false, error); }},
      {"FreelistBestFit", [](auto* error) { return MakeFreelist({}, error); }},
      {"FreelistFirstFit",
       [](auto* error) { return MakeFreelist({.fit = Fit::kFirst}, error); }},
      {"FreelistWithoutFastCache",
       [](auto* error) { return MakeFreelist({.fast = 0}, error); }},
      {"FreelistDirectFrom4KiB",
       [](auto* error) {
         return MakeFreelist({.fast = 1024, .direct = 4096}, error);
       }},
      {"Malloc", [](auto* error) { return MakeNamed("malloc", error); }},
      {"MallocLibrary",
       [](auto* error) {
         return MakeNamed("malloc:lib=" + TestLibrary("prefixed_malloc"),
                          error);
       }},
      {"Plugin", MakePlugin},
  };
  return kinds;
}

const TargetKind& TargetNamed(const std::string& name) {
  for (const TargetKind& kind : TargetKinds()) {
    if (kind.name == name) return kind;
  }
  std::abort();
}

}  // namespace jsheap
