// Can't tell the size of a block.

#include "tests/allocator/plugins/minimal.h"

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = sizeof(JsheapPlugin),
    .create = Create,
    .destroy = Destroy,
    .allocate = Allocate,
    .allocate_zeroed = AllocateZeroed,
    .free = Free,
};
