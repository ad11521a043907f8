// An open-addressing hash table from numbers to numbers, without JavaScript.
//
// Slots stand in the order of their keys' hashes (ordered linear probing:
// Amble and Knuth, "Ordered hash tables", 1974), and a hash's home slot grows
// with the hash. So a search for what is absent ends as early as one for what
// is there, growing and shrinking are one pass in order over both tables, and
// the entry after a given one is well defined whatever was added or deleted
// since. Hashes are bijections of the keys: they are kept instead of the keys.
//
// Layout, which host/js/number_map.js works on too: `capacity` home slots and
// `tail` more for what is pushed off the end; the last slot is always empty,
// and its value's first four bytes count the entries. A hash whose order is u
// (32 bits) has the home floor(u * (capacity / 2^32)), in double arithmetic.

#ifndef HOST_GLOBALS_NATIVE_NUMBER_TABLE_H_
#define HOST_GLOBALS_NATIVE_NUMBER_TABLE_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace jshost {

inline bool IsInt32(double value) {
  return value >= std::numeric_limits<int32_t>::min() &&
         value <= std::numeric_limits<int32_t>::max() &&
         static_cast<int32_t>(value) == value;
}

// The x with x * factor == 1, by Newton's iteration.
template <typename Word>
constexpr Word MultiplicativeInverse(Word factor) {
  Word inverse = factor;
  for (int i = 0; i < 6; ++i) inverse *= Word{2} - factor * inverse;
  return inverse;
}

// A bijection of 32-bit words that spreads them. The constants are Wellons's
// (hash-prospector, two rounds).
struct Mix32 {
  static constexpr uint32_t kFirst = 0x21f0aaad;
  static constexpr uint32_t kSecond = 0x735a2d97;

  static constexpr uint32_t Mix(uint32_t x) {
    x = (x ^ (x >> 16)) * kFirst;
    x = (x ^ (x >> 15)) * kSecond;
    return x ^ (x >> 15);
  }
  static constexpr uint32_t Unmix(uint32_t x) {
    x ^= (x >> 15) ^ (x >> 30);
    x *= MultiplicativeInverse(kSecond);
    x ^= (x >> 15) ^ (x >> 30);
    x *= MultiplicativeInverse(kFirst);
    return x ^ (x >> 16);
  }
};

// The same of 64-bit words, in 32-bit operations for JavaScript's sake: two
// rounds of a Feistel network.
struct Mix64 {
  static constexpr uint64_t Mix(uint64_t x) {
    auto low = static_cast<uint32_t>(x);
    auto high = static_cast<uint32_t>(x >> 32);
    low ^= Mix32::Mix(high);
    high ^= Mix32::Mix(low);
    return uint64_t{high} << 32 | low;
  }
  static constexpr uint64_t Unmix(uint64_t x) {
    auto low = static_cast<uint32_t>(x);
    auto high = static_cast<uint32_t>(x >> 32);
    high ^= Mix32::Mix(low);
    low ^= Mix32::Mix(high);
    return uint64_t{high} << 32 | low;
  }
};

// Keys that are 32-bit integers, all but one: whose hash would be kEmpty.
struct Int32Keys {
  using Hash = int32_t;
  static constexpr Hash kEmpty = std::numeric_limits<Hash>::max();

  // False for a number that isn't such a key.
  static bool Encode(double key, Hash* hash) {
    if (!IsInt32(key)) return false;
    const auto word = static_cast<uint32_t>(static_cast<int32_t>(key));
    *hash = static_cast<Hash>(Mix32::Mix(word));
    return *hash != kEmpty;
  }
  static double Decode(Hash hash) {
    return static_cast<int32_t>(Mix32::Unmix(static_cast<uint32_t>(hash)));
  }
  static uint32_t Order(Hash hash) {
    return static_cast<uint32_t>(hash) ^ 0x8000'0000;
  }
};

// Any number; -0 is 0, and all NaN are one. A NaN that is no key becomes
// kEmpty.
struct DoubleKeys {
  using Hash = int64_t;
  static constexpr Hash kEmpty = std::numeric_limits<Hash>::max();
  static constexpr uint64_t kNoKey = ~uint64_t{0};
  static constexpr uint64_t kSalt =
      Mix64::Mix(kNoKey) ^ static_cast<uint64_t>(kEmpty);

