// How much fewer repetitions a test should make in this build.

#ifndef TESTS_ALLOCATOR_SLOWER_H_
#define TESTS_ALLOCATOR_SLOWER_H_

// ThreadSanitizer makes everything some twenty times slower.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr int kSlower = 8;
#else
inline constexpr int kSlower = 1;
#endif
#endif

#endif  // TESTS_ALLOCATOR_SLOWER_H_
