// Remembers that memory for a buffer was refused, so that what V8 does about
// it can be told from V8 running out of its own heap.
//
// V8 answers a refusal with collections and retries, and on the way calls the
// near-heap-limit callback although its heap has room (heap.cc:1318): refuse,
// refuse, …, callback, collect, refuse once more, RangeError. Only the
// isolate's thread refuses, calls back and reads `pending`; the counts may be
// read anywhere.

#ifndef HOST_V8_MEMORY_REFUSALS_H_
#define HOST_V8_MEMORY_REFUSALS_H_

#include <atomic>
#include <cstdint>

namespace jshost {

class Refusals {
 public:
  // A request for `bytes` was answered with null.
  void OnRefused(uint64_t bytes) {
    count_.fetch_add(1, std::memory_order_relaxed);
    last_bytes_.store(bytes, std::memory_order_relaxed);
    // What follows the last collection is the end of V8's attempts.
    state_ = state_ == State::kCollecting ? State::kNone : State::kRefused;
  }

  // The same, but V8 had no part in it: it won't collect and ask again.
  void OnRefusedToHost(uint64_t bytes) {
    count_.fetch_add(1, std::memory_order_relaxed);
    last_bytes_.store(bytes, std::memory_order_relaxed);
  }

  // A request was served.
  void OnServed() {
    if (state_.load(std::memory_order_relaxed) != State::kNone) [[unlikely]] {
      state_ = State::kNone;
    }
  }

  // From the near-heap-limit callback: whether it is about a refused buffer.
  bool TakePending() {
    if (state_ != State::kRefused) return false;
    state_ = State::kCollecting;
    return true;
  }

  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  // The size of the last refused request, bytes.
  uint64_t last_bytes() const {
    return last_bytes_.load(std::memory_order_relaxed);
  }

 private:
  enum class State : uint8_t { kNone, kRefused, kCollecting };

  std::atomic<uint64_t> count_{0};
  std::atomic<uint64_t> last_bytes_{0};
  std::atomic<State> state_{State::kNone};
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_REFUSALS_H_
