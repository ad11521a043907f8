#include "allocator/os/residency.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "allocator/os/faults.h"
#include "allocator/os/memory.h"

namespace jsheap::os {
namespace {

// Linux's ABI, Documentation/admin-guide/mm/pagemap.rst. Declared here because
// the ioctl is younger (6.7) than the headers of many systems. Without it an
// entry is read for each page, which takes up to four times as long.
constexpr uint64_t kPresentOrSwapped = uint64_t{3} << 62;  // of an entry
struct PageRegion {
  uint64_t start, end, categories;
};
struct ScanArguments {
  uint64_t size, flags, start, end, walk_end, regions, regions_size, most_pages,
      inverted, all_of, any_of, returned;
};
constexpr unsigned long kScan = _IOWR('f', 16, ScanArguments);
constexpr uint64_t kCategoryPresent = 1 << 3;
constexpr uint64_t kCategorySwapped = 1 << 4;

// So many entries are read at a time.
constexpr size_t kMostReadPages = 512;

constexpr int kUnavailable = -1;

std::atomic<int> g_file{kUnavailable};
std::atomic<bool> g_can_scan{true};
std::atomic<bool> g_trusts_descriptors{false};

// Which file g_file was when it was opened.
std::atomic<uint64_t> g_device{0};
std::atomic<uint64_t> g_inode{0};

// Whether g_file is this process's: the file stays bound to the address space
// of the process that opened it. Lies in a page that the kernel clears in a
// child, who thus opens its own.
using Flag = std::atomic<bool>;
std::atomic<Flag*> g_is_ours{nullptr};

Flag* MakeFlag() {
  // The process's for good, and not counted as held by anybody.
  void* page = mmap(nullptr, OsPageBytes(), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, OsPageBytes(), MADV_WIPEONFORK) != 0) {
    munmap(page, OsPageBytes());
    return nullptr;
  }
  Flag* made = static_cast<Flag*>(page);
  Flag* expected = nullptr;
  if (g_is_ours.compare_exchange_strong(expected, made)) return made;
  munmap(page, OsPageBytes());
  return expected;
}

// Under a number that programs don't expect to get from open(). Below 64: with
// more the kernel's table of descriptors has to grow, and a process of several
// threads waits 10 to 30 ms for that (expand_fdtable, synchronize_rcu).
int OpenHigh(const char* path) {
  constexpr int kHigh = 60;
  const int low = open(path, O_RDONLY | O_CLOEXEC);
  if (low < 0) return kUnavailable;
  const int high = fcntl(low, F_DUPFD_CLOEXEC, kHigh);
  if (high < 0) return low;
  close(low);
  return high;
}

// No lock, which a fork() might leave locked for ever: two threads that do this
// at once leave one file open too many, that is all. A parent's file isn't
// closed: its number may be somebody else's by now.
int OpenFile() {
  Flag* is_ours = g_is_ours.load(std::memory_order_acquire);
  if (is_ours == nullptr) is_ours = MakeFlag();
  if (is_ours == nullptr) return kUnavailable;
  const int file = OpenHigh("/proc/self/pagemap");
  struct stat status;
  if (file >= 0 && fstat(file, &status) == 0) {
    g_device.store(status.st_dev, std::memory_order_relaxed);
    g_inode.store(status.st_ino, std::memory_order_relaxed);
  }
  g_file.store(file, std::memory_order_release);
  is_ours->store(true, std::memory_order_release);
  return file;
}

bool IsStillThePageMap(int file) {
  struct stat status;
  return fstat(file, &status) == 0 &&
         status.st_dev == g_device.load(std::memory_order_relaxed) &&
         status.st_ino == g_inode.load(std::memory_order_relaxed);
}

// This process's page map, or kUnavailable.
int File() {
  const Flag* is_ours = g_is_ours.load(std::memory_order_acquire);
  if (is_ours != nullptr && is_ours->load(std::memory_order_acquire)) {
    const int file = g_file.load(std::memory_order_acquire);
    if (file == kUnavailable ||
        g_trusts_descriptors.load(std::memory_order_relaxed) ||
        IsStillThePageMap(file)) {
      return file;
    }
  }
  return OpenFile();
}

// False when there is no room for it. `begin` isn't below the last run's end.
bool Add(Residency* residency, size_t begin, size_t end) {
  Residency::Run* last = &residency->runs[residency->count];
  if (residency->count != 0 && last[-1].end == begin) {
    last[-1].end = end;
  } else {
    if (residency->count == Residency::kMostRuns) return false;
    *last = {begin, end};
    ++residency->count;
  }
  residency->bytes += end - begin;
  return true;
}

bool Read(int file, uintptr_t address, size_t bytes, Residency* residency) {
  residency->count = residency->bytes = 0;
  const size_t page = OsPageBytes();
  uint64_t entries[kMostReadPages];
  for (size_t done = 0; done < bytes;) {
    const size_t pages = std::min((bytes - done) / page, kMostReadPages);
    const auto offset = static_cast<off_t>((address + done) / page * 8);
    const ssize_t got = pread(file, entries, pages * 8, offset);
    if (got != static_cast<ssize_t>(pages * 8)) return false;
    for (size_t i = 0; i < pages; ++i, done += page) {
      if ((entries[i] & kPresentOrSwapped) != 0 &&
          !Add(residency, done, done + page)) {
        residency->end = done;
        return true;
      }
    }
  }
  residency->end = bytes;
  return true;
}

bool Scan(int file, uintptr_t address, size_t bytes, Residency* residency) {
  residency->count = residency->bytes = 0;
  PageRegion regions[Residency::kMostRuns];
  ScanArguments arguments = {};
  arguments.size = sizeof arguments;
  arguments.start = address;
  arguments.end = address + bytes;
  arguments.regions = reinterpret_cast<uintptr_t>(regions);
  arguments.regions_size = Residency::kMostRuns;
  arguments.any_of = kCategoryPresent | kCategorySwapped;
  arguments.returned = arguments.any_of;
  const int count = ioctl(file, kScan, &arguments);
  if (count < 0) return false;
  for (int i = 0; i < count; ++i) {
    Add(residency, regions[i].start - address, regions[i].end - address);
  }
  residency->end = arguments.walk_end - address;
  return true;
}

}  // namespace

