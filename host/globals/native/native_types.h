// What the host holds for a script outside V8's heap, counted by type: what
// `heap.stats().nativeObjects` lists.
//
// Counting is thread-safe; an isolate's types are made on its own thread and
// live as long as the isolate. Sizes are bytes.

#ifndef HOST_GLOBALS_NATIVE_NATIVE_TYPES_H_
#define HOST_GLOBALS_NATIVE_NATIVE_TYPES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include "allocator/budget/budget.h"

namespace jshost {

class NativeType {
 public:
  explicit NativeType(std::string_view name) : name_(name) {}

  void Add(int64_t count, int64_t bytes) {
    count_.fetch_add(count, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }

  std::string_view name() const { return name_; }
  int64_t count() const { return count_.load(std::memory_order_relaxed); }
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  const std::string_view name_;
  std::atomic<int64_t> count_{0};
  std::atomic<int64_t> bytes_{0};
};

// One isolate's, in the order of their first use.
class NativeTypes {
 public:
  // `name` is a literal.
  NativeType& Of(std::string_view name) {
    for (NativeType& type : types_) {
      if (type.name() == name) return type;
    }
    return types_.emplace_back(name);
  }
  const std::deque<NativeType>& all() const { return types_; }
  int64_t bytes() const {
    int64_t sum = 0;
    for (const NativeType& type : types_) sum += type.bytes();
    return sum;
  }

 private:
  std::deque<NativeType> types_;  // none ever moves
};

// Counts one object for as long as it lives, and charges it: a member of what
// is counted. It is there already, so the charge can't be refused.
class NativeCount {
 public:
  // `budget` must outlive this.
  NativeCount(NativeType& type, jsheap::Budget& budget, size_t bytes)
      : type_(&type), budget_(&budget), bytes_(bytes) {
    type_->Add(1, static_cast<int64_t>(bytes_));
    budget_->Charge(bytes_);
  }
  ~NativeCount() {
    type_->Add(-1, -static_cast<int64_t>(bytes_));
    budget_->Release(bytes_);
  }
  NativeCount(const NativeCount&) = delete;
  NativeCount& operator=(const NativeCount&) = delete;

 private:
  NativeType* const type_;
  jsheap::Budget* const budget_;
  const size_t bytes_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_NATIVE_TYPES_H_