  static bool Encode(double key, Hash* hash) {
    if (key == 0) key = 0;
    if (std::isnan(key)) key = std::numeric_limits<double>::quiet_NaN();
    *hash = static_cast<Hash>(Mix64::Mix(std::bit_cast<uint64_t>(key)) ^ kSalt);
    return true;
  }
  static double Decode(Hash hash) {
    return std::bit_cast<double>(
        Mix64::Unmix(static_cast<uint64_t>(hash) ^ kSalt));
  }
  static uint32_t Order(Hash hash) {
    return static_cast<uint32_t>(static_cast<uint64_t>(hash) >> 32) ^
           0x8000'0000;
  }
};

// How many slots a table has.
struct NumberTableShape {
  static constexpr uint32_t kSmallest = 8;
  static constexpr uint32_t kLargest = uint32_t{1} << 31;

  uint32_t capacity = 0;
  uint32_t tail = 0;

  uint64_t slots() const { return uint64_t{capacity} + tail; }

  // For so many entries and a fifth more, with `load` sixths of the home slots
  // in use at most.
  static NumberTableShape For(uint64_t entries, uint32_t load) {
    const uint64_t wanted = entries * 36 / (5 * load) + kSmallest;
    return {.capacity =
                static_cast<uint32_t>(wanted < kLargest ? wanted : kLargest),
            .tail = entries < 1000 ? 8u : 64u};
  }
  NumberTableShape Grown() const {
    const uint64_t by = capacity < (1u << 16) ? capacity : capacity / 4;
    const uint64_t wanted = capacity + by;
    return {.capacity = static_cast<uint32_t>(wanted < kSmallest  ? kSmallest
                                              : wanted < kLargest ? wanted
                                                                  : kLargest),
            .tail = tail == 0         ? 8u
                    : capacity < 1000 ? tail
                                      : tail | 64u};
  }
  NumberTableShape WithLongerTail() const {
    return {.capacity = capacity, .tail = tail * 2};
  }
};

// The table lies in memory of its owner's. Not thread-safe.
template <typename KeyType, typename ValueType>
class NumberTable {
 public:
  using Keys = KeyType;
  using Value = ValueType;
  using Hash = typename Keys::Hash;
  using Shape = NumberTableShape;
  struct [[gnu::packed]] Slot {
    Hash hash;
    Value value;
  };
  // Sixths of the home slots that may be in use: more makes searches long.
  // Small slots can do with fewer entries.
  static constexpr uint32_t kLoad = sizeof(Slot) <= 8 ? 4 : 5;
  enum class Outcome { kDone, kFull, kTailFull };

  // No slots: empty, and full.
  NumberTable() = default;
  // Over memory for shape.slots() slots, of any contents. CopyFrom or Clear
  // comes first.
  NumberTable(void* slots, Shape shape)
      : slots_(static_cast<Slot*>(slots)), shape_(shape), ratio_(Ratio()) {}

  uint64_t size() const {
    if (shape_.capacity == 0) return 0;
    uint32_t size;
    std::memcpy(&size, &last()->value, sizeof(size));
    return size;
  }
  const Shape& shape() const { return shape_; }
  uint64_t most_entries() const {
    return uint64_t{shape_.capacity} * kLoad / 6;
  }

  static bool Holds(double key, double value) {
    Hash hash;
    return HoldsValue(value) && Keys::Encode(key, &hash);
  }
  static bool HoldsValue(double value) {
    if constexpr (std::is_same_v<Value, double>) return true;
    return IsInt32(value) && !(value == 0 && std::signbit(value));
  }

  const Slot* Find(double key) const {
    Hash hash;
    if (size() == 0 || !Keys::Encode(key, &hash)) return nullptr;
    const Slot* const slot = LowerBound(hash);
    return slot->hash == hash ? slot : nullptr;
  }

