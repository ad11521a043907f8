#include "allocator/os/shared_library.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>

namespace jsheap::os {
namespace {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitizer = true;
#else
constexpr bool kSanitizer = false;
#endif

// Libraries that reach their thread-locals at a fixed distance from the thread
// pointer, as allocators do, need room in the block that every thread starts
// with. glibc leaves 1664 bytes; jemalloc needs 2632. But glibc also rounds
// the block up to the strictest alignment in it, so this variable makes room
// for about 4 KiB. Only in a program: a library would take it for itself.
#if defined(__PIE__) || !defined(__PIC__)
alignas(4096) [[gnu::used, gnu::retain]] thread_local char t_room_for_libraries;
#endif

// "/lib/libx.so: invalid ELF header", said of libx.so, without the name.
LoadError ErrorOf(std::string_view message, const std::string& file) {
  const size_t colon = message.find(": ");
  if (colon == message.npos || !message.substr(0, colon).ends_with(file)) {
    return {LoadError::Kind::kOther, std::string(message)};
  }
  const std::string_view text = message.substr(colon + 2);
  LoadError::Kind kind = LoadError::Kind::kOther;
  if (text.ends_with("No such file or directory")) {
    kind = LoadError::Kind::kNotFound;
  } else if (text.ends_with("static TLS block")) {
    kind = LoadError::Kind::kNoStaticTls;
  }
  return {kind, std::string(text)};
}

}  // namespace

std::optional<SharedLibrary> SharedLibrary::Load(const std::string& file,
                                                 Binding binding,
                                                 LoadError* error) {
  // The system takes no name for the name of the program.
  if (file.empty()) {
    *error = {LoadError::Kind::kNotFound, "no name"};
    return std::nullopt;
  }
  int flags = RTLD_NOW | RTLD_LOCAL;
  if (binding == Binding::kItselfFirst && !kSanitizer) flags |= RTLD_DEEPBIND;
  void* handle = dlopen(file.c_str(), flags);
  const link_map* map = nullptr;
  if (handle == nullptr || dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0) {
    *error = ErrorOf(dlerror(), file);
    return std::nullopt;
  }
  return SharedLibrary(handle, map);
}

void* SharedLibrary::Find(const char* name) const {
  void* address = dlsym(handle_, name);
  Dl_info info;
  void* owner = nullptr;
  if (address == nullptr ||
      dladdr1(address, &info, &owner, RTLD_DL_LINKMAP) == 0 || owner != map_) {
    return nullptr;
  }
  return address;
}

// Reads the table by which the loader finds symbols, which has just those that
// the library exports: an array of chains, in the order of the symbol table,
// the last entry of each with bit 0 set.
std::vector<std::string_view> SharedLibrary::Functions() const {
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  const uint32_t* table = nullptr;
  for (const ElfW(Dyn)* entry = map_->l_ld; entry->d_tag != DT_NULL; ++entry) {
    const auto address = static_cast<uintptr_t>(entry->d_un.d_ptr);
    switch (entry->d_tag) {
      case DT_SYMTAB:
        symbols = reinterpret_cast<const ElfW(Sym)*>(address);
        break;
      case DT_STRTAB:
        names = reinterpret_cast<const char*>(address);
        break;
      case DT_GNU_HASH:
        table = reinterpret_cast<const uint32_t*>(address);
        break;
    }
  }
  std::vector<std::string_view> functions;
  if (symbols == nullptr || names == nullptr || table == nullptr) {
    return functions;
  }
  const uint32_t bucket_count = table[0];
  const uint32_t first_symbol = table[1];
  const uint32_t filter_words = table[2];
  const uint32_t* buckets = table + 4 + filter_words * sizeof(void*) / 4;
  const uint32_t* chains = buckets + bucket_count;
  for (uint32_t bucket = 0; bucket < bucket_count; ++bucket) {
    if (buckets[bucket] == 0) continue;
    for (uint32_t i = buckets[bucket];; ++i) {
      const int type = ELF64_ST_TYPE(symbols[i].st_info);
      if (type == STT_FUNC || type == STT_GNU_IFUNC) {
        functions.emplace_back(names + symbols[i].st_name);
      }
      if ((chains[i - first_symbol] & 1) != 0) break;
    }
  }
  return functions;
}

}  // namespace jsheap::os
