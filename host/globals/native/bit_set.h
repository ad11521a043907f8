// The native part of BitSet: what goes over many words. Single bits are read
// and written by host/js/bit_set.js, in the same memory.

#ifndef HOST_GLOBALS_NATIVE_BIT_SET_H_
#define HOST_GLOBALS_NATIVE_BIT_SET_H_

#include <cstdint>

#include "host/globals/native/native_object.h"

namespace jshost {

// Bits beyond `size` are zero, as far as there are words.
class BitSet final : public NativeObject<BitSet> {
 public:
  static constexpr char kName[] = "BitSet";
  static constexpr uint64_t kMostBits = uint64_t{1} << 37;
  static void Describe(NativeClass<BitSet>& about);

  bool Construct(Environment& env, std::optional<Number> bits);

  double Size(Environment& env);
  bool Get(Environment& env, Number index);
  Self Set(Environment& env, Number index, std::optional<bool> value);
  Self Flip(Environment& env, Number index);
  double Count(Environment& env);
  double NextSet(Environment& env, std::optional<Number> from);
  Self And(Environment& env, BitSet* other);
  Self Or(Environment& env, BitSet* other);
  Self Xor(Environment& env, BitSet* other);
  Self AndNot(Environment& env, BitSet* other);
  Self Clear(Environment& env);

 private:
  bool Reach(Environment& env, uint64_t bits);
  uint64_t common_words(const BitSet& other) const;

  uint64_t* words_ = nullptr;
  uint64_t word_count_ = 0;
  uint64_t size_ = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_BIT_SET_H_
