// A library of something else: no plug-in, and no malloc family either, though
// it has parts of two.

#include <stddef.h>

void* half_malloc(size_t bytes) {
  (void)bytes;
  return NULL;
}

void half_free(void* block) { (void)block; }

void* other_malloc(int count, size_t bytes) {
  (void)count, (void)bytes;
  return NULL;
}
