// A wasm module with a memory and a table of others, by hand:
//   load(pointer) -> i32      store(pointer, i32)
//   grow(pages) -> pages before
//   call(function, a, b) -> i32, a function of type i(ii)

const bytes = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 24, 4,                                    // types
  0x60, 1, 0x7f, 1, 0x7f,
  0x60, 2, 0x7f, 0x7f, 0,
  0x60, 2, 0x7f, 0x7f, 1, 0x7f,
  0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f,
  2, 29, 2,                                    // imports
  3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 0, 1,
  3, 101, 110, 118, 5, 116, 97, 98, 108, 101, 1, 0x70, 0, 0,
  3, 5, 4, 0, 1, 0, 3,                         // functions
  7, 30, 4,                                    // exports
  4, 108, 111, 97, 100, 0, 0,
  5, 115, 116, 111, 114, 101, 0, 1,
  4, 103, 114, 111, 119, 0, 2,
  4, 99, 97, 108, 108, 0, 3,
  10, 38, 4,                                   // code
  7, 0, 0x20, 0, 0x28, 2, 0, 0x0b,
  9, 0, 0x20, 0, 0x20, 1, 0x36, 2, 0, 0x0b,
  6, 0, 0x20, 0, 0x40, 0, 0x0b,
  11, 0, 0x20, 1, 0x20, 2, 0x20, 0, 0x11, 2, 0, 0x0b,
]);

export function instantiate(memory, table = newTable()) {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, table } }).exports;
}

export function newTable(limits = { initial: 0 }) {
  return new WebAssembly.Table({ element: 'anyfunc', ...limits });
}
