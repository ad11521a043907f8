// Its blocks are smaller than what was asked for.

#include "tests/allocator/plugins/minimal.h"

static void* AllocateHalf(JsheapInstance* heap, size_t bytes) {
  return AllocateZeroed(heap, bytes / 2);
}

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = sizeof(JsheapPlugin),
    .create = Create,
    .destroy = Destroy,
    .allocate = AllocateHalf,
    .allocate_zeroed = AllocateHalf,
    .free = Free,
    .usable_size = UsableSize,
};
