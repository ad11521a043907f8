#include "allocator/os/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "allocator/os/faults.h"

namespace jsheap::os {
namespace {

constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;

constinit std::atomic<uint64_t> g_held_bytes{0};

void* MapOrNull(size_t bytes, int protection, int flags) {
  if (internal::Refused()) return nullptr;
  void* address = mmap(nullptr, bytes, protection, flags, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  g_held_bytes.fetch_add(bytes, std::memory_order_relaxed);
  return address;
}

}  // namespace

size_t OsPageBytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

void* Reserve(size_t bytes, size_t alignment) {
  // Over-reserve and cut off both ends: mmap aligns only to a page.
  const size_t slack = alignment > OsPageBytes() ? alignment : 0;
  if (bytes + slack < bytes) return nullptr;
  char* start = static_cast<char*>(
      MapOrNull(bytes + slack, PROT_NONE, kAnonymous | MAP_NORESERVE));
  if (start == nullptr || slack == 0) return start;
  const uintptr_t address = reinterpret_cast<uintptr_t>(start);
  const size_t before = (alignment - address % alignment) % alignment;
  if (before != 0) Release(start, before);
  if (slack != before) Release(start + before + bytes, slack - before);
  return start + before;
}

void Release(void* address, size_t bytes) {
  munmap(address, bytes);
  g_held_bytes.fetch_sub(bytes, std::memory_order_relaxed);
}

bool Commit(void* address, size_t bytes) {
  if (internal::Refused()) return false;
  return mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0;
}

void* Map(size_t bytes) {
  return MapOrNull(bytes, PROT_READ | PROT_WRITE, kAnonymous | MAP_NORESERVE);
}

void* MapReadable(size_t bytes) {
  return MapOrNull(bytes, PROT_READ, kAnonymous | MAP_NORESERVE);
}

bool Purge(void* address, size_t bytes) {
  if (internal::Refused()) return false;
  return madvise(address, bytes, MADV_DONTNEED) == 0;
}

void PreferHugePages(void* address, size_t bytes, bool prefer) {
  const auto start = reinterpret_cast<uintptr_t>(address);
  const uintptr_t first =
      (start + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  const uintptr_t end = (start + bytes) / kHugePageBytes * kHugePageBytes;
  if (first >= end) return;
  madvise(reinterpret_cast<void*>(first), end - first,
          prefer ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

uint64_t HeldBytes() { return g_held_bytes.load(std::memory_order_relaxed); }

size_t ResidentBytes(const void* address, size_t bytes) {
  if (internal::Refused()) return bytes;
  const size_t page = OsPageBytes();
  unsigned char present[1024];
  const size_t step = sizeof present * page;
  size_t resident = 0;
  for (size_t done = 0; done < bytes; done += step) {
    const size_t now = std::min(step, bytes - done);
    char* from = static_cast<char*>(const_cast<void*>(address)) + done;
    if (mincore(from, now, present) != 0) return bytes;
    for (size_t i = 0; i < now / page; ++i) resident += present[i] & 1;
  }
  return resident * page;
}

}  // namespace jsheap::os
