// What the plug-ins of the tests have in common: the required functions, on
// the process's malloc.

#ifndef TESTS_ALLOCATOR_PLUGINS_MINIMAL_H_
#define TESTS_ALLOCATOR_PLUGINS_MINIMAL_H_

#include <malloc.h>
#include <stdlib.h>

#include "allocator/plugin.h"

struct JsheapInstance {
  int unused;
};

static inline JsheapInstance* Create(const char* options, char* error,
                                     size_t error_bytes) {
  (void)options, (void)error, (void)error_bytes;
  return calloc(1, sizeof(JsheapInstance));
}

static inline void Destroy(JsheapInstance* heap) { free(heap); }

static inline void* Allocate(JsheapInstance* heap, size_t bytes) {
  (void)heap;
  return malloc(bytes);
}

static inline void* AllocateZeroed(JsheapInstance* heap, size_t bytes) {
  (void)heap;
  return calloc(1, bytes);
}

static inline void Free(JsheapInstance* heap, void* block, size_t bytes) {
  (void)heap, (void)bytes;
  free(block);
}

static inline size_t UsableSize(JsheapInstance* heap, const void* block) {
  (void)heap;
  return malloc_usable_size((void*)block);
}

#endif  // TESTS_ALLOCATOR_PLUGINS_MINIMAL_H_
