// Threads that start together, and end.

#ifndef BENCH_ALLOCATOR_HARNESS_THREADS_H_
#define BENCH_ALLOCATOR_HARNESS_THREADS_H_

#include <cstddef>
#include <thread>
#include <vector>

namespace jsheap::bench {

// As many as the machines have cores on which the project is measured.
inline constexpr size_t kThreads = 2;

// Calls work(0) … work(threads - 1), each on a thread of its own, and waits
// for the end of the threads.
template <typename Work>
void RunThreads(size_t threads, Work work) {
  std::vector<std::thread> running;
  for (size_t i = 0; i < threads; ++i) running.emplace_back(work, i);
  for (std::thread& thread : running) thread.join();
}

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_THREADS_H_
