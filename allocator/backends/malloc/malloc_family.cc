#include "allocator/backends/malloc/malloc_family.h"

#include <malloc.h>

#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <tuple>

#include "allocator/os/shared_library.h"

namespace jsheap {
namespace {

// Sets `*function` to the first of the names that the library exports.
template <typename Function>
void FindFirst(const os::SharedLibrary& library, const std::string& prefix,
               std::initializer_list<const char*> names, Function* function) {
  for (const char* name : names) {
    void* address = library.Find((prefix + name).c_str());
    if (address == nullptr) continue;
    *function = reinterpret_cast<Function>(address);
    return;
  }
}

MallocFamily FamilyOf(const os::SharedLibrary& library,
                      const std::string& prefix) {
  MallocFamily family;
  FindFirst(library, prefix, {"malloc"}, &family.malloc);
  FindFirst(library, prefix, {"calloc"}, &family.calloc);
  FindFirst(library, prefix, {"free"}, &family.free);
  FindFirst(library, prefix,
            {"malloc_usable_size", "usable_size", "malloc_size", "msize"},
            &family.usable_size);
  FindFirst(library, prefix, {"zalloc"}, &family.zalloc);
  FindFirst(library, prefix, {"free_sized", "free_size"}, &family.free_sized);
  FindFirst(library, prefix, {"sdallocx"}, &family.sdallocx);
  return family;
}

bool IsComplete(const MallocFamily& family) {
  return family.malloc != nullptr && family.calloc != nullptr &&
         family.free != nullptr && family.usable_size != nullptr;
}

int BetterFunctions(const MallocFamily& family) {
  return (family.zalloc != nullptr) +
         (family.free_sized != nullptr || family.sdallocx != nullptr);
}

std::optional<MallocFamily> BestFamily(const os::SharedLibrary& library) {
  constexpr std::string_view kMalloc = "malloc";
  std::optional<MallocFamily> best;
  // More of the better functions, then the shorter prefix, then any order that
  // is the same every time.
  std::tuple<int, size_t, std::string> best_rank;
  for (std::string_view name : library.Functions()) {
    if (!name.ends_with(kMalloc)) continue;
    const std::string prefix(name.substr(0, name.size() - kMalloc.size()));
    const MallocFamily family = FamilyOf(library, prefix);
    if (!IsComplete(family)) continue;
    std::tuple rank(-BetterFunctions(family), prefix.size(), prefix);
    if (best && best_rank < rank) continue;
    best = family;
    best_rank = rank;
  }
  return best;
}

std::string Describe(const std::string& library, const os::LoadError& error) {
  switch (error.kind) {
    case os::LoadError::Kind::kNotFound:
      return "no library '" + library +
             "'; give its path, or install it (in Debian libmimalloc.so.2 is "
             "in libmimalloc2.0, libjemalloc.so.2 in libjemalloc2, "
             "libtcmalloc_minimal.so.4 in libtcmalloc-minimal4)";
    case os::LoadError::Kind::kNoStaticTls:
      return "library '" + library +
             "' needs more static thread-local memory than is left; set "
             "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536 in the "
             "environment, or LD_PRELOAD=" +
             library + " and use allocator 'malloc'";
    case os::LoadError::Kind::kOther:
      break;
  }
  return "library '" + library + "' can't be loaded: " + error.text +
         "; name a shared library for this system";
}

}  // namespace

MallocFamily ProcessMallocFamily() {
  MallocFamily family;
  family.malloc = std::malloc;
  family.calloc = std::calloc;
  family.free = std::free;
  family.usable_size = malloc_usable_size;
  return family;
}

std::optional<MallocFamily> LoadMallocFamily(const std::string& library,
                                             std::string* error) {
  os::LoadError load_error;
  // An allocator's own calls of malloc mean its own, as they would if it were
  // the process's.
  const auto loaded =
      os::SharedLibrary::Load(library, os::Binding::kItselfFirst, &load_error);
  if (!loaded) {
    *error = Describe(library, load_error);
    return std::nullopt;
  }
  std::optional<MallocFamily> family = BestFamily(*loaded);
  if (!family) {
    *error = "library '" + library +
             "' exports no malloc family; name one that has malloc, calloc, "
             "free and malloc_usable_size, plain or all with one prefix";
  }
  return family;
}

}  // namespace jsheap
