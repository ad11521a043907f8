#include "host/v8_memory/object_census.h"

#include <fmt/format.h>
#include <v8-container.h>
#include <v8-isolate.h>
#include <v8-local-handle.h>
#include <v8-object.h>
#include <v8-primitive.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "allocator/size_text.h"
#include "host/v8_memory/heap_walk.h"
#include "host/v8_memory/object_kind.h"

namespace jshost {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostLines = 8;
// A kind that has less than this part of the bytes isn't told.
constexpr uint64_t kLeastPart = 100;

// A program may have a hidden class for each object; those beyond are counted
// together.
constexpr size_t kSlots = 1 << 15;
constexpr size_t kMostMaps = kSlots / 4 * 3;

// A name is looked for on the chain of prototypes, which may be of any length.
constexpr std::chrono::milliseconds kTimeForNames(50);
constexpr int kLongestName = 512;  // looked at, in characters
constexpr size_t kShownName = 24;  // bytes
constexpr const char* kOthers = "other objects";

struct Sum {
  uint64_t bytes = 0;
  uint64_t count = 0;

  void Add(const Sum& other) {
    bytes += other.bytes;
    count += other.count;
  }
};

// ------------------------------------------------------------ by hidden class

// The objects of a hidden class, which have their class in common.
struct MapSum {
  HeapAddress map = 0;
  HeapAddress example = 0;
  Sum sum;
};

// An open-addressing table of fixed size.
class MapSums {
 public:
  MapSums() : slots_(kSlots) {}

  // Null when there is no room for another.
  MapSum* Find(HeapAddress map, HeapAddress example) {
    // Multiplicative hashing (Knuth, TAOCP 3, 6.4).
    size_t i = (map >> 3) * 0x9E3779B97F4A7C15 >> 49;
    for (; slots_[i].map != map; i = (i + 1) % kSlots) {
      if (slots_[i].map != 0) continue;
      if (used_ == kMostMaps) return nullptr;
      ++used_;
      slots_[i].map = map;
      slots_[i].example = example;
      break;
    }
    return &slots_[i];
  }

  // The largest first; ends the table.
  std::vector<MapSum> Take() {
    std::erase_if(slots_, [](const MapSum& slot) { return slot.map == 0; });
    std::sort(slots_.begin(), slots_.end(), [](const auto& a, const auto& b) {
      return a.sum.bytes > b.sum.bytes;
    });
    return std::move(slots_);
  }

 private:
  static_assert(kSlots == size_t{1} << (64 - 49));
  std::vector<MapSum> slots_;
  size_t used_ = 0;
};

// ---------------------------------------------------------------------
// counting

class Census {
 public:
  explicit Census(v8::Isolate* isolate);

  void Count(HeapAddress object);

  std::vector<MapSum> TakeClasses() { return classes_.Take(); }
  // Beyond kMostMaps.
  const Sum& others() const { return others_; }
  // Of what isn't called by its class, without what belongs to an object.
  template <typename Fn>
  void ForEachKind(Fn fn) const;

 private:
  struct Type {
    ObjectKind kind;
    Sum sum;
    Sum owned;  // by objects, with which it is counted
  };

  uint64_t TakePart(HeapAddress part);

