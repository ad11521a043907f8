// A thread that frees what other threads hand it, batch by batch.

#ifndef BENCH_ALLOCATOR_HARNESS_FREEING_THREAD_H_
#define BENCH_ALLOCATOR_HARNESS_FREEING_THREAD_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "bench/allocator/harness/blocks.h"

namespace jsheap::bench {

class FreeingThread {
 public:
  using Batch = std::vector<Block>;

  // At most `most_waiting` batches that aren't freed yet.
  FreeingThread(Allocator& heap, size_t most_waiting);
  // Frees all that it was handed.
  ~FreeingThread();
  FreeingThread(const FreeingThread&) = delete;
  FreeingThread& operator=(const FreeingThread&) = delete;

  // Takes the batch's blocks, and leaves it empty with the capacity of an
  // earlier one. Waits while too many batches aren't freed.
  void Hand(Batch& batch);

 private:
  void Run();

  Allocator& heap_;
  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::vector<Batch> waiting_;
  std::vector<Batch> spare_;
  size_t unfreed_ = 0;  // batches waiting or being freed
  bool is_ending_ = false;

  std::thread thread_;
};

}  // namespace jsheap::bench

#endif  // BENCH_ALLOCATOR_HARNESS_FREEING_THREAD_H_
