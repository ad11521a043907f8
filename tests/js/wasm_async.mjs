// WebAssembly is compiled in the background; the program waits for it.

const bytes = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0,              // header
  1, 7, 1, 96, 2, 127, 127, 1, 127,         // (i32, i32) -> i32
  3, 2, 1, 0,                               // one function
  7, 7, 1, 3, 97, 100, 100, 0, 0,           // exported as "add"
  10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11,    // its code
]);
const { instance } = await WebAssembly.instantiate(bytes);
if (instance.exports.add(40, 2) !== 42) throw new Error('add');
const module = await WebAssembly.compile(bytes);
if (new WebAssembly.Instance(module).exports.add(1, 2) !== 3) throw new Error('compile');
let failed = false;
try { await WebAssembly.compile(new Uint8Array(8)); } catch { failed = true; }
if (!failed) throw new Error('bad bytes compiled');
