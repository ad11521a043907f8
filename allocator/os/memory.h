// The operating system's memory, and the only code that asks it for any.
//
// Addresses and sizes are multiples of `OsPageBytes()`. All functions are
// thread-safe and never throw.

#ifndef ALLOCATOR_OS_MEMORY_H_
#define ALLOCATOR_OS_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace jsheap::os {

inline constexpr size_t kHugePageBytes = size_t{2} << 20;

size_t OsPageBytes();

// Address space without memory behind it, aligned to `alignment` (a power of
// two); null when the system has none left.
void* Reserve(size_t bytes, size_t alignment);

// Gives address space back, with whatever memory is behind it.
void Release(void* address, size_t bytes);

// Makes reserved address space readable and writable; it reads as zero. False
// when the system refuses, and nothing has changed.
[[nodiscard]] bool Commit(void* address, size_t bytes);

// Readable, writable, zeroed memory of its own; null when refused. Memory is
// taken as it is touched, so a large mapping costs little until used.
void* Map(size_t bytes);

// Zeroed memory that can be read but not written until it is committed: costs
// nothing, not even of RLIMIT_DATA. Null when refused.
void* MapReadable(size_t bytes);

// Gives the memory of committed private pages back to the system and keeps
// the address space: the range then reads as zero. False when refused, and
// then nothing may be assumed of the contents.
[[nodiscard]] bool Purge(void* address, size_t bytes);

// Whether the range is best backed by huge pages: sensible for what is written
// all over. Only whole and aligned huge pages in the range are affected, and
// only memory that it takes from now on. Advice: nothing happens where the
// system has none.
void PreferHugePages(void* address, size_t bytes, bool prefer);

// What Reserve and Map gave in all and Release didn't take back, for everybody
// in the process who uses this library.
uint64_t HeldBytes();

// How many bytes of the range are in RAM; `bytes` when the system can't say.
size_t ResidentBytes(const void* address, size_t bytes);

}  // namespace jsheap::os

#endif  // ALLOCATOR_OS_MEMORY_H_
