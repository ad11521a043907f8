#include "bench/allocator/harness/freeing_thread.h"

#include <utility>

namespace jsheap::bench {

FreeingThread::FreeingThread(Allocator& heap, size_t most_waiting)
    : heap_(heap), most_waiting_(most_waiting), thread_([this] { Run(); }) {}

FreeingThread::~FreeingThread() {
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FreeingThread::Hand(Batch& batch) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return unfreed_ < most_waiting_; });
    ++unfreed_;
    waiting_.push_back(std::move(batch));
    batch.clear();
    if (!spare_.empty()) {
      batch.swap(spare_.back());
      spare_.pop_back();
    }
  }
  changed_.notify_all();
}

void FreeingThread::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !waiting_.empty() || is_ending_; });
    if (waiting_.empty()) return;
    Batch batch = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    lock.unlock();
    FreeAll(heap_, batch);
    batch.clear();
    // Here the helper of a collector goes back to its thread pool.
    heap_.FlushThread();
    lock.lock();
    spare_.push_back(std::move(batch));
    --unfreed_;
    changed_.notify_all();
  }
}

}  // namespace jsheap::bench
