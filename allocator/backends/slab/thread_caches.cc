#include "allocator/backends/slab/thread_caches.h"

#include <new>

namespace jsheap::slab {

namespace internal {
constinit thread_local uint64_t t_caches[kMaxHeaps] = {};
}

namespace {

// The heaps alive. A thread that ends may meet a heap that is ending: the lock
// is held while the one lets go of the other.
std::mutex g_heaps_mutex;
ThreadCaches* g_heaps[kMaxHeaps];  // guarded by g_heaps_mutex

// Heaps that each slot has had; guarded by g_heaps_mutex. A slot that has had
// as many as there are tags isn't used any more.
constexpr uint64_t kMostTags = (uint64_t{1} << 16) - 1;
constinit uint16_t g_tags[kMaxHeaps] = {};

constinit thread_local bool t_ended __attribute__((tls_model("initial-exec"))) =
    false;

}  // namespace

// Hands a thread's caches back when it ends.
class ThreadExit {
 public:
  ThreadExit() = default;
  ThreadExit(const ThreadExit&) = delete;
  ThreadExit& operator=(const ThreadExit&) = delete;

  ~ThreadExit() {
    t_ended = true;
    std::lock_guard lock(g_heaps_mutex);
    for (size_t i = 0; i < kMaxHeaps; ++i) {
      ThreadCache* cache;
      if (g_heaps[i] != nullptr && g_heaps[i]->FindCurrent(&cache)) {
        g_heaps[i]->Detach(cache);
      }
      internal::t_caches[i] = 0;
    }
  }

  // Makes sure that the destructor will run.
  void Arm() { armed_ = true; }

 private:
  bool armed_ = false;
};

namespace {
thread_local ThreadExit t_exit __attribute__((tls_model("initial-exec")));
}

ThreadCaches::ThreadCaches(SlabPool& pool, Metadata& metadata)
    : pool_(pool), metadata_(metadata), shared_(MakeCache()) {
  std::lock_guard lock(g_heaps_mutex);
  for (size_t i = 0; i < kMaxHeaps; ++i) {
    if (g_heaps[i] != nullptr || g_tags[i] == kMostTags) continue;
    g_heaps[i] = this;
    slot_ = i;
    tag_ = uint64_t{++g_tags[i]} << internal::kTagShift;
    return;
  }
}

ThreadCaches::~ThreadCaches() {
  std::lock_guard lock(g_heaps_mutex);
  if (has_slot()) g_heaps[slot_] = nullptr;
}

ThreadCache* ThreadCaches::Attach() {
  if (t_ended) return nullptr;
  ThreadCache* cache;
  {
    std::lock_guard lock(mutex_);
    cache = free_;
    if (cache != nullptr) free_ = cache->next_free;
  }
  if (cache == nullptr) cache = MakeCache();
  if (cache == nullptr) return nullptr;
  // In this order: arming may allocate, when this heap serves malloc.
  internal::t_caches[slot_] = reinterpret_cast<uintptr_t>(cache) ^ tag_;
  t_exit.Arm();
  return cache;
}

ThreadCache* ThreadCaches::MakeCache() {
  void* memory = metadata_.Allocate(sizeof(ThreadCache));
  if (memory == nullptr) return nullptr;
  ThreadCache* cache = new (memory) ThreadCache(pool_);
  std::lock_guard lock(mutex_);
  cache->next_in_heap = caches_;
  caches_ = cache;
  return cache;
}

void ThreadCaches::Detach(ThreadCache* cache) {
  cache->HandBack();
  std::lock_guard lock(mutex_);
  cache->next_free = free_;
  free_ = cache;
}

void ThreadCaches::Trim() {
  std::lock_guard lock(mutex_);
  for (ThreadCache* c = free_; c != nullptr; c = c->next_free) c->Shrink();
}

void ThreadCaches::Lock() {
  g_heaps_mutex.lock();
  shared_mutex_.lock();
  mutex_.lock();
}

void ThreadCaches::Unlock() {
  mutex_.unlock();
  shared_mutex_.unlock();
  g_heaps_mutex.unlock();
}

int64_t ThreadCaches::Live(int size_class) const {
  std::lock_guard lock(mutex_);
  int64_t live = 0;
  for (ThreadCache* c = caches_; c != nullptr; c = c->next_in_heap) {
    live += c->Live(size_class);
  }
  return live;
}

}  // namespace jsheap::slab
