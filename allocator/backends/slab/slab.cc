#include "allocator/backends/slab/slab.h"

#include <algorithm>
#include <bit>

namespace jsheap::slab {

static_assert(sizeof(Slab) <= Span::kClientBytes);

void Slab::Init(char* first_block, int size_class_index, Word* words_memory,
                bool tracks, bool is_zero) {
  base = first_block;
  size_class.store(static_cast<uint8_t>(size_class_index),
                   std::memory_order_relaxed);
  const uint32_t capacity = Class().capacity;
  words = (capacity + 63) / 64;
  bits = words_memory != nullptr ? words_memory : inline_bits;
  next = previous = nullptr;
  next_word = 0;
  tracks_zero = tracks;
  home.store(nullptr, std::memory_order_relaxed);
  for (uint32_t i = 0; i < words; ++i) {
    const uint32_t here = capacity - i * 64 < 64 ? capacity - i * 64 : 64;
    const uint64_t ones = here == 64 ? ~uint64_t{0} : (uint64_t{1} << here) - 1;
    FreeWord(i).store(ones, std::memory_order_relaxed);
    DirtyWord(i).store(is_zero ? 0 : ones, std::memory_order_relaxed);
    if constexpr (kDebugChecks) LiveWord(i).store(0, std::memory_order_relaxed);
  }
  state.store(capacity * kOne | kActive, std::memory_order_release);
}

Duty Slab::Return(uint32_t word, uint64_t mask, uint64_t dirty_mask) {
  if (tracks_zero && dirty_mask != 0) {
    DirtyWord(word).fetch_or(dirty_mask, std::memory_order_relaxed);
  }
  FreeWord(word).fetch_or(mask, std::memory_order_release);
  const int32_t capacity = Class().capacity;
  const int32_t returned = std::popcount(mask);
  const uint32_t before = state.fetch_add(
      static_cast<uint32_t>(returned) * kOne, std::memory_order_acq_rel);
  // From here on the slab may be gone, unless a duty below is ours.
  if ((before & kActive) != 0) return Duty::kNone;
  const int32_t count = CountIn(before);
  const bool is_first = count <= 0 && count + returned > 0;
  const bool is_last = count + returned == capacity;
  if (is_first) return is_last ? Duty::kRelease : Duty::kList;
  if (is_last && (before & kListed) != 0) return Duty::kReleaseListed;
  return Duty::kNone;
}

uint32_t Slab::Take(uintptr_t* out, uint32_t most) {
  const uint32_t size = Class().size;
  uint32_t taken = 0;
  uint32_t word = next_word;
  for (uint32_t visited = 0; visited < words && taken < most; ++visited) {
    uint64_t mask = FreeWord(word).load(std::memory_order_relaxed);
    if (mask != 0) {
      // The lowest `most - taken` of the free blocks.
      while (static_cast<uint32_t>(std::popcount(mask)) > most - taken) {
        mask &= ~(uint64_t{1} << (63 - std::countl_zero(mask)));
      }
      FreeWord(word).fetch_and(~mask, std::memory_order_acquire);
      uint64_t dirty = ~uint64_t{0};
      if (tracks_zero) {
        dirty = DirtyWord(word).load(std::memory_order_relaxed) & mask;
        if (dirty != 0) {
          DirtyWord(word).fetch_and(~dirty, std::memory_order_relaxed);
        }
      }
      const uintptr_t start =
          reinterpret_cast<uintptr_t>(base) + uintptr_t{word} * 64 * size;
      for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
        const uint32_t bit = static_cast<uint32_t>(std::countr_zero(rest));
        const uintptr_t is_zero = (dirty >> bit & 1) ^ 1;
        out[taken++] = (start + uintptr_t{bit} * size) | is_zero;
      }
    }
    if (taken == most) break;
    if (++word == words) word = 0;
  }
  // A cache pops from the end: the lowest address is to go first.
  std::reverse(out, out + taken);
  next_word = word;
  state.fetch_sub(taken * kOne, std::memory_order_relaxed);
  return taken;
}

bool Slab::IsZero() const {
  if (!tracks_zero) return false;
  for (uint32_t i = 0; i < words; ++i) {
    if (DirtyWord(i).load(std::memory_order_relaxed) != 0) return false;
  }
  return true;
}

}  // namespace jsheap::slab