  // Holds(key, value). kFull: needs more home slots; kTailFull: more behind.
  Outcome Put(double key, double value) {
    Hash hash = 0;
    Keys::Encode(key, &hash);
    if (shape_.capacity == 0) return Outcome::kFull;
    Slot* const slot = LowerBound(hash);
    if (slot->hash != hash) {
      if (size() >= most_entries() && shape_.capacity < Shape::kLargest) {
        return Outcome::kFull;
      }
      Slot* end = slot;
      while (end->hash != Keys::kEmpty) ++end;
      if (end == last()) return Outcome::kTailFull;
      std::memmove(static_cast<void*>(slot + 1), slot,
                   static_cast<size_t>(end - slot) * sizeof(Slot));
      SetSize(size() + 1);
    }
    *slot = {hash, static_cast<Value>(value)};
    return Outcome::kDone;
  }

  bool Erase(double key) {
    Slot* hole = const_cast<Slot*>(Find(key));
    if (hole == nullptr) return false;
    // What stands behind moves up, as far as it isn't at home.
    Slot* end = hole + 1;
    while (end->hash != Keys::kEmpty && Home(end->hash) != end) ++end;
    std::memmove(static_cast<void*>(hole), hole + 1,
                 static_cast<size_t>(end - hole - 1) * sizeof(Slot));
    end[-1].hash = Keys::kEmpty;
    SetSize(size() - 1);
    return true;
  }

  void Clear() { FillEmpty(0, shape_.slots()); }

  // The other's entries, in one pass when hashes are of one kind. False when
  // the tail is too short: then this holds nothing to be used.
  template <typename OtherValue>
  bool CopyFrom(const NumberTable<Keys, OtherValue>& other) {
    uint64_t next = 0;
    const bool all = other.ForEach([&](const auto& slot) {
      const uint64_t home = HomeIndex(slot.hash);
      const uint64_t place = home > next ? home : next;
      if (place >= shape_.slots() - 1) return false;
      FillEmpty(next, place);
      slots_[place] = {slot.hash, static_cast<Value>(slot.value)};
      next = place + 1;
      return true;
    });
    FillEmpty(next, shape_.slots());
    SetSize(other.size());
    return all;
  }
  template <typename OtherKeys, typename OtherValue>
  bool CopyFrom(const NumberTable<OtherKeys, OtherValue>& other) {
    Clear();
    return other.ForEach([&](const auto& slot) {
      return Put(OtherKeys::Decode(slot.hash), slot.value) == Outcome::kDone;
    });
  }

  // Calls visit(slot) in order until it returns false; whether it never did.
  template <typename Visit>
  bool ForEach(Visit visit) const {
    return size() == 0 || Walk(slots_, visit);
  }
  // The same from behind `key`, which need not be there but is of this kind.
  template <typename Visit>
  bool ForEachAfter(double key, Visit visit) const {
    Hash hash;
    if (size() == 0 || !Keys::Encode(key, &hash)) return true;
    const Slot* const slot = LowerBound(hash);
    return Walk(slot->hash == hash ? slot + 1 : slot, visit);
  }

 private:
  Slot* last() const { return slots_ + shape_.slots() - 1; }
  void SetSize(uint64_t size) {
    const auto word = static_cast<uint32_t>(size);
    std::memcpy(&last()->value, &word, sizeof(word));
  }

  double Ratio() const { return shape_.capacity / 4294967296.0; }
  uint64_t HomeIndex(Hash hash) const {
    return static_cast<uint64_t>(Keys::Order(hash) * ratio_);
  }
  Slot* Home(Hash hash) const { return slots_ + HomeIndex(hash); }

  // The first from home on that isn't less; kEmpty is more than any.
  Slot* LowerBound(Hash hash) const {
    Slot* slot = Home(hash);
    while (slot->hash < hash) ++slot;
    return slot;
  }

  void FillEmpty(uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; ++i) slots_[i] = {Keys::kEmpty, Value{}};
  }

  template <typename Visit>
  bool Walk(const Slot* slot, Visit visit) const {
    for (const Slot* const end = slots_ + shape_.slots(); slot != end; ++slot) {
      if (slot->hash != Keys::kEmpty && !visit(*slot)) return false;
    }
    return true;
  }

  Slot* slots_ = nullptr;
  Shape shape_;
  double ratio_ = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_NUMBER_TABLE_H_
