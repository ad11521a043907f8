// The pluggable point of the heap: every backend (slab, malloc, …) is an
// Allocator, and everything above allocates through this interface alone.
//
// Units are bytes. All member functions are thread-safe; a block may be freed
// by another thread than the one that allocated it. Nothing here throws: out
// of memory is a null pointer.

#ifndef ALLOCATOR_ALLOCATOR_H_
#define ALLOCATOR_ALLOCATOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/inspectable.h"
#include "allocator/reclaimable.h"

namespace jsheap {

class PageHeap;

// Every block is aligned to this many bytes.
inline constexpr size_t kMinAlignment = 16;

// Counts of pages' spans by state; bytes, except where said.
struct SpanCounts {
  uint64_t in_use = 0;      // spans handed out
  uint64_t free_zero = 0;   // free spans known to read as zero
  uint64_t free_dirty = 0;  // free spans that hold earlier bytes
  uint64_t released = 0;    // free spans whose memory went back to the OS
};

// One size class of an allocator that has such.
struct SizeClassStats {
  uint64_t size = 0;   // bytes of a block
  uint64_t slabs = 0;  // spans cut into such blocks
  uint64_t live = 0;   // blocks
  uint64_t free = 0;   // blocks, in slabs and caches
};

// One cache of free blocks of an allocator that keeps such.
struct CacheStats {
  std::string name;
  uint64_t blocks = 0;
  uint64_t bytes = 0;
};

// What an allocator can tell of itself at one moment. A field that the
// allocator can't tell is empty; none is ever estimated.
struct AllocatorStats {
  std::optional<uint64_t> allocated_bytes;  // live blocks, rounded up to what
                                            // they really occupy
  std::optional<uint64_t> committed_bytes;  // readable and writable memory
  std::optional<uint64_t> peak_committed_bytes;
  std::optional<uint64_t> reserved_bytes;  // address space
  std::optional<uint64_t> zeroed_bytes;    // free memory known to read as zero
  std::optional<uint64_t> cached_bytes;    // free memory in caches and spans
  std::optional<SpanCounts> spans;

  // Only with detail:
  std::optional<uint64_t> resident_bytes;  // of committed, what is in RAM
  std::vector<SizeClassStats> size_classes;
  std::vector<CacheStats> caches;
};

class Allocator {
 public:
  virtual ~Allocator() = default;

  // `bytes` bytes with unspecified contents, or null. Zero is served as one.
  virtual void* Allocate(size_t bytes) = 0;

  // The same, and every byte reads as zero.
  virtual void* AllocateZeroed(size_t bytes) = 0;

  // Ends a block's life. `bytes` is what was asked for; null is ignored.
  virtual void Free(void* block, size_t bytes) = 0;

  // A hint: all of the new block is going to be written, and read at random.
  // An allocator that can backs it with huge pages.
  virtual void ExpectDenseUse(void* /*block*/, size_t /*bytes*/) {}

  // Whether of blocks of this size little is ever touched, at most a quarter,
  // as far as was seen lately: the rest costs no memory.
  virtual bool ExpectsSparseUse(size_t /*bytes*/) const { return false; }

  // The bytes a live block may use, >= what was asked for.
  virtual size_t UsableSize(const void* block) const = 0;

  // Hands back what the calling thread holds for later: batches of frees not
  // yet published. Called where a thread is about to be idle; never required
  // for correctness.
  virtual void FlushThread() {}

  // The same, and everything else that the calling thread keeps for later: it
  // is about to wait for long.
  virtual void IdleThread() {}

  // Where idle work can be done; null when there is none to do.
  virtual Reclaimable* reclaimable() { return nullptr; }

  // Its page heap, where arenas may take their chunks; null when it has none
  // for guests.
  virtual PageHeap* page_heap() { return nullptr; }

  // The view of its insides; null when it has none to show.
  virtual const Inspectable* inspectable() const { return nullptr; }

  // Reads the statistics; with `detail` also what takes a walk.
  virtual AllocatorStats Stats(bool detail) const = 0;
  AllocatorStats Stats() const { return Stats(false); }

  // As `--allocator` names it, e.g. "slab" or "slab:reserve=16GiB".
  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }

 private:
  std::string name_;
};

}  // namespace jsheap

#endif  // ALLOCATOR_ALLOCATOR_H_
