// Which pages of private memory have memory behind them at all, told exactly.
//
// A page that has none, neither in RAM nor in swap, reads as zero. So a large
// block of which little was touched becomes zero by writing to just that: some
// microseconds where writing all of it, or giving it back and faulting it in
// again, takes ten times that. (mincore() won't do: it calls swapped pages
// absent.)

#ifndef ALLOCATOR_OS_RESIDENCY_H_
#define ALLOCATOR_OS_RESIDENCY_H_

#include <cstddef>

namespace jsheap::os {

struct Residency {
  struct Run {
    size_t begin, end;  // bytes from the start of the range
  };
  static constexpr size_t kMostRuns = 64;

  Run runs[kMostRuns];  // in order
  size_t count;
  size_t bytes;  // of all runs
  size_t end;    // how far it looked: where there are more runs, not to the end
};

// False when the system can't say. Multiples of OsPageBytes(); nobody else may
// use the range meanwhile. Thread-safe, and right after fork().
[[nodiscard]] bool FindResident(const void* address, size_t bytes,
                                Residency* residency);

// Writes zeroes to the runs that begin in the first `bytes` bytes of the range,
// which begins at `address`.
void ZeroRuns(void* address, size_t bytes, const Residency& residency);

// Makes the range read as zero by writing to what of it is resident, or to all
// of it where the system can't say.
void ZeroResident(void* address, size_t bytes);

// The page map is a file that is kept open. A program that closes descriptors
// which aren't its own, and reuses their numbers, would mislead us, so each
// time it is made sure that the file is still the same. A program that never
// does that may say so, and saves a system call each time.
void TrustDescriptors();

}  // namespace jsheap::os

#endif  // ALLOCATOR_OS_RESIDENCY_H_
