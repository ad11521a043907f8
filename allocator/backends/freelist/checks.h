// How misuse and damage end: one line that names the block, then abort.

#ifndef ALLOCATOR_BACKENDS_FREELIST_CHECKS_H_
#define ALLOCATOR_BACKENDS_FREELIST_CHECKS_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace jsheap::freelist {

// Checks that cost time are compiled into debug and sanitizer builds.
#ifdef JSHEAP_DEBUG_CHECKS
inline constexpr bool kDebugChecks = true;
#else
inline constexpr bool kDebugChecks = false;
#endif

// `payload` is the block's address as its user knows it.
[[noreturn]] inline void Fail(const char* what, const void* payload,
                              size_t bytes) {
  std::fprintf(stderr, "jsheap: %s: block %p, size %zu\n", what, payload,
               bytes);
  std::abort();
}

}  // namespace jsheap::freelist

#endif  // ALLOCATOR_BACKENDS_FREELIST_CHECKS_H_
