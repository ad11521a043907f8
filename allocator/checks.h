// How misuse and damage end: one line that names the block, then abort.

#ifndef ALLOCATOR_CHECKS_H_
#define ALLOCATOR_CHECKS_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace jsheap {

// Checks that cost time are compiled into debug, hardened and sanitizer builds.
#ifdef JSHEAP_DEBUG_CHECKS
inline constexpr bool kDebugChecks = true;
#else
inline constexpr bool kDebugChecks = false;
#endif

// `block` is the address as its user knows it, `bytes` the size that it says,
// `real_bytes` what the block has room for, where that is known.
[[noreturn]] inline void Fail(const char* what, const void* block, size_t bytes,
                              size_t real_bytes = 0) {
  std::fprintf(stderr, "jsheap: %s: block %p, size %zu", what, block, bytes);
  if (real_bytes != 0) std::fprintf(stderr, " (has %zu)", real_bytes);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace jsheap

#endif  // ALLOCATOR_CHECKS_H_