bool FindResident(const void* address, size_t bytes, Residency* residency) {
  const int file = internal::Refused() ? kUnavailable : File();
  if (file == kUnavailable) return false;
  const auto start = reinterpret_cast<uintptr_t>(address);
  if (bytes == 0) {
    residency->count = residency->bytes = residency->end = 0;
    return true;
  }
  if (g_can_scan.load(std::memory_order_relaxed) && !internal::Refused()) {
    if (Scan(file, start, bytes, residency)) return true;
    g_can_scan.store(false, std::memory_order_relaxed);
  }
  return Read(file, start, bytes, residency);
}

void ZeroRuns(void* address, size_t bytes, const Residency& residency) {
  for (size_t i = 0; i < residency.count; ++i) {
    const Residency::Run& run = residency.runs[i];
    if (run.begin >= bytes) return;
    std::memset(static_cast<char*>(address) + run.begin, 0,
                run.end - run.begin);
  }
}

void ZeroResident(void* address, size_t bytes) {
  char* at = static_cast<char*>(address);
  char* const end = at + bytes;
  Residency residency;
  while (at < end) {
    const size_t left = static_cast<size_t>(end - at);
    if (!FindResident(at, left, &residency)) {
      std::memset(at, 0, left);
      return;
    }
    ZeroRuns(at, left, residency);
    at += residency.end;
  }
}

void TrustDescriptors() {
  g_trusts_descriptors.store(true, std::memory_order_relaxed);
}

}  // namespace jsheap::os
