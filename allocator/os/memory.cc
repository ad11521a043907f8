#include "allocator/os/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace jsheap::os {
namespace {

constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;

void* MapOrNull(size_t bytes, int protection, int flags) {
  void* address = mmap(nullptr, bytes, protection, flags, -1, 0);
  return address == MAP_FAILED ? nullptr : address;
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
  if (before != 0) munmap(start, before);
  if (slack != before) munmap(start + before + bytes, slack - before);
  return start + before;
}

void Release(void* address, size_t bytes) { munmap(address, bytes); }

bool Commit(void* address, size_t bytes) {
  return mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0;
}

void* Map(size_t bytes) {
  return MapOrNull(bytes, PROT_READ | PROT_WRITE, kAnonymous | MAP_NORESERVE);
}

bool Purge(void* address, size_t bytes) {
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

size_t ResidentBytes(const void* address, size_t bytes) {
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
