// What a zeroed block costs, by size, with each allocator.
//
//   local    allocated, both ends touched and freed on one thread
//   handed   allocated on one thread and freed in bursts on another, as a
//            JavaScript engine does: its collector's helper frees

#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "allocator/allocator.h"
#include "allocator/registry.h"

namespace {

using jsheap::Allocator;

void TouchEnds(void* block, size_t bytes) {
  volatile char* at = static_cast<volatile char*>(block);
  at[0] = 1;
  at[bytes - 1] = 1;
}

void Local(benchmark::State& state, Allocator* allocator) {
  const size_t bytes = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    void* block = allocator->AllocateZeroed(bytes);
    TouchEnds(block, bytes);
    allocator->Free(block, bytes);
  }
}

// A thread that frees what it is handed.
class Freer {
 public:
  Freer(Allocator* allocator, size_t bytes)
      : allocator_(allocator), bytes_(bytes), thread_([this] { Run(); }) {}

  ~Freer() {
    Hand({});
    thread_.join();
  }

  // Waits until the burst before is freed: no more than two are alive. An
  // empty burst ends the thread.
  void Hand(std::vector<void*> burst) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !has_burst_; });
    burst_ = std::move(burst);
    has_burst_ = true;
    changed_.notify_all();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return has_burst_; });
      std::vector<void*> burst = std::move(burst_);
      has_burst_ = false;
      changed_.notify_all();
      if (burst.empty()) return;
      lock.unlock();
      for (void* block : burst) allocator_->Free(block, bytes_);
      allocator_->FlushThread();
      lock.lock();
    }
  }

  Allocator* const allocator_;
  const size_t bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<void*> burst_;  // guarded by mutex_
  bool has_burst_ = false;    // guarded by mutex_
  std::thread thread_;
};

void Handed(benchmark::State& state, Allocator* allocator) {
  const size_t bytes = static_cast<size_t>(state.range(0));
  // A young generation's worth of buffers at a time.
  const size_t count = std::min<size_t>((32u << 20) / bytes, 10000) + 1;
  Freer freer(allocator, bytes);
  std::vector<void*> burst;
  for (auto _ : state) {
    void* block = allocator->AllocateZeroed(bytes);
    TouchEnds(block, bytes);
    burst.push_back(block);
    if (burst.size() == count) {
      freer.Hand(std::move(burst));
      burst.clear();
    }
  }
  if (!burst.empty()) freer.Hand(std::move(burst));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<std::unique_ptr<Allocator>> allocators;
  for (const jsheap::AllocatorInfo& info : jsheap::KnownAllocators()) {
    std::string error;
    allocators.push_back(jsheap::MakeAllocator(info.name, &error));
    Allocator* allocator = allocators.back().get();
    for (int64_t bytes = 64; bytes <= int64_t{16} << 20; bytes *= 4) {
      benchmark::RegisterBenchmark(("local/" + info.name).c_str(), Local,
                                   allocator)
          ->Arg(bytes);
      benchmark::RegisterBenchmark(("handed/" + info.name).c_str(), Handed,
                                   allocator)
          ->Arg(bytes)
          ->UseRealTime();
    }
  }
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
