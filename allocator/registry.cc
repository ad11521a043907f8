#include "allocator/registry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "allocator/backends/freelist/freelist_allocator.h"
#include "allocator/backends/malloc/malloc_allocator.h"
#include "allocator/backends/malloc/malloc_family.h"
#include "allocator/backends/plugin/plugin_allocator.h"
#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/os/residency.h"
#include "allocator/size_text.h"

namespace jsheap {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

struct Entry {
  AllocatorInfo info;
  std::unique_ptr<Allocator> (*make)(const Options& options,
                                     std::string* error);
};

// Reads the size of one option into `*size`. An error says what was given,
// what is wrong with it and, with `example`, what would be right.
bool ReadSize(const Options::value_type& option, const char* example,
              size_t least, size_t most, size_t* size, std::string* error) {
  const auto& [key, value] = option;
  const std::optional<uint64_t> parsed = ParseSize(value);
  std::string problem;
  if (!parsed) {
    problem = "is not a size";
  } else if (*parsed < least) {
    problem = "is less than " + FormatSizeExact(least);
  } else if (*parsed > most) {
    problem = "is more than " + FormatSizeExact(most);
  } else {
    *size = *parsed;
    return true;
  }
  *error = "'" + key + "=" + value + "' " + problem + "; write e.g. " + key +
           "=" + example;
  return false;
}

bool ReadReserve(const Options::value_type& option, size_t* size,
                 std::string* error) {
  return ReadSize(option, "16GiB", 1, SIZE_MAX, size, error);
}

std::unique_ptr<Allocator> MakeSlab(const Options& options,
                                    std::string* error) {
  slab::SlabOptions parsed;
  for (const auto& option : options) {
    if (!ReadReserve(option, &parsed.reserve, error)) return nullptr;
  }
  return slab::SlabAllocator::Make(parsed, error);
}

bool ReadFit(const std::string& value, freelist::Fit* fit, std::string* error) {
  if (value == "best") {
    *fit = freelist::Fit::kBest;
  } else if (value == "first") {
    *fit = freelist::Fit::kFirst;
  } else {
    *error = "'fit=" + value + "' is not a fit; write fit=best or fit=first";
    return false;
  }
  return true;
}

bool ReadFreelistOption(const Options::value_type& option,
                        freelist::FreelistOptions* options,
                        std::string* error) {
  const auto& [key, value] = option;
  if (key == "fit") return ReadFit(value, &options->fit, error);
  if (key == "fast") {
    return ReadSize(option, "64", 0, freelist::FastCache::kMostPayloadBytes,
                    &options->fast, error);
  }
  if (key == "direct") {
    return ReadSize(option, "1MiB", freelist::kLeastDirectBytes, SIZE_MAX,
                    &options->direct, error);
  }
  return ReadReserve(option, &options->reserve, error);
}

std::unique_ptr<Allocator> MakeFreelist(const Options& options,
                                        std::string* error) {
  freelist::FreelistOptions parsed;
  for (const auto& option : options) {
    if (!ReadFreelistOption(option, &parsed, error)) return nullptr;
  }
  return freelist::FreelistAllocator::Make(parsed, error);
}

std::unique_ptr<Allocator> MakeMalloc(const Options& options,
                                      std::string* error) {
  if (options.empty()) {
    return std::make_unique<MallocAllocator>(ProcessMallocFamily());
  }
  const std::string& library = options.back().second;
  const std::optional<MallocFamily> family = LoadMallocFamily(library, error);
  if (!family) return nullptr;
  return std::make_unique<MallocAllocator>(*family);
}

const std::vector<Entry>& Entries() {
  static const auto& entries = *new std::vector<Entry>{
      {{"slab",
        "size-class slabs, thread caches, known-zero memory (the default)",
        {"reserve=SIZE  address space for all but huge blocks (256GiB)"}},
       MakeSlab},
      {{"freelist",
        "the classic: boundary tags, caches by size, one lock",
        {"fit=best|first  which free block serves a request (best)",
         "fast=SIZE  up to this, a stack for every size; 0 for none (64)",
         "direct=SIZE  from this up, a mapping for every block (1MiB)",
         "reserve=SIZE  address space for all but direct blocks (256GiB)"}},
       MakeFreelist},
      {{"malloc",
        "the process's malloc: " + MallocAllocator::Library(),
        {"lib=LIBRARY  another library's, by name or path: "
         "malloc:lib=libmimalloc.so.2"}},
       MakeMalloc},
  };
  return entries;
}

std::string KeyOf(const std::string& option) {
  return option.substr(0, option.find('='));
}

// "slab, freelist, malloc"
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
      *error = "allocator '" + info.name + "' has no option '" + key +
               "'; its options: " + Join(info.options, KeyOf);
      return false;
    }
    if (equals == std::string_view::npos) {
      *error = "option '" + key + "' of allocator '" + info.name +
               "' needs a value: " + key + "=VALUE";
      return false;
    }
    if (std::any_of(options->begin(), options->end(),
                    [&](const auto& option) { return option.first == key; })) {
      *error = "option '" + key + "' of allocator '" + info.name +
               "' is given twice";
      return false;
    }
    options->emplace_back(key, item.substr(equals + 1));
  }
  return true;
}

