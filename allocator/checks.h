// How misuse and damage end: one line that names the block, then abort.

#ifndef ALLOCATOR_CHECKS_H_
#define ALLOCATOR_CHECKS_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace jsheap {

// Checks that cost time are compiled into debug and sanitizer builds.
#ifdef JSHEAP_DEBUG_CHECKS
inline constexpr bool kDebugChecks = true;
#else
inline constexpr bool kDebugChecks = false;
#endif

// `block` is the address as its user knows it.
[[noreturn]] inline void Fail(const char* what, const void* block,
                              size_t bytes) {
  std::fprintf(stderr, "jsheap: %s: block %p, size %zu\n", what, block, bytes);
  std::abort();
}

}  // namespace jsheap

#endif  // ALLOCATOR_CHECKS_H_
