// What the malloc families of the tests are made of: a mapping for each block,
// which begins with a mark, so that a block from elsewhere is noticed.

#ifndef TESTS_ALLOCATOR_PLUGINS_MAPPED_BLOCKS_H_
#define TESTS_ALLOCATOR_PLUGINS_MAPPED_BLOCKS_H_

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

typedef struct MappedBlock {
  uint64_t mark;
  size_t bytes;
} MappedBlock;

static const uint64_t kMark = 0x6a73686561702121;

static inline void* MapBlock(size_t bytes) {
  MappedBlock* block = mmap(NULL, sizeof *block + bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return NULL;
  *block = (MappedBlock){kMark, bytes};
  return block + 1;
}

static inline size_t MappedBytes(const void* address) {
  const MappedBlock* block = (const MappedBlock*)address - 1;
  if (block->mark != kMark) abort();
  return block->bytes;
}

static inline void UnmapBlock(void* address) {
  const size_t bytes = MappedBytes(address);
  munmap((MappedBlock*)address - 1, sizeof(MappedBlock) + bytes);
}

#endif  // TESTS_ALLOCATOR_PLUGINS_MAPPED_BLOCKS_H_
