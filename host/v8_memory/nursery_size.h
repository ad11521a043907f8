// How many bytes of new buffers a program should make between two collections,
// learned from what the collections cost: a feedback loop on their share of the
// thread's time.
//
// Small is good for buffers that are written to: they come back while they are
// in the caches. But a collection has its price whatever there is to free,
// which weighs where buffers are only touched here and there; and buffers that
// live a little longer than the nursery are promoted, and need full
// collections. Both show in the share. Where even the largest nursery is dear,
// V8's own pace is tried instead for a while, and longer each time.

#ifndef HOST_V8_MEMORY_NURSERY_SIZE_H_
#define HOST_V8_MEMORY_NURSERY_SIZE_H_

#include <cstdint>

namespace jshost {

// Sizes are bytes.
class NurserySize {
 public:
  static constexpr uint64_t kSmallest = uint64_t{8} << 20;
  // Not so many that V8 does it by itself, and nothing is learned any more.
  static constexpr uint64_t kLargest = uint64_t{48} << 20;
  // Of buffers made at V8's own pace before the next try.
  static constexpr uint64_t kShortestRest = uint64_t{1} << 30;
  static constexpr uint64_t kLongestRest = uint64_t{64} << 30;

  // Until the next collection, or while resting until the next try.
  uint64_t bytes() const { return is_resting_ ? rest_ : size_; }
  bool is_resting() const { return is_resting_; }

  // A nursery was filled and collected: collections of all kinds took `share`
  // of the time since the last one. It may rest where `may_rest`.
  void OnFilled(double share, bool may_rest);
  // It has rested for bytes().
  void OnRested();

 private:
  uint64_t size_ = kSmallest;
  double share_ = (kDear + kCheap) / 2;  // a moving average
  uint64_t rest_ = kShortestRest;
  bool is_resting_ = false;

  // Shares of the time that collections may take: beyond the first they come
  // half as often, below the second twice.
  static constexpr double kDear = 0.2;
  static constexpr double kCheap = 0.1;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_NURSERY_SIZE_H_