bool IsPluginPath(std::string_view name) {
  return name.find('/') != name.npos || name.ends_with(".so");
}

// Where the name or path ends: at the first ':' without a '\\' before it.
size_t EndOfName(std::string_view spec) {
  size_t colon = spec.find(':');
  while (colon != spec.npos && colon != 0 && spec[colon - 1] == '\\') {
    colon = spec.find(':', colon + 1);
  }
  return std::min(colon, spec.size());
}

// The path with every "\\:" as the ':' that it stands for.
std::string Unescape(std::string_view path) {
  std::string text(path);
  for (size_t at = text.find("\\:"); at != text.npos;
       at = text.find("\\:", at + 1)) {
    text.erase(at, 1);
  }
  return text;
}

// What to try when `text`, taken for options, looks like the rest of a path.
std::string HintAtColon(std::string_view text) {
  if (!IsPluginPath(text.substr(0, text.find(',')))) return {};
  return "; write a ':' that belongs to a path as '\\:'";
}

std::unique_ptr<Allocator> MakePlugin(const std::string& path,
                                      std::string_view options,
                                      std::string* error) {
  auto made = plugin::PluginAllocator::Make(path, std::string(options), error);
  if (made == nullptr) *error += HintAtColon(options);
  return made;
}

std::unique_ptr<Allocator> MakeNameless(std::string_view name,
                                        std::string_view text,
                                        std::string* error) {
  if (IsPluginPath(name)) return MakePlugin(Unescape(name), text, error);
  for (const Entry& entry : Entries()) {
    if (entry.info.name != name) continue;
    Options options;
    if (!ParseOptions(text, entry.info, &options, error)) return nullptr;
    return entry.make(options, error);
  }
  *error = "unknown allocator '" + std::string(name) + "'; known are " +
           Join(Entries(), [](const Entry& e) { return e.info.name; }) +
           ", and the paths of plug-ins, such as ./libmine.so" +
           HintAtColon(text);
  return nullptr;
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

const AllocatorInfo& PluginInfo() {
  static const auto& info = *new AllocatorInfo{
      "PATH[:OPTIONS]",
      "a plug-in: a shared library with the interface of allocator/plugin.h",
      {"PATH     has a '/' or ends in .so; a ':' in it is written '\\:'",
       "OPTIONS  the plug-in's own"}};
  return info;
}

std::unique_ptr<Allocator> MakeAllocator(std::string_view spec,
                                         std::string* error) {
  const size_t colon = EndOfName(spec);
  std::unique_ptr<Allocator> made =
      MakeNameless(spec.substr(0, colon),
                   spec.substr(std::min(colon + 1, spec.size())), error);
  if (made != nullptr) made->set_name(spec);
  return made;
}

void TrustDescriptors() { os::TrustDescriptors(); }

}  // namespace jsheap
