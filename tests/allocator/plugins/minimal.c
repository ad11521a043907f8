// Has the required functions only, and ends there: what lies behind the end of
// its table isn't for the host.

#include "tests/allocator/plugins/minimal.h"

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = offsetof(JsheapPlugin, stats),
    .create = Create,
    .destroy = Destroy,
    .allocate = Allocate,
    .allocate_zeroed = AllocateZeroed,
    .free = Free,
    .usable_size = UsableSize,
    .stats = (void (*)(JsheapInstance*, JsheapPluginStats*))8,
    .flush_thread = (void (*)(JsheapInstance*))8,
};
