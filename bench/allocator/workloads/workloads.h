// All workloads, one function for each file beside this.

#ifndef BENCH_ALLOCATOR_WORKLOADS_WORKLOADS_H_
#define BENCH_ALLOCATOR_WORKLOADS_WORKLOADS_H_

#include "bench/allocator/harness/suite.h"

namespace jsheap::bench {

// After published ones:
void AddLarson(Suite& suite);
void AddXmallocTest(Suite& suite);
void AddCacheSharing(Suite& suite);
void AddMstress(Suite& suite);
void AddRptest(Suite& suite);
void AddMallocLarge(Suite& suite);
void AddGlibcSimple(Suite& suite);
void AddGlibcThread(Suite& suite);

// A JavaScript host's:
void AddPareto(Suite& suite);
void AddSweep(Suite& suite);
void AddCallocTouch(Suite& suite);

// How cost grows, and what stays:
void AddLive(Suite& suite);
void AddScale(Suite& suite);
void AddSettle(Suite& suite);

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_WORKLOADS_WORKLOADS_H_
