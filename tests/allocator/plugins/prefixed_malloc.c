// A malloc family by a prefix that nobody has heard of, with the better
// functions, beside a plain one that has none and ends the process.
//
// Like jemalloc's, its thread-locals lie in the block that a thread starts
// with and are larger than what glibc leaves there.

#include <stdatomic.h>
#include <string.h>

#include "tests/allocator/plugins/mapped_blocks.h"

atomic_int toy_zallocs;
atomic_int toy_sized_frees;

static _Thread_local char cache[2632]
    __attribute__((tls_model("initial-exec")));

void* toy_malloc(size_t bytes) {
  cache[bytes % sizeof cache] = 1;
  return MapBlock(bytes);
}

void* toy_zalloc(size_t bytes) {
  atomic_fetch_add(&toy_zallocs, 1);
  return toy_malloc(bytes);
}

void* toy_calloc(size_t count, size_t bytes) {
  return toy_malloc(count * bytes);
}

void toy_free(void* block) {
  if (block != NULL) UnmapBlock(block);
}

void toy_free_sized(void* block, size_t bytes) {
  if (MappedBytes(block) != bytes) abort();
  atomic_fetch_add(&toy_sized_frees, 1);
  toy_free(block);
}

size_t toy_usable_size(void* block) { return MappedBytes(block); }

void* malloc(size_t bytes) {
  (void)bytes;
  abort();
}

void* calloc(size_t count, size_t bytes) {
  (void)count, (void)bytes;
  abort();
}

void free(void* block) {
  (void)block;
  abort();
}

size_t malloc_usable_size(void* block) {
  (void)block;
  abort();
}