  std::vector<Type> types_;  // by HeapType
  MapSums classes_;
  Sum others_;
  // Of a FixedArray that isn't shared by copies of an array literal.
  HeapAddress own_elements_map_;
  HeapType fixed_array_;
};

Census::Census(v8::Isolate* isolate)
    : types_(isolate->NumberOfTrackedHeapObjectTypes()) {
  for (size_t i = 0; i < types_.size(); ++i) {
    const char* const name = HeapTypeName(isolate, static_cast<HeapType>(i));
    types_[i].kind = KindOfType(name == nullptr ? "" : name);
  }
  const v8::HandleScope handles(isolate);
  const HeapAddress elements =
      ElementsOf(AddressOf(v8::Array::New(isolate, 1)));
  own_elements_map_ = MapOf(elements);
  fixed_array_ = TypeOf(elements);
}

void Census::Count(HeapAddress object) {
  const HeapType type = TypeOf(object);
  if (type >= types_.size()) return;
  const ObjectKind& kind = types_[type].kind;
  Sum one{.bytes = BytesOf(object), .count = 1};
  if (kind.has_parts) {
    one.bytes += TakePart(PropertiesOf(object)) + TakePart(ElementsOf(object));
  }
  if (kind.has_table) one.bytes += TakePart(TableOf(object));
  Sum* sum = &types_[type].sum;
  if (kind.name.empty()) {
    MapSum* const of_map = classes_.Find(MapOf(object), object);
    sum = of_map == nullptr ? &others_ : &of_map->sum;
  }
  sum->Add(one);
}

// Its bytes, which are counted with its owner now.
uint64_t Census::TakePart(HeapAddress part) {
  if (IsSmallInteger(part) || IsReadOnly(part)) return 0;
  const HeapType type = TypeOf(part);
  if (type >= types_.size()) return 0;
  if (type == fixed_array_ && MapOf(part) != own_elements_map_) return 0;
  const Sum one{.bytes = BytesOf(part), .count = 1};
  types_[type].owned.Add(one);
  return one.bytes;
}

template <typename Fn>
void Census::ForEachKind(Fn fn) const {
  for (const Type& type : types_) {
    if (type.kind.name.empty()) continue;
    const uint64_t owned = std::min(type.owned.bytes, type.sum.bytes);
    const uint64_t owned_count = std::min(type.owned.count, type.sum.count);
    fn(type.kind.name, Sum{.bytes = type.sum.bytes - owned,
                           .count = type.sum.count - owned_count});
  }
}

// ------------------------------------------------------------------------
// names

// As it is shown: short, on one line.
std::string Show(v8::Isolate* isolate, v8::Local<v8::String> name) {
  if (name->Length() > kLongestName) return "(a long name)";
  std::array<char, 3 * kLongestName> text;
  size_t length = name->WriteUtf8(isolate, text.data(), text.size(),
                                  v8::String::WriteFlags::kReplaceInvalidUtf8);
  std::string shown(text.data(), length);
  if (shown.size() > kShownName) {
    // Not in the middle of a character.
    length = kShownName;
    while ((shown[length] & 0xC0) == 0x80) --length;
    shown = shown.substr(0, length) + "…";
  }
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return shown;
}

using Kinds = std::unordered_map<std::string, Sum>;

// The one object of each of `classes` tells how they are called.
void AddClasses(v8::Isolate* isolate, const std::vector<MapSum>& classes,
                const v8::LocalVector<v8::Object>& examples, Kinds* kinds) {
  const Clock::time_point end = Clock::now() + kTimeForNames;
  for (size_t i = 0; i < classes.size(); ++i) {
    const v8::HandleScope handles(isolate);
    const std::string name =
        Clock::now() < end ? Show(isolate, examples[i]->GetConstructorName())
                           : kOthers;
    (*kinds)[name].Add(classes[i].sum);
  }
}

Kinds CountObjects(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  Census census(isolate);
  std::vector<MapSum> classes;
  v8::LocalVector<v8::Object> examples(isolate);
  {
    HeapWalk walk(isolate);
    while (const HeapAddress object = walk.Next()) census.Count(object);
    classes = census.TakeClasses();
    examples.reserve(classes.size());
    for (const MapSum& of_map : classes) {
      examples.push_back(ToLocal(isolate, of_map.example));
    }
  }
  Kinds kinds;
  census.ForEachKind([&](std::string_view name, const Sum& sum) {
    kinds[std::string(name)].Add(sum);
  });
  AddClasses(isolate, classes, examples, &kinds);
  kinds[kOthers].Add(census.others());
  return kinds;
}

}  // namespace

std::string DescribeObjects(v8::Isolate* isolate) {
  const Kinds kinds = CountObjects(isolate);
  std::vector<std::pair<std::string_view, Sum>> order(kinds.begin(),
                                                      kinds.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second.bytes > b.second.bytes;
  });
  uint64_t all = 0;
  for (const auto& kind : order) all += kind.second.bytes;
  if (order.size() > kMostLines) order.resize(kMostLines);
  std::string text;
  for (const auto& [name, sum] : order) {
    if (sum.bytes < all / kLeastPart) break;
    fmt::format_to(std::back_inserter(text), "  {:<28}{} in {}\n", name,
                   jsheap::FormatSize(sum.bytes), sum.count);
  }
  return text;
}

}  // namespace jshost
