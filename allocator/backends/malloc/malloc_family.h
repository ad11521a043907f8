// The functions that a malloc library exports: the process's own, or those of
// a library loaded for it alone.

#ifndef ALLOCATOR_BACKENDS_MALLOC_MALLOC_FAMILY_H_
#define ALLOCATOR_BACKENDS_MALLOC_MALLOC_FAMILY_H_

#include <cstddef>
#include <optional>
#include <string>

namespace jsheap {

struct MallocFamily {
  void* (*malloc)(size_t) = nullptr;
  void* (*calloc)(size_t, size_t) = nullptr;
  void (*free)(void*) = nullptr;
  size_t (*usable_size)(void*) = nullptr;

  // What fits better, of the libraries that have it:
  void* (*zalloc)(size_t) = nullptr;
  void (*free_sized)(void*, size_t) = nullptr;
  void (*sdallocx)(void*, size_t, int flags) = nullptr;
};

// What other JavaScript hosts call, and no more.
MallocFamily ProcessMallocFamily();

// The family of a library, which may be named plainly (malloc, calloc, …) or
// with any prefix (mi_malloc, mi_calloc, …). Of several in one library it is
// the one with the better functions. `library` is a path or, without '/', a
// name for the system to find. Empty, with one line in `*error`, when there is
// no such library or no family in it.
std::optional<MallocFamily> LoadMallocFamily(const std::string& library,
                                             std::string* error);

}  // namespace jsheap

#endif  // ALLOCATOR_BACKENDS_MALLOC_MALLOC_FAMILY_H_
