// A malloc family by its plain names, to be preloaded. calloc calls malloc by
// name, which must not end up in the process's.

#include <stdatomic.h>

#include "tests/allocator/plugins/mapped_blocks.h"

atomic_int plain_mallocs;
atomic_int plain_sized_frees;

void* malloc(size_t bytes) {
  atomic_fetch_add(&plain_mallocs, 1);
  return MapBlock(bytes);
}

void* calloc(size_t count, size_t bytes) { return malloc(count * bytes); }

void free(void* block) {
  if (block != NULL) UnmapBlock(block);
}

size_t malloc_usable_size(void* block) { return MappedBytes(block); }

void sdallocx(void* block, size_t bytes, int flags) {
  if (MappedBytes(block) != bytes || flags != 0) abort();
  atomic_fetch_add(&plain_sized_frees, 1);
  free(block);
}
