// Threads that do one thing at a time, on demand: so that what happens on which
// thread can be said, in an order that is the same every time.

#ifndef TESTS_ALLOCATOR_MODEL_THREADS_H_
#define TESTS_ALLOCATOR_MODEL_THREADS_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace jsheap {

// One thread. Not thread-safe.
class OnDemandThread {
 public:
  OnDemandThread() : thread_([this] { Work(); }) {}
  ~OnDemandThread() {
    Run(nullptr);
    thread_.join();
  }
  OnDemandThread(const OnDemandThread&) = delete;
  OnDemandThread& operator=(const OnDemandThread&) = delete;

  // Waits until it is done. Null ends the thread.
  void Run(const std::function<void()>* work) {
    std::unique_lock lock(mutex_);
    work_ = work;
    has_work_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !has_work_; });
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return has_work_; });
      const std::function<void()>* work = work_;
      if (work != nullptr) (*work)();
      has_work_ = false;
      changed_.notify_all();
      if (work == nullptr) return;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  bool has_work_ = false;
  std::thread thread_;
};

// Threads by number, started when first used; 0 is the calling one.
class Threads {
 public:
  void Run(size_t number, const std::function<void()>& work) {
    if (number == 0) return work();
    std::unique_ptr<OnDemandThread>& thread = threads_[number];
    if (thread == nullptr) thread = std::make_unique<OnDemandThread>();
    thread->Run(&work);
  }

  // The next use starts a new one. The calling thread can't be ended.
  void End(size_t number) { threads_.erase(number); }
  void EndAll() { threads_.clear(); }

 private:
  std::map<size_t, std::unique_ptr<OnDemandThread>> threads_;
};

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_THREADS_H_
