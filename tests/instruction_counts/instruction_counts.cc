// The heap's fast paths, one after the other, for Callgrind to count: see
// counts.py, which runs this and knows how to read what comes of it.
//
// Every path is gone N and then 2N times, so that the difference is N times the
// path alone: what happens once, such as making a slab, cancels out.

#include <valgrind/callgrind.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/registry.h"

namespace {

using jsheap::Allocator;

// Enough that what happens now and then, such as a full cache, happens as often
// as it does in the long run.
constexpr size_t kTimes = 8192;

// Counts what fn(times) does on this thread.
template <typename Fn>
void Count(const std::string& name, Fn fn) {
  for (size_t times :
       {kTimes, kTimes, 2 * kTimes}) {  // the first is to warm up
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
    fn(times);
    CALLGRIND_TOGGLE_COLLECT;
    const std::string trigger = name + " " + std::to_string(times);
    CALLGRIND_DUMP_STATS_AT(trigger.c_str());
  }
}

void CountAllocateAndFree(Allocator& heap, size_t bytes,
                          const std::string& size) {
  Count("allocate+free " + size, [&](size_t times) {
    for (size_t i = 0; i < times; ++i) heap.Free(heap.Allocate(bytes), bytes);
  });
  Count("allocate_zeroed+free " + size, [&](size_t times) {
    for (size_t i = 0; i < times; ++i) {
      heap.Free(heap.AllocateZeroed(bytes), bytes);
    }
  });
}

void CountFreeElsewhere(Allocator& heap, size_t bytes,
                        const std::string& size) {
  std::vector<void*> blocks;
  blocks.reserve(2 * kTimes);
  const auto allocate = [&](size_t times) {
    while (blocks.size() < times) blocks.push_back(heap.Allocate(bytes));
  };
  // Counted is only the thread that frees.
  Count("free+flush elsewhere " + size, [&](size_t times) {
    CALLGRIND_TOGGLE_COLLECT;
    allocate(times);
    std::thread([&] {
      heap.Free(heap.Allocate(1), 1);  // a cache of its own
      CALLGRIND_TOGGLE_COLLECT;
      for (void* block : blocks) heap.Free(block, bytes);
      heap.FlushThread();
      CALLGRIND_TOGGLE_COLLECT;
    }).join();
    blocks.clear();
    CALLGRIND_TOGGLE_COLLECT;
  });
}

}  // namespace

int main() {
  std::string error;
  const std::unique_ptr<Allocator> heap =
      jsheap::MakeAllocator("slab:reserve=1GiB", &error);
  if (heap == nullptr) {
    std::fprintf(stderr, "instruction_counts: %s\n", error.c_str());
    return 1;
  }
  const struct {
    size_t bytes;
    const char* name;
  } sizes[] = {{64, "64B"}, {1024, "1KiB"}, {16384, "16KiB"}};
  for (const auto& [bytes, name] : sizes) {
    CountAllocateAndFree(*heap, bytes, name);
    CountFreeElsewhere(*heap, bytes, name);
  }
  std::printf("%s\n", __VERSION__);  // of the compiler
}
