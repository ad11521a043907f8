// Wants more of the block that every thread starts with than there can be.

static _Thread_local char cache[1 << 20]
    __attribute__((tls_model("initial-exec")));

char* Cache(void) { return cache; }
