// Built for another version of the interface.

#include "tests/allocator/plugins/minimal.h"

const JsheapPlugin jsheap_plugin = {
    .version = 7,
    .size = sizeof(JsheapPlugin),
    .create = Create,
    .destroy = Destroy,
    .allocate = Allocate,
    .allocate_zeroed = AllocateZeroed,
    .free = Free,
    .usable_size = UsableSize,
};
