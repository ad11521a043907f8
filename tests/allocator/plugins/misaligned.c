// Its blocks are aligned to 8.

#include "tests/allocator/plugins/minimal.h"

static void* AllocateMisaligned(JsheapInstance* heap, size_t bytes) {
  return (char*)AllocateZeroed(heap, bytes + 8) + 8;
}

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = sizeof(JsheapPlugin),
    .create = Create,
    .destroy = Destroy,
    .allocate = AllocateMisaligned,
    .allocate_zeroed = AllocateMisaligned,
    .free = Free,
    .usable_size = UsableSize,
};
