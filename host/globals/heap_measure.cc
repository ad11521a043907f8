// heap.measure(): what a function does to memory. Blocks that it cuts off
// arenas are no allocations; buffers that arena.run serves are.

#include <chrono>

#include "host/globals/heap.h"
#include "host/globals/isolate.h"
#include "host/globals/record.h"

namespace jshost::heap {
namespace {

using Clock = std::chrono::steady_clock;

// So that what is live is what is used. A collection waits for the sweep of the
// one before, and this makes at least two (heap.cc,
// CollectAllAvailableGarbage).
void CollectGarbage(Environment& env) { env.isolate->LowMemoryNotification(); }

}  // namespace

v8::MaybeLocal<v8::Object> Measure(Environment& env,
                                   v8::Local<v8::Function> fn) {
  ArrayBufferAllocator& buffers = *env.buffers;
  CollectGarbage(env);
  const uint64_t allocations = buffers.account().allocations();
  const uint64_t allocated = buffers.account().allocated_bytes();
  const uint64_t live = buffers.account().live_bytes();
  const GcMonitor::Window pauses(env.gc);
  v8::Local<v8::Value> result;
  Clock::duration time;
  uint64_t peak;
  {
    const ArrayBufferAllocator::PeakWindow window(&buffers);
    const Clock::time_point start = Clock::now();
    if (!fn->Call(env.isolate, env.isolate->GetCurrentContext(),
                  v8::Undefined(env.isolate), 0, nullptr)
             .ToLocal(&result)) {
      return {};
    }
    time = Clock::now() - start;
    peak = window.peak_live_bytes();
  }
  const GcCounts gc = pauses.counts();
  const uint64_t allocations_after = buffers.account().allocations();
  const uint64_t allocated_after = buffers.account().allocated_bytes();
  CollectGarbage(env);

  Record record(env.isolate);
  record.Add("result", result);
  record.Add("allocations", allocations_after - allocations);
  record.Add("allocatedBytes", allocated_after - allocated);
  record.Add("peakBytes", peak > live ? peak - live : 0);
  record.AddNumber("retainedBytes",
                   static_cast<double>(buffers.account().live_bytes()) -
                       static_cast<double>(live));
  record.Add("gc", GcObject(env.isolate, gc));
  record.AddNumber("ms",
                   std::chrono::duration<double, std::milli>(time).count());
  return record.object();
}

}  // namespace jshost::heap
