// Learns how much of large blocks a program really touches.
//
// A block that is touched all over ("dense") is best kept in RAM when freed and
// written with zeroes when needed: 13 us for 1 MiB, where giving it back and
// faulting it in again costs 500. One that is touched here and there ("sparse")
// is best given back: that costs what was touched, not what was asked for.
// Which of the two a block was can be seen (mincore) only if it was cold, not
// in RAM, when it was handed out. So cold blocks are looked at when they are
// freed; and while dense is the rule, now and then a warm block is made cold
// before it is handed out. Each look that confirms the rule halves how often
// that is done.

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
  // Whether a warm block of `bytes` bytes that must read as zero is best made
  // cold before it is handed out.
  bool ShouldPurgeOnAllocate(size_t bytes) {
    Rule& rule = RuleOf(bytes);
    if (rule.is_sparse.load(kRelaxed)) return true;
    const uint32_t age = rule.age.fetch_add(1, kRelaxed) + 1;
    return age % rule.probe_every.load(kRelaxed) == 0;
  }

  // Whether a cold block of `bytes` bytes, freed now, is worth a look; if so,
  // Learn is to be called.
  bool ShouldLookOnFree(size_t bytes) {
    Rule& rule = RuleOf(bytes);
    if (!rule.is_sparse.load(kRelaxed)) return true;
    return (rule.age.fetch_add(1, kRelaxed) + 1) % kLookEvery == 0;
  }

  // Whether a freed block of `bytes` bytes is best given back.
  bool ShouldPurgeOnFree(size_t bytes) const {
    return RuleOf(bytes).is_sparse.load(kRelaxed);
  }

  // A block that was cold turned out sparse or not.
  void Learn(size_t bytes, bool is_sparse) {
    Rule& rule = RuleOf(bytes);
    const bool was_sparse = rule.is_sparse.exchange(is_sparse, kRelaxed);
    if (is_sparse || was_sparse) {
      rule.probe_every.store(kLeastProbeEvery, kRelaxed);
    } else {
      const uint32_t every = rule.probe_every.load(kRelaxed);
      if (every < kMostProbeEvery) rule.probe_every.store(2 * every, kRelaxed);
    }
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  static constexpr uint32_t kLookEvery = 8;
  static constexpr uint32_t kLeastProbeEvery = 8;
  static constexpr uint32_t kMostProbeEvery = 4096;

  // One for each power of two: sizes within a doubling are likely of a kind.
  struct Rule {
    std::atomic<bool> is_sparse{false};
    std::atomic<uint32_t> age{0};  // decisions
    std::atomic<uint32_t> probe_every{kLeastProbeEvery};
  };

  Rule& RuleOf(size_t bytes) {
    return rules_[static_cast<size_t>(std::bit_width(bytes))];
  }
  const Rule& RuleOf(size_t bytes) const {
    return const_cast<Density*>(this)->RuleOf(bytes);
  }

  std::array<Rule, 65> rules_;
};

}  // namespace jsheap::slab

#endif  // ALLOCATOR_BACKENDS_SLAB_DENSITY_H_
