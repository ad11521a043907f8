#include "host/globals/native/number_map.h"

#include <algorithm>

namespace jshost {
namespace {

// Which integer keys come before a walk's place, in the order of their hashes.
bool IsUpTo(double key, double last) {
  Int32Keys::Hash hash;
  Int32Keys::Hash last_hash = 0;
  Int32Keys::Encode(last, &last_hash);
  return Int32Keys::Encode(key, &hash) && hash <= last_hash;
}

}  // namespace

void NumberMap::Describe(NativeClass<NumberMap>& about) {
  about.Getter<&NumberMap::Size>("size");
  about.Method<&NumberMap::Get, "key">("get");
  about.Method<&NumberMap::Has, "key">("has");
  about.Method<&NumberMap::Set, "key", "value">("set");
  about.Method<&NumberMap::Delete, "key">("delete");
  about.Method<&NumberMap::Clear>("clear");
}

double NumberMap::Size(Environment&) {
  return std::visit(
      [](const auto& table) { return static_cast<double>(table.size()); },
      table_);
}

std::optional<double> NumberMap::Get(Environment&, Number key) {
  return std::visit(
      [&](const auto& table) -> std::optional<double> {
        const auto* slot = table.Find(key.value);
        if (slot == nullptr) return std::nullopt;
        return static_cast<double>(slot->value);
      },
      table_);
}

bool NumberMap::Has(Environment&, Number key) {
  return std::visit(
      [&](const auto& table) { return table.Find(key.value) != nullptr; },
      table_);
}

Self NumberMap::Set(Environment& env, Number key, Number value) {
  const size_t needed =
      std::variant_alternative_t<0, Table>::Holds(key.value, value.value) ? 0
      : std::variant_alternative_t<1, Table>::Holds(key.value, value.value)
          ? 1
          : kWideTable;
  if (needed > table_.index()) {
    const uint64_t size = static_cast<uint64_t>(Size(env));
    const uint32_t load = std::variant_alternative_t<kWideTable, Table>::kLoad;
    if (!Rebuild(env, needed, NumberTableShape::For(size, load))) return {};
  }
  for (;;) {
    using Outcome = std::variant_alternative_t<0, Table>::Outcome;
    NumberTableShape shape;
    const auto outcome = std::visit(
        [&](auto& table) {
          shape = table.shape();
          return static_cast<Outcome>(table.Put(key.value, value.value));
        },
        table_);
    if (outcome == Outcome::kDone) return {};
    shape = outcome == Outcome::kFull ? shape.Grown() : shape.WithLongerTail();
    if (!Rebuild(env, table_.index(), shape)) return {};
  }
}

bool NumberMap::Delete(Environment& env, Number key) {
  return std::visit(
      [&](auto& table) {
        if (!table.Erase(key.value)) return false;
        const uint64_t size = table.size();
        if (table.shape().capacity > 64 && size < table.shape().capacity / 4) {
          using ThisTable = std::decay_t<decltype(table)>;
          Rebuild<ThisTable>(env, NumberTableShape::For(size, ThisTable::kLoad),
                             OnRefusal::kIgnore);
        }
        return true;
      },
      table_);
}

void NumberMap::Clear(Environment& env) {
  table_ = {};
  Keep(env, {});
}

// Moves to a table of another shape; false, with nothing changed and an
// exception pending, without memory.
template <typename To>
bool NumberMap::Rebuild(Environment& env, NumberTableShape shape,
                        OnRefusal on_refusal) {
  for (;;) {
    NativeMemory memory;
    if (!Allocate(env, shape.slots() * sizeof(typename To::Slot),
                  Contents::kAny, &memory, on_refusal)) {
      return false;
    }
    To table(memory.data(), shape);
    if (std::visit([&](const auto& from) { return table.CopyFrom(from); },
                   table_)) {
      table_ = table;
      Keep(env, std::move(memory));
      return true;
    }
    shape = shape.WithLongerTail();
  }
}

bool NumberMap::Rebuild(Environment& env, size_t kind, NumberTableShape shape) {
  switch (kind) {
    case 0:
      return Rebuild<std::variant_alternative_t<0, Table>>(env, shape,
                                                           OnRefusal::kThrow);
    case 1:
      return Rebuild<std::variant_alternative_t<1, Table>>(env, shape,
                                                           OnRefusal::kThrow);
    default:
      return Rebuild<std::variant_alternative_t<kWideTable, Table>>(
          env, shape, OnRefusal::kThrow);
  }
}

NumberMap::Layout NumberMap::layout() const {
  return std::visit(
      [](const auto& table) -> Layout {
        using Slot = typename std::decay_t<decltype(table)>::Slot;
        return {.capacity = table.shape().capacity,
                .most_entries = table.most_entries(),
                .slot_words = sizeof(Slot) / sizeof(int32_t)};
      },
      table_);
}

int32_t NumberMap::CopyEntries(double* state, size_t size) const {
  const bool wide = table_.index() == kWideTable;
  if (state[kStarted] != 0 && wide != (state[kWideKeys] != 0)) {
    // Another order. From integers to doubles, what was taken is known; the
    // other way goes only through clear().
    state[kStarted] = 0;
    state[kHasSkipped] = wide ? 1 : 0;
    state[kSkipped] = state[kLast];
  }
  state[kWideKeys] = wide ? 1 : 0;

  double* next = state + kStateSize;
  const double* const end = state + size - 1;
  std::visit(
      [&](const auto& table) {
        using Keys = typename std::decay_t<decltype(table)>::Keys;
        const auto take = [&](const auto& slot) {
          if (next >= end) return false;
          const double key = Keys::Decode(slot.hash);
          if (state[kHasSkipped] != 0 && IsUpTo(key, state[kSkipped])) {
            return true;
          }
          *next++ = key;
          *next++ = static_cast<double>(slot.value);
          return true;
        };
        if (state[kStarted] != 0) {
          table.ForEachAfter(state[kLast], take);
        } else {
          table.ForEach(take);
        }
      },
      table_);
  return static_cast<int32_t>(next - state - kStateSize) / 2;
}

}  // namespace jshost
