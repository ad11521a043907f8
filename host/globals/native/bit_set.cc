#include "host/globals/native/bit_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace jshost {
namespace {

constexpr uint64_t kWordBits = 64;

uint64_t WordsFor(uint64_t bits) { return (bits + kWordBits - 1) / kWordBits; }
uint64_t Mask(uint64_t index) { return uint64_t{1} << (index % kWordBits); }

// A whole number below `end`, or a RangeError and false.
bool ReadIndex(Environment& env, const char* name, Number number, uint64_t end,
               uint64_t* index) {
  const double value = number.value;
  if (value >= 0 && value < static_cast<double>(end) &&
      std::trunc(value) == value) {
    *index = static_cast<uint64_t>(value);
    return true;
  }
  Throw(
      env.isolate, ErrorKind::kRangeError,
      fmt::format("{} must be an integer from 0 to {}, got {}", name, end - 1,
                  Describe(env.isolate, v8::Number::New(env.isolate, value))));
  return false;
}

// With the instruction where the processor has it.
[[gnu::target_clones("default", "popcnt", "avx2")]]
uint64_t CountBits(const uint64_t* words, uint64_t count) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; ++i) {
    sum += static_cast<uint64_t>(__builtin_popcountll(words[i]));
  }
  return sum;
}

}  // namespace

void BitSet::Describe(NativeClass<BitSet>& about) {
  about.Constructor<&BitSet::Construct, "bits">();
  about.Getter<&BitSet::Size>("size");
  about.Method<&BitSet::Get, "index">("get");
  about.Method<&BitSet::Set, "index", "value">("set");
  about.Method<&BitSet::Flip, "index">("flip");
  about.Method<&BitSet::Count>("count");
  about.Method<&BitSet::NextSet, "from">("nextSet");
  about.Method<&BitSet::And, "other">("and");
  about.Method<&BitSet::Or, "other">("or");
  about.Method<&BitSet::Xor, "other">("xor");
  about.Method<&BitSet::AndNot, "other">("andNot");
  about.Method<&BitSet::Clear>("clear");
}

bool BitSet::Construct(Environment& env, std::optional<Number> bits) {
  uint64_t size = 0;
  return !bits || (ReadIndex(env, "bits", *bits, kMostBits + 1, &size) &&
                   Reach(env, size));
}

// Makes the set at least `bits` long; false with an exception pending.
bool BitSet::Reach(Environment& env, uint64_t bits) {
  const uint64_t needed = WordsFor(bits);
  if (needed > word_count_) {
    // What grows bit by bit grows by half.
    const uint64_t words = std::max(
        needed, std::min(word_count_ + word_count_ / 2, WordsFor(kMostBits)));
    NativeMemory memory;
    if (!Allocate(env, words * sizeof(uint64_t), Contents::kZero, &memory)) {
      return false;
    }
    if (word_count_ > 0) {
      std::memcpy(memory.data(), words_, word_count_ * sizeof(uint64_t));
    }
    words_ = static_cast<uint64_t*>(memory.data());
    word_count_ = words;
    Keep(env, std::move(memory));
  }
  size_ = std::max(size_, bits);
  return true;
}

double BitSet::Size(Environment&) { return static_cast<double>(size_); }

bool BitSet::Get(Environment& env, Number index) {
  uint64_t i;
  return ReadIndex(env, "index", index, kMostBits, &i) && i < size_ &&
         (words_[i / kWordBits] & Mask(i)) != 0;
}

Self BitSet::Set(Environment& env, Number index, std::optional<bool> value) {
  uint64_t i;
  if (!ReadIndex(env, "index", index, kMostBits, &i)) return {};
  if (value.value_or(true)) {
    if (Reach(env, i + 1)) words_[i / kWordBits] |= Mask(i);
  } else if (i < size_) {
    words_[i / kWordBits] &= ~Mask(i);
  }
  return {};
}

Self BitSet::Flip(Environment& env, Number index) {
  uint64_t i;
  if (ReadIndex(env, "index", index, kMostBits, &i) && Reach(env, i + 1)) {
    words_[i / kWordBits] ^= Mask(i);
  }
  return {};
}

double BitSet::Count(Environment&) {
  return static_cast<double>(CountBits(words_, WordsFor(size_)));
}

double BitSet::NextSet(Environment& env, std::optional<Number> from) {
  uint64_t i = 0;
  if (from && !ReadIndex(env, "from", *from, kMostBits + 1, &i)) return -1;
  if (i >= size_) return -1;
  uint64_t word = i / kWordBits;
  uint64_t rest = words_[word] & ~(Mask(i) - 1);
  while (rest == 0) {
    if (++word >= WordsFor(size_)) return -1;
    rest = words_[word];
  }
  return static_cast<double>(word * kWordBits +
                             static_cast<uint64_t>(std::countr_zero(rest)));
}

uint64_t BitSet::common_words(const BitSet& other) const {
  return std::min(WordsFor(size_), WordsFor(other.size_));
}

Self BitSet::And(Environment&, BitSet* other) {
  const uint64_t common = common_words(*other);
  for (uint64_t i = 0; i < common; ++i) words_[i] &= other->words_[i];
  std::fill(words_ + common, words_ + WordsFor(size_), 0);
  return {};
}

Self BitSet::Or(Environment& env, BitSet* other) {
  if (!Reach(env, other->size_)) return {};
  const uint64_t common = common_words(*other);
  for (uint64_t i = 0; i < common; ++i) words_[i] |= other->words_[i];
  return {};
}

Self BitSet::Xor(Environment& env, BitSet* other) {
  if (!Reach(env, other->size_)) return {};
  const uint64_t common = common_words(*other);
  for (uint64_t i = 0; i < common; ++i) words_[i] ^= other->words_[i];
  return {};
}

Self BitSet::AndNot(Environment&, BitSet* other) {
  const uint64_t common = common_words(*other);
  for (uint64_t i = 0; i < common; ++i) words_[i] &= ~other->words_[i];
  return {};
}

Self BitSet::Clear(Environment&) {
  std::fill(words_, words_ + WordsFor(size_), 0);
  return {};
}

}  // namespace jshost
