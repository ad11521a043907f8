// calloc-touch-0, -1, -any, -all: what a large zeroed buffer costs, by how much
// of it is used.
//
// Our own. One buffer at a time is allocated, zeroed, and freed. Of -0 nothing
// is touched, of -1 its first byte, of -any a byte somewhere, of -all every
// byte: memory that the system gives zeroed is free when it isn't touched and
// dear when it is.
//
// Operation: one buffer allocated and freed.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "allocator/size_text.h"
#include "bench/allocator/harness/random.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr uint32_t kLeastBytes = 64 << 10;
constexpr uint32_t kMostBytes = 64 << 20;

// So many times that all sizes take about as long, and that the first ones, of
// which the pages are mapped, don't decide.
struct Amount {
  uint64_t all_bytes;
  uint64_t fewest;
};
uint64_t BuffersOf(uint32_t bytes, Amount amount) {
  return std::max(amount.all_bytes / bytes, amount.fewest);
}

template <typename Touch>
void AddTouch(Suite& suite, const std::string& name, Amount amount,
              Touch touch) {
  for (uint32_t bytes = kLeastBytes; bytes <= kMostBytes; bytes *= 4) {
    suite.Add(name + "/" + FormatSizeExact(bytes), [=](Run& run) {
      Random random(/*seed=*/1);
      const uint64_t buffers = run.Scaled(BuffersOf(bytes, amount));
      run.Time(buffers, [&] {
        for (uint64_t i = 0; i < buffers; ++i) {
          void* buffer = run.heap().AllocateZeroed(bytes);
          touch(static_cast<char*>(buffer), bytes, random);
          run.heap().Free(buffer, bytes);
        }
      });
    });
  }
}

}  // namespace

void AddCallocTouch(Suite& suite) {
  constexpr Amount kOften{uint64_t{1} << 30, 200};
  constexpr Amount kSeldom{uint64_t{1} << 29, 24};
  AddTouch(suite, "calloc-touch-0", kOften, [](char*, uint32_t, Random&) {});
  AddTouch(suite, "calloc-touch-1", kOften,
           [](char* buffer, uint32_t, Random&) {
             volatile char* byte = buffer;
             *byte = 1;
           });
  AddTouch(suite, "calloc-touch-any", kOften,
           [](char* buffer, uint32_t bytes, Random& random) {
             volatile char* byte = buffer + random.Below(bytes);
             *byte = 1;
           });
  AddTouch(suite, "calloc-touch-all", kSeldom,
           [](char* buffer, uint32_t bytes, Random&) {
             std::memset(buffer, 1, bytes);
             benchmark::DoNotOptimize(buffer[0]);
           });
}

}  // namespace jsheap::bench
