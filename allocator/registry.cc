#include "allocator/registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "allocator/backends/malloc/malloc_allocator.h"
#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/size_text.h"

namespace jsheap {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

struct Entry {
  AllocatorInfo info;
  std::unique_ptr<Allocator> (*make)(const Options& options,
                                     std::string* error);
};

std::string BadSize(const std::string& key, const std::string& value) {
  return "'" + key + "=" + value + "' is not a size; write e.g. " + key +
         "=16GiB";
}

std::unique_ptr<Allocator> MakeSlab(const Options& options,
                                    std::string* error) {
  slab::SlabOptions parsed;
  for (const auto& [key, value] : options) {
    const std::optional<uint64_t> size = ParseSize(value);
    if (!size || *size == 0) {
      *error = BadSize(key, value);
      return nullptr;
    }
    parsed.reserve = *size;
  }
  return slab::SlabAllocator::Make(parsed, error);
}

std::unique_ptr<Allocator> MakeMalloc(const Options&, std::string*) {
  return std::make_unique<MallocAllocator>();
}

const std::vector<Entry>& Entries() {
  static const auto& entries = *new std::vector<Entry>{
      {{"slab",
        "size-class slabs, thread caches, known-zero memory (the default)",
        {"reserve=SIZE  address space for all but huge blocks (256GiB)"}},
       MakeSlab},
      {{"malloc", "the process's malloc: " + MallocAllocator::Library(), {}},
       MakeMalloc},
  };
  return entries;
}

std::string KeyOf(const std::string& option) {
  return option.substr(0, option.find('='));
}

// "slab, malloc"
template <typename List, typename Name>
std::string Join(const List& list, Name name) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ", ";
    text += name(item);
  }
  return text;
}

// Cuts "key=value,key=value" up; an error names what isn't of that form or
// isn't one of the allocator's keys.
bool ParseOptions(std::string_view text, const AllocatorInfo& info,
                  Options* options, std::string* error) {
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = item.find('=');
    const std::string key(item.substr(0, equals));
    const bool known =
        std::any_of(info.options.begin(), info.options.end(),
                    [&](const std::string& o) { return KeyOf(o) == key; });
    if (!known) {
      *error =
          "allocator '" + info.name + "' has no option '" + key + "'; " +
          (info.options.empty() ? "it has none"
                                : "its options: " + Join(info.options, KeyOf));
      return false;
    }
    if (equals == std::string_view::npos) {
      *error = "option '" + key + "' of allocator '" + info.name +
               "' needs a value: " + key + "=VALUE";
      return false;
    }
    options->emplace_back(key, item.substr(equals + 1));
  }
  return true;
}

}  // namespace

const std::vector<AllocatorInfo>& KnownAllocators() {
  static const auto& known = *[] {
    auto* infos = new std::vector<AllocatorInfo>;
    for (const Entry& entry : Entries()) infos->push_back(entry.info);
    return infos;
  }();
  return known;
}

std::unique_ptr<Allocator> MakeAllocator(std::string_view spec,
                                         std::string* error) {
  const size_t colon = std::min(spec.find(':'), spec.size());
  const std::string_view name = spec.substr(0, colon);
  for (const Entry& entry : Entries()) {
    if (entry.info.name != name) continue;
    Options options;
    if (!ParseOptions(spec.substr(std::min(colon + 1, spec.size())), entry.info,
                      &options, error)) {
      return nullptr;
    }
    std::unique_ptr<Allocator> made = entry.make(options, error);
    if (made != nullptr) made->set_name(spec);
    return made;
  }
  *error = "unknown allocator '" + std::string(name) + "'; known are " +
           Join(Entries(), [](const Entry& e) { return e.info.name; });
  return nullptr;
}

}  // namespace jsheap
