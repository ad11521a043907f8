#include "allocator/pages/page_map.h"

#include <algorithm>
#include <bit>

#include "allocator/os/memory.h"

namespace jsheap {
namespace {

constexpr size_t kLeastReserve = size_t{64} << 20;

}  // namespace

PageMap::PageMap(size_t bytes, bool or_less) {
  bytes = RoundUp(bytes, os::kHugePageBytes);
  for (;; bytes /= 2) {
    void* base = os::Reserve(bytes, kMostAlignment);
    void* spans = os::MapReadable((bytes >> kPageShift) * sizeof(Span));
    if (base != nullptr && spans != nullptr) {
      base_ = reinterpret_cast<uintptr_t>(base);
      bytes_ = bytes;
      spans_ = static_cast<Span*>(spans);
      return;
    }
    if (base != nullptr) os::Release(base, bytes);
    if (spans != nullptr) {
      os::Release(spans, (bytes >> kPageShift) * sizeof(Span));
    }
    if (!or_less || bytes / 2 < kLeastReserve) return;
  }
}

bool PageMap::CommitDescriptors(uint32_t pages) {
  constexpr size_t kStep = size_t{64} << 10;
  const size_t wanted = std::min(RoundUp(pages * sizeof(Span), kStep),
                                 this->pages() * sizeof(Span));
  if (wanted <= committed_bytes_) return true;
  if (!os::Commit(reinterpret_cast<char*>(spans_) + committed_bytes_,
                  wanted - committed_bytes_)) {
    return false;
  }
  committed_bytes_ = wanted;
  return true;
}

PageMap::~PageMap() {
  if (!ok()) return;
  os::Release(spans_, pages() * sizeof(Span));
  os::Release(reinterpret_cast<void*>(base_), bytes_);
}

PageBits::PageBits(uint32_t pages)
    : bytes_(RoundUp(size_t{pages} / 8 + 8, os::OsPageBytes())) {
  words_ = static_cast<uint64_t*>(os::Map(bytes_));
}

PageBits::~PageBits() {
  if (ok()) os::Release(words_, bytes_);
}

template <typename Fn>
void PageBits::ForEachWord(uint64_t* words, uint32_t first, uint32_t count,
                           Fn fn) {
  while (count > 0) {
    const uint32_t bit = first % 64;
    const uint32_t here = count < 64 - bit ? count : 64 - bit;
    const uint64_t ones = here == 64 ? ~uint64_t{0} : (uint64_t{1} << here) - 1;
    fn(words[first / 64], ones << bit);
    first += here;
    count -= here;
  }
}

void PageBits::Set(uint32_t first, uint32_t count, bool value) {
  ForEachWord(words_, first, count, [value](uint64_t& word, uint64_t mask) {
    word = value ? word | mask : word & ~mask;
  });
}

uint32_t PageBits::Count(uint32_t first, uint32_t count) const {
  uint32_t total = 0;
  ForEachWord(words_, first, count, [&total](uint64_t& word, uint64_t mask) {
    total += static_cast<uint32_t>(std::popcount(word & mask));
  });
  return total;
}

uint32_t PageBits::FindSet(uint32_t first, uint32_t count) const {
  return Find(first, count, 0);
}

uint32_t PageBits::FindClear(uint32_t first, uint32_t count) const {
  return Find(first, count, ~uint64_t{0});
}

uint32_t PageBits::Find(uint32_t first, uint32_t count, uint64_t flip) const {
  const uint32_t end = first + count;
  for (uint32_t page = first; page < end; page = (page / 64 + 1) * 64) {
    const uint64_t rest = (words_[page / 64] ^ flip) >> (page % 64);
    if (rest == 0) continue;
    page += static_cast<uint32_t>(std::countr_zero(rest));
    return page < end ? page : end;
  }
  return end;
}

}  // namespace jsheap
