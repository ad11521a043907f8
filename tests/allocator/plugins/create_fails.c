// Refuses to start, in two lines; without a word when it has options.

#include <stdio.h>

#include "tests/allocator/plugins/minimal.h"

static JsheapInstance* Refuse(const char* options, char* error,
                              size_t error_bytes) {
  if (*options == '\0') {
    snprintf(error, error_bytes, "the moon is full;\nwait a day");
  }
  return NULL;
}

const JsheapPlugin jsheap_plugin = {
    .version = JSHEAP_PLUGIN_VERSION,
    .size = sizeof(JsheapPlugin),
    .create = Refuse,
    .destroy = Destroy,
    .allocate = Allocate,
    .allocate_zeroed = AllocateZeroed,
    .free = Free,
    .usable_size = UsableSize,
};
