// Which thread has which cache, for every slab heap of the process.

#ifndef ALLOCATOR_BACKENDS_SLAB_THREAD_CACHES_H_
#define ALLOCATOR_BACKENDS_SLAB_THREAD_CACHES_H_

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "allocator/backends/slab/thread_cache.h"
#include "allocator/pages/metadata.h"

namespace jsheap::slab {

// Slab heaps that can be alive at once.
inline constexpr size_t kMaxHeaps = 64;

namespace internal {

// A thread's caches by heap. An entry is the cache's address with the heap's
// tag in the upper 16 bits, so that what an earlier heap in the same slot left
// behind is told apart by the one comparison that null takes. Trivial, so that
// reaching it takes no guard.
extern constinit thread_local uint64_t t_caches[kMaxHeaps]
    __attribute__((tls_model("initial-exec")));
inline constexpr int kTagShift = 48;

}  // namespace internal

// One heap's caches. Thread-safe.
class ThreadCaches {
 public:
  ThreadCaches(SlabPool& pool, Metadata& metadata);
  ~ThreadCaches();
  ThreadCaches(const ThreadCaches&) = delete;
  ThreadCaches& operator=(const ThreadCaches&) = delete;

  // False when too many heaps are alive, or there is no memory.
  bool ok() const { return has_slot() && shared_ != nullptr; }
  bool has_slot() const { return slot_ < kMaxHeaps; }

  // Calls fn(cache) with the calling thread's cache, or a shared one when there
  // is no memory for that, and returns its result.
  template <typename Fn>
  auto With(Fn fn) {
    ThreadCache* cache;
    if (FindCurrent(&cache)) [[likely]]
      return fn(*cache);
    cache = Attach();
    if (cache != nullptr) return fn(*cache);
    return WithSharedCache(fn);
  }

  // The calling thread's cache; false when it has none.
  bool FindCurrent(ThreadCache** cache) const {
    const uint64_t bits = internal::t_caches[slot_] ^ tag_;
    *cache = reinterpret_cast<ThreadCache*>(bits);
    return bits >> internal::kTagShift == 0;
  }

  // The same, or null.
  ThreadCache* Current() const {
    ThreadCache* cache;
    return FindCurrent(&cache) ? cache : nullptr;
  }

  // Gives back what the caches of threads that have ended occupy.
  void Trim();

  // Around fork(). The child keeps the caches of threads that it doesn't have:
  // they are lost, as the blocks of those threads are.
  void Lock();
  void Unlock();

  // The sum over all caches, of this moment.
  int64_t Live(int size_class) const;

 private:
  friend class ThreadExit;

  ThreadCache* Attach();
  ThreadCache* MakeCache();
  void Detach(ThreadCache* cache);

  // For a thread whose own caches are gone already, as it is ending and runs
  // other destructors, and for one that there is no memory for. Nothing stays
  // in the shared cache.
  template <typename Fn>
  auto WithSharedCache(Fn fn) {
    std::lock_guard lock(shared_mutex_);
    const auto result = fn(*shared_);
    shared_->HandBack();
    return result;
  }

  SlabPool& pool_;
  Metadata& metadata_;
  uint64_t tag_ = 0;  // upper 16 bits, not 0
  size_t slot_ = kMaxHeaps;

  mutable std::mutex mutex_;
  ThreadCache* caches_ = nullptr;  // all ever made; guarded by mutex_
  ThreadCache* free_ = nullptr;    // without a thread; guarded by mutex_
  std::mutex shared_mutex_;
  // Made with the heap: a free must never fail for want of memory. What it
  // points to is guarded by shared_mutex_.
  ThreadCache* shared_ = nullptr;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_THREAD_CACHES_H_
