// glibc-simple: blocks of one size, allocated in a row, then freed.
//
// After the description of glibc's benchtests/bench-malloc-simple: 25 to 1600
// blocks are allocated and then freed, half the times in the same order, half
// in the reverse one; here for four sizes, one after the other.
//
// Operation: one block allocated and freed.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr size_t kSizesInBytes[] = {16, 64, 256, 1024};
constexpr size_t kCounts[] = {25, 100, 400, 1600};
constexpr uint64_t kBlocks = 400'000;  // of each size and count

void AllocateInRowsAndFree(Allocator& heap, size_t bytes, size_t count,
                           uint64_t rows) {
  std::vector<Block> row(count);
  for (uint64_t i = 0; i < rows; ++i) {
    for (Block& block : row) block = Take(heap, bytes);
    if (i % 2 == 0) std::reverse(row.begin(), row.end());
    FreeAll(heap, row);
  }
}

void GlibcSimple(Run& run) {
  const uint64_t blocks = run.Scaled(kBlocks);
  const auto rows_of = [=](size_t count) { return blocks / count + 1; };
  uint64_t operations = 0;
  for (size_t count : kCounts) {
    operations += std::size(kSizesInBytes) * rows_of(count) * count;
  }
  run.Time(operations, [&] {
    for (size_t bytes : kSizesInBytes) {
      for (size_t count : kCounts) {
        AllocateInRowsAndFree(run.heap(), bytes, count, rows_of(count));
      }
    }
  });
}

}  // namespace

void AddGlibcSimple(Suite& suite) { suite.Add("glibc-simple", GlibcSimple); }

}  // namespace jsheap::bench
