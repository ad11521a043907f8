// Counts and bytes of objects by hidden class, in memory of fixed size.
//
// A program may have a hidden class for each object. When the table is full,
// the half that has fewer bytes is given away: the classes that hold much stay,
// whatever the order (lossy counting: Manku and Motwani, "Approximate Frequency
// Counts over Data Streams", 2002).

#ifndef HOST_V8_MEMORY_HIDDEN_CLASS_SUMS_H_
#define HOST_V8_MEMORY_HIDDEN_CLASS_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace jshost {

struct ObjectSum {
  uint64_t bytes = 0;
  uint64_t count = 0;

  void Add(const ObjectSum& other) {
    bytes += other.bytes;
    count += other.count;
  }
};

struct HiddenClassSum {
  uintptr_t hidden_class = 0;  // its address; never null in use
  uintptr_t example = 0;       // an object that has it
  ObjectSum sum;
};

class HiddenClassSums {
 public:
  // A power of two; a quarter stays free.
  explicit HiddenClassSums(size_t slots);

  bool IsFull() const { return used_ == slots_.size() / 4 * 3; }

  // There must be room.
  void Add(uintptr_t hidden_class, uintptr_t example, const ObjectSum& sum);

  // Removes the lesser half, or all, in no order.
  std::vector<HiddenClassSum> TakeHalf();
  std::vector<HiddenClassSum> TakeAll();

 private:
  std::vector<HiddenClassSum> slots_;  // open addressing
  size_t used_ = 0;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_HIDDEN_CLASS_SUMS_H_
