// The process's heaps, put together: the allocator behind ArrayBuffers, the
// heap behind operator new, that of arenas, and the reclaimer of all.

#ifndef HOST_V8_MEMORY_PROCESS_HEAP_H_
#define HOST_V8_MEMORY_PROCESS_HEAP_H_

#include <memory>
#include <string>

#include "allocator/allocator.h"
#include "allocator/arena/arena_heap.h"

namespace jsheap {
class Reclaimer;
}

namespace jshost {

// One per process; lives as long as it does. Thread-safe.
class ProcessHeap {
 public:
  // `allocator` is as --allocator takes it, `reclaimer` as --reclaimer does.
  // With the process's malloc for buffers operator new stays malloc too: that
  // is what other hosts do, and the base to compare with. On failure returns
  // null, with one line in `*error` that names the option, the value and the
  // remedy. Call before other threads run.
  static std::unique_ptr<ProcessHeap> Make(const std::string& allocator,
                                           const std::string& reclaimer,
                                           std::string* error);
  ~ProcessHeap();
  ProcessHeap(const ProcessHeap&) = delete;
  ProcessHeap& operator=(const ProcessHeap&) = delete;

  const std::shared_ptr<jsheap::Allocator>& buffers() const { return buffers_; }

  // The calling thread has finished a task: what it owes to other threads goes
  // back.
  void OnTaskDone();

  // The calling thread is about to wait for long.
  void OnThreadIdle();

 private:
  explicit ProcessHeap(std::shared_ptr<jsheap::Allocator> buffers);

  const std::shared_ptr<jsheap::Allocator> buffers_;
  std::shared_ptr<jsheap::ArenaHeap> arenas_;
  std::unique_ptr<jsheap::Reclaimer> reclaimer_;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_PROCESS_HEAP_H_
