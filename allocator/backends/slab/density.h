// Learns how much of large blocks a program really touches.
//
// A block that is touched all over ("dense") is best kept in RAM when freed and
// written with zeroes when needed: 11 us for 1 MiB, where giving it back and
// faulting it in again costs 600. Of one that is touched here and there
// ("sparse") it is best to look which pages hold anything (os/residency.h) and
// to write zeroes to those: 2 us.
//
// What a block was can be seen when it is freed, if nothing of it was in RAM
// when it was handed out. While dense is the rule, now and then a few pages
// of a block, its sample, are given back before it is handed out; whether they
// were touched tells whether the rule still holds. Each time it does, the next
// sample is twice as far away.

#ifndef ALLOCATOR_BACKENDS_SLAB_DENSITY_H_
#define ALLOCATOR_BACKENDS_SLAB_DENSITY_H_

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace jsheap::slab {

// Thread-safe; racing updates may lose one another, which only makes it learn
// later.
class Density {
 public:
  // How a dirty block of `bytes` bytes that must read as zero is best treated.
  enum class Advice {
    kWrite,           // write all of it
    kWriteAndSample,  // and take a sample, then Learn when it is freed
    kLook,            // look what of it holds anything
  };
  Advice OnAllocate(size_t bytes) {
    Rule& rule = RuleOf(bytes);
    if (rule.kind.load(kRelaxed) != kDense) return Advice::kLook;
    const uint32_t age = rule.age.fetch_add(1, kRelaxed) + 1;
    return age % rule.sample_every.load(kRelaxed) == 0 ? Advice::kWriteAndSample
                                                       : Advice::kWrite;
  }

  // A look found that so much of a block of `bytes` bytes holds something:
  // whether it is best given back before it is handed out. What earlier owners
  // touched adds up, and zeroes are written to it in vain, so it is given back
  // when that has cost as much as giving back would have.
  bool ShouldPurge(size_t bytes, size_t resident_bytes) {
    Rule& rule = RuleOf(bytes);
    const size_t touched = rule.touched_bytes.load(kRelaxed);
    if (resident_bytes <= touched) return false;
    const size_t in_vain =
        rule.written_in_vain.load(kRelaxed) + (resident_bytes - touched);
    const bool is_enough = in_vain > kPurgeCost + resident_bytes / kPurgeGain;
    rule.written_in_vain.store(is_enough ? 0 : in_vain, kRelaxed);
    return is_enough;
  }

  // Whether a block of `bytes` bytes that was cold when handed out is worth a
  // look now that it is freed; if so, Learn is to be called.
  bool ShouldLookOnFree(size_t bytes) {
    Rule& rule = RuleOf(bytes);
    if (rule.kind.load(kRelaxed) != kSparse) return true;
    return (rule.age.fetch_add(1, kRelaxed) + 1) % kLookEvery == 0;
  }

  // So much of a block of `bytes` bytes turned out to have been touched.
  void Learn(size_t bytes, size_t touched_bytes) {
    Rule& rule = RuleOf(bytes);
    const bool is_sparse = touched_bytes < bytes / kSparseFraction;
    const Kind was = rule.kind.exchange(is_sparse ? kSparse : kDense, kRelaxed);
    rule.touched_bytes.store(touched_bytes, kRelaxed);
    if (is_sparse || was != kDense) {
      rule.sample_every.store(kLeastSampleEvery, kRelaxed);
    } else {
      const uint32_t every = rule.sample_every.load(kRelaxed);
      if (every < kMostSampleEvery) {
        rule.sample_every.store(2 * every, kRelaxed);
      }
    }
  }

  // Whether blocks of `bytes` bytes are known to be touched all over.
  bool IsDense(size_t bytes) { return RuleOf(bytes).kind == kDense; }
  // Or here and there.
  bool IsSparse(size_t bytes) const {
    return rules_[IndexOf(bytes)].kind.load(kRelaxed) == kSparse;
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  // A block is sparse when less than 1/4 of it holds anything.
  static constexpr size_t kSparseFraction = 4;

  // Giving memory back, in bytes that could be written with zeroes meanwhile:
  // for the system call, and for so many bytes that it takes.
  static constexpr size_t kPurgeCost = size_t{512} << 10;
  static constexpr size_t kPurgeGain = 2;

  static constexpr uint32_t kLookEvery = 8;
  static constexpr uint32_t kLeastSampleEvery = 8;
  static constexpr uint32_t kMostSampleEvery = 4096;

  enum Kind : uint8_t { kUnknown, kDense, kSparse };

  // One for each power of two: sizes within a doubling are likely of a kind.
  struct Rule {
    std::atomic<Kind> kind{kUnknown};
    std::atomic<uint32_t> age{0};  // decisions
    std::atomic<uint32_t> sample_every{kLeastSampleEvery};
    std::atomic<size_t> touched_bytes{0};    // of the block last looked at
    std::atomic<size_t> written_in_vain{0};  // bytes
  };

  static size_t IndexOf(size_t bytes) {
    return static_cast<size_t>(std::bit_width(bytes));
  }
  Rule& RuleOf(size_t bytes) { return rules_[IndexOf(bytes)]; }

  std::array<Rule, 65> rules_;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_DENSITY_H_
