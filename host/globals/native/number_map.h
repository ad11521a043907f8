// The native part of NumberMap: a hash map from numbers to numbers. What makes
// it fast is in host/js/number_map.js.
//
// It starts with 8 bytes a slot, for integer keys and values, and goes over to
// 12 when a value and to 16 when a key needs a double. A large map that has
// only grown takes 12 to 15, 14.4 to 18, or 19.2 to 24 bytes an entry.

#ifndef HOST_GLOBALS_NATIVE_NUMBER_MAP_H_
#define HOST_GLOBALS_NATIVE_NUMBER_MAP_H_

#include <variant>

#include "host/globals/native/native_object.h"
#include "host/globals/native/number_table.h"

namespace jshost {

class NumberMap final : public NativeObject<NumberMap> {
 public:
  static constexpr char kName[] = "NumberMap";
  static void Describe(NativeClass<NumberMap>& about);

  double Size(Environment& env);
  std::optional<double> Get(Environment& env, Number key);
  bool Has(Environment& env, Number key);
  Self Set(Environment& env, Number key, Number value);
  bool Delete(Environment& env, Number key);
  void Clear(Environment& env);

  // How the table lies in the memory: home slots (0: there is no table), the
  // entries it may hold, and 32-bit words a slot.
  struct Layout {
    uint64_t capacity;
    uint64_t most_entries;
    uint64_t slot_words;
  };
  Layout layout() const;

  // Entries after where a walk stands. `state` holds:
  enum State : uint8_t {
    kStarted,     // 1 once an entry was taken,
    kLast,        // whose key is this;
    kWideKeys,    // 1 when keys were doubles then;
    kHasSkipped,  // 1 when keys became doubles on the way: then the entries
    kSkipped,     // up to this integer key, in its order, were taken already
    kStateSize
  };
  // The entries follow it, key and value by turns; the result is their number.
  int32_t CopyEntries(double* state, size_t size) const;

 private:
  using Table = std::variant<NumberTable<Int32Keys, int32_t>,
                             NumberTable<Int32Keys, double>,
                             NumberTable<DoubleKeys, double>>;
  static constexpr size_t kWideTable = 2;

  template <typename To>
  bool Rebuild(Environment& env, NumberTableShape shape, OnRefusal on_refusal);
  bool Rebuild(Environment& env, size_t kind, NumberTableShape shape);

  Table table_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_NUMBER_MAP_H_
