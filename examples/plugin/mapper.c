// A plug-in for --allocator that gives every block a mapping of its own: slow,
// but a use after free most likely faults on the spot.
//
//   cc -O2 -shared -fPIC -I. examples/plugin/mapper.c -o libmapper.so
//   jshost --allocator ./libmapper.so:limit=1000000000 script.js
#define _DEFAULT_SOURCE  // for MAP_ANONYMOUS
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "allocator/plugin.h"

// Before each block, the length of its mapping.
enum { kPageBytes = 4096, kHeaderBytes = JSHEAP_PLUGIN_ALIGNMENT };

struct JsheapInstance {
  size_t limit;
  atomic_size_t mapped;
};

static JsheapInstance* Create(const char* options, char* error, size_t most) {
  JsheapInstance heap = {.limit = SIZE_MAX};
  char rest;
  if (*options != '\0' &&
      sscanf(options, "limit=%zu%c", &heap.limit, &rest) != 1) {
    snprintf(error, most, "'%s' isn't limit=BYTES", options);
    return NULL;
  }
  JsheapInstance* made = malloc(sizeof heap);
  if (made != NULL) *made = heap;
  return made;
}

static void Destroy(JsheapInstance* heap) { free(heap); }

static void* Allocate(JsheapInstance* heap, size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  const size_t length = (kHeaderBytes + bytes + kPageBytes - 1) & -kPageBytes;
  size_t* mapping = MAP_FAILED;
  if (atomic_fetch_add(&heap->mapped, length) + length <= heap->limit)
    mapping = mmap(NULL, length, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    atomic_fetch_sub(&heap->mapped, length);
    return NULL;
  }
  *mapping = length;
  return (char*)mapping + kHeaderBytes;
}

static size_t UsableSize(JsheapInstance* heap, const void* block) {
  (void)heap;
  return *(const size_t*)((const char*)block - kHeaderBytes) - kHeaderBytes;
}

static void Free(JsheapInstance* heap, void* block, size_t bytes) {
  (void)bytes;
  const size_t length = UsableSize(heap, block) + kHeaderBytes;
  atomic_fetch_sub(&heap->mapped, length);
  munmap((char*)block - kHeaderBytes, length);
}

static void Stats(JsheapInstance* heap, JsheapPluginStats* stats) {
  stats->allocated_bytes = stats->committed_bytes = atomic_load(&heap->mapped);
}

const JsheapPlugin jsheap_plugin = {.version = JSHEAP_PLUGIN_VERSION,
                                    .size = sizeof(JsheapPlugin),
                                    .create = Create,
                                    .destroy = Destroy,
                                    .allocate = Allocate,
                                    .allocate_zeroed = Allocate,
                                    .free = Free,
                                    .usable_size = UsableSize,
                                    .stats = Stats};
