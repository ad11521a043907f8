// The example works: SQLite's wasm build on LinearMemory. It throws when a
// result is wrong.
import '../../examples/sqlite.mjs';
