// Its zeroed blocks end in something else.

#include "tests/allocator/plugins/minimal.h"

static void* AllocateDirty(JsheapInstance* heap, size_t bytes) {
  char* block = AllocateZeroed(heap, bytes);
  block[bytes - 1] = 1;
  return block;
}

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = sizeof(JsheapPlugin),
    .create = Create,
    .destroy = Destroy,
    .allocate = Allocate,
    .allocate_zeroed = AllocateDirty,
    .free = Free,
    .usable_size = UsableSize,
};
