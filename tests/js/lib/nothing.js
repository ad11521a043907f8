// Leaves nothing behind.
(() => 1)();
