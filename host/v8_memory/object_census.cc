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
#include "host/v8_memory/hidden_class_sums.h"
#include "host/v8_memory/object_kind.h"

namespace jshost {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostLines = 8;
// A kind that has less than this part of the bytes isn't told.
constexpr uint64_t kLeastPart = 100;

constexpr size_t kHiddenClasses = 1 << 14;  // slots
// A name is looked for on the chain of prototypes, which may be of any length.
// Twice: for the classes that HiddenClassSums gives away, and for the others.
constexpr std::chrono::milliseconds kTimeForNames(50);
constexpr size_t kMostNames = 1 << 11;

constexpr int kLongestName = 512;  // characters; a longer one isn't copied
constexpr size_t kShownName = 24;  // bytes
constexpr const char* kOthers = "other objects";

using Kinds = std::unordered_map<std::string, ObjectSum>;

// ------------------------------------------------------------------- counting

// Nothing may be allocated in V8's heap from the first Count() to the last
// TakeNames().
class Census {
 public:
  explicit Census(v8::Isolate* isolate);

  void Count(HeapAddress object);

  // By the address of the name, a string, of what is called by its class.
  std::unordered_map<HeapAddress, ObjectSum> TakeNames();

  // Adds what isn't, less what belongs to an object, and what found no name.
  void AddTo(Kinds* kinds) const;

 private:
  struct Type {
    ObjectKind kind;
    ObjectSum sum;
    ObjectSum owned;  // by objects, with which it is counted
  };

  uint64_t TakePart(HeapAddress part);
  void Name(const std::vector<HiddenClassSum>& classes);

  v8::Isolate* const isolate_;
  std::vector<Type> types_;  // by HeapType
  HiddenClassSums classes_;
  std::unordered_map<HeapAddress, ObjectSum> names_;
  Clock::duration time_for_names_ = kTimeForNames;  // that is left
  size_t most_names_ = kMostNames;
  ObjectSum others_;
  // Of a FixedArray that copies of an array literal don't share.
  HeapAddress own_elements_class_;
  HeapType fixed_array_;
};

Census::Census(v8::Isolate* isolate)
    : isolate_(isolate),
      types_(isolate->NumberOfTrackedHeapObjectTypes()),
      classes_(kHiddenClasses) {
  for (size_t i = 0; i < types_.size(); ++i) {
    const char* const name = HeapTypeName(isolate, static_cast<HeapType>(i));
    types_[i].kind = KindOfType(name == nullptr ? "" : name);
  }
  const HeapAddress elements =
      ElementsOf(AddressOf(v8::Array::New(isolate, 1)));
  own_elements_class_ = HiddenClassOf(elements);
  fixed_array_ = TypeOf(elements);
}

void Census::Count(HeapAddress object) {
  const HeapType type = TypeOf(object);
  if (type >= types_.size()) return;
  const ObjectKind& kind = types_[type].kind;
  ObjectSum one{.bytes = BytesOf(object), .count = 1};
  if (kind.has_parts) {
    one.bytes += TakePart(PropertiesOf(object)) + TakePart(ElementsOf(object));
  }
  if (kind.has_table) one.bytes += TakePart(TableOf(object));
  if (!kind.name.empty()) {
    types_[type].sum.Add(one);
    return;
  }
  if (classes_.IsFull()) Name(classes_.TakeHalf());
  classes_.Add(HiddenClassOf(object), object, one);
}

// Its bytes, which are counted with its owner now.
uint64_t Census::TakePart(HeapAddress part) {
  if (IsSmallInteger(part) || IsReadOnly(part)) return 0;
  const HeapType type = TypeOf(part);
  if (type >= types_.size()) return 0;
  if (type == fixed_array_ && HiddenClassOf(part) != own_elements_class_) {
    return 0;
  }
  const ObjectSum one{.bytes = BytesOf(part), .count = 1};
  types_[type].owned.Add(one);
  return one.bytes;
}

void Census::Name(const std::vector<HiddenClassSum>& classes) {
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + time_for_names_;
  for (const HiddenClassSum& of_class : classes) {
    if (Clock::now() >= end || names_.size() >= most_names_) {
      others_.Add(of_class.sum);
      continue;
    }
    const v8::HandleScope handles(isolate_);
    const v8::Local<v8::Object> object =
        ToLocal(isolate_, of_class.example).As<v8::Object>();
    names_[AddressOf(object->GetConstructorName())].Add(of_class.sum);
  }
  time_for_names_ -= Clock::now() - start;
}

std::unordered_map<HeapAddress, ObjectSum> Census::TakeNames() {
  std::vector<HiddenClassSum> classes = classes_.TakeAll();
  std::sort(classes.begin(), classes.end(), [](const auto& a, const auto& b) {
    return a.sum.bytes > b.sum.bytes;
  });
  time_for_names_ = kTimeForNames;
  most_names_ += kMostNames;
  Name(classes);
  return std::move(names_);
}

void Census::AddTo(Kinds* kinds) const {
  for (const Type& type : types_) {
    if (type.kind.name.empty()) continue;
    const auto less = [](uint64_t a, uint64_t b) { return a - std::min(a, b); };
    (*kinds)[std::string(type.kind.name)].Add(
        {.bytes = less(type.sum.bytes, type.owned.bytes),
         .count = less(type.sum.count, type.owned.count)});
  }
  (*kinds)[kOthers].Add(others_);
}

// Short, and on one line.
std::string ToShownName(v8::Isolate* isolate, v8::Local<v8::String> name) {
  if (name->Length() == 0) return "(no name)";
  if (name->Length() > kLongestName) return "(a long name)";
  std::array<char, 3 * kLongestName> buffer;  // UTF-8 has no more of UTF-16
  std::string text(
      buffer.data(),
      name->WriteUtf8(isolate, buffer.data(), buffer.size(),
                      v8::String::WriteFlags::kReplaceInvalidUtf8));
  if (text.size() > kShownName) {
    size_t end = kShownName;
    while ((text[end] & 0xC0) == 0x80) --end;  // not in a character's middle
    text.replace(end, text.npos, "…");
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return text;
}

Kinds CountObjects(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  Census census(isolate);
  v8::LocalVector<v8::Value> names(isolate);
  std::vector<ObjectSum> sums;
  {
    HeapWalk walk(isolate);
    while (const HeapAddress object = walk.Next()) census.Count(object);
    for (const auto& [name, sum] : census.TakeNames()) {
      names.push_back(ToLocal(isolate, name));
      sums.push_back(sum);
    }
  }
  Kinds kinds;
  census.AddTo(&kinds);
  for (size_t i = 0; i < sums.size(); ++i) {
    kinds[ToShownName(isolate, names[i].As<v8::String>())].Add(sums[i]);
  }
  return kinds;
}

}  // namespace

std::string DescribeObjects(v8::Isolate* isolate) {
  const Kinds kinds = CountObjects(isolate);
  std::vector<std::pair<std::string_view, ObjectSum>> order(kinds.begin(),
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
