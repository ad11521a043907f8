// mstress: a server's phases, with objects that move between threads.
//
// After the description of mimalloc's stress test (D. Leijen and others,
// "Mimalloc: free list sharding in action", 2019): objects have sizes in powers
// of two, some live long, threads swap objects, don't all have equal work, and
// end with every phase, which some objects survive. Here: 16 bytes to 1 KiB,
// one in a hundred 64 times that; of what a thread allocates it keeps half to
// the end of the phase.
//
// Operation: one object allocated and freed. Objects are checked when freed.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "bench/allocator/harness/blocks.h"
#include "bench/allocator/harness/random.h"
#include "bench/allocator/harness/threads.h"
#include "bench/allocator/workloads/workloads.h"

namespace jsheap::bench {
namespace {

constexpr uint64_t kPhases = 25;
constexpr uint64_t kObjects = 25'000;  // of the first thread in a phase

// What every object begins with.
struct Object {
  uint64_t bytes;
  uint64_t check;
};

uint64_t CheckOf(const Object* object) {
  return reinterpret_cast<uintptr_t>(object) * 0x9e3779b97f4a7c15u ^
         object->bytes;
}

Object* Make(Allocator& heap, Random& random) {
  size_t bytes = size_t{16} << random.Below(7);
  if (random.Below(100) == 0) bytes *= 64;
  Object* object = static_cast<Object*>(Take(heap, bytes).at);
  object->bytes = bytes;
  object->check = CheckOf(object);
  return object;
}

void End(Allocator& heap, Object* object) {
  if (object->check != CheckOf(object)) {
    std::fprintf(stderr, "mstress: object %p was overwritten\n",
                 static_cast<void*>(object));
    std::abort();
  }
  heap.Free(object, object->bytes);
}

// Where threads leave objects for each other; empty slots are null.
using Exchange = std::array<std::atomic<Object*>, 1000>;

Object* TakeRandom(std::vector<Object*>& objects, Random& random) {
  const uint32_t count = static_cast<uint32_t>(objects.size());
  std::swap(objects[random.Below(count)], objects.back());
  Object* object = objects.back();
  objects.pop_back();
  return object;
}

// One thread's phase.
void Work(Allocator& heap, Exchange& exchange, uint64_t objects,
          uint64_t seed) {
  Random random(seed);
  std::vector<Object*> kept;
  std::vector<Object*> passing;
  for (uint64_t i = 0; i < objects; ++i) {
    (i % 2 == 0 ? kept : passing).push_back(Make(heap, random));
    const uint32_t dice = random.Below(4);
    if (dice == 0 && !passing.empty()) {
      End(heap, TakeRandom(passing, random));
    } else if (dice == 1 && !passing.empty()) {
      std::atomic<Object*>& slot =
          exchange[random.Below(static_cast<uint32_t>(exchange.size()))];
      Object* other = slot.exchange(TakeRandom(passing, random));
      if (other != nullptr) passing.push_back(other);
    }
  }
  for (Object* object : passing) End(heap, object);
  for (Object* object : kept) End(heap, object);
}

void Mstress(Run& run) {
  const uint64_t objects = run.Scaled(kObjects);
  // The second thread has twice the work of the first.
  const uint64_t per_phase = objects * kThreads * (kThreads + 1) / 2;
  Exchange exchange = {};
  run.Time(kPhases * per_phase, [&] {
    for (uint64_t phase = 0; phase < kPhases; ++phase) {
      RunThreads(kThreads, [&](size_t i) {
        Work(run.heap(), exchange, objects * (i + 1), phase * kThreads + i);
      });
    }
    for (std::atomic<Object*>& slot : exchange) {
      if (Object* object = slot.load()) End(run.heap(), object);
    }
  });
}

}  // namespace

void AddMstress(Suite& suite) { suite.Add("mstress", Mstress); }

}  // namespace jsheap::bench
