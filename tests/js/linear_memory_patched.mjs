// LinearMemory keeps working when a script has patched every built-in that it
// could use before it was first asked for.
const OwnError = Error;
const { defineProperty, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const { Memory, Table } = WebAssembly;
const trap = () => { throw new OwnError('a patched built-in was called'); };

const memory = new Memory({ initial: 1, maximum: 100 });
const table = new Table({ element: 'anyfunc', initial: 1 });
const get = table.get.bind(table);

const targets = [
  Array, Array.prototype, ArrayBuffer, ArrayBuffer.prototype, SharedArrayBuffer.prototype, BigInt,
  BigInt.prototype, DataView.prototype, Function.prototype, Map.prototype, Math, Number,
  Number.prototype, Object, Reflect, Set.prototype, String, String.prototype, Symbol.prototype,
  getPrototypeOf(Uint8Array), getPrototypeOf(Uint8Array.prototype), Uint8Array.prototype,
  getPrototypeOf([][Symbol.iterator]()), WebAssembly, WebAssembly.Memory.prototype,
  WebAssembly.Table.prototype, WebAssembly.Instance.prototype, WebAssembly.Module,
];
for (let t = 0; t < targets.length; t++) {
  const names = ownKeys(targets[t]);
  for (let i = 0; i < names.length; i++) {
    if (names[i] === 'prototype') continue;
    try {
      defineProperty(targets[t], names[i], { get: trap, set: trap, configurable: true });
    } catch {}
  }
}
const globals = ['Array', 'BigInt', 'DataView', 'Int8Array', 'Uint8Array', 'Int16Array', 'Uint16Array',
                 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array', 'Float32Array',
                 'Float64Array', 'Map', 'Math', 'Number', 'Object', 'RangeError', 'Reflect', 'String',
                 'TypeError', 'WebAssembly'];
for (let i = 0; i < globals.length; i++) defineProperty(globalThis, globals[i], { get: trap });
// Setters that assignments to fresh objects and arrays would run.
const keys = ['0', '1', 'value', 'get', 'set', 'index', 'next', 'wasm', 'token', 'ring', 'nodes', 'heads',
              'code', 'limit', 'requested', 'i8', 'u8', 'memory', 'f', 'e', 'initial', 'shared', 'address'];
const objects = getPrototypeOf({});
const arrays = getPrototypeOf([]);
for (let i = 0; i < keys.length; i++) {
  if (keys[i] === 'value' || keys[i] === 'get' || keys[i] === 'set') continue;
  defineProperty(objects, keys[i], { __proto__: null, get: trap, set: trap });
}
for (let i = 0; i < 2; i++) defineProperty(arrays, keys[i], { __proto__: null, get: trap, set: trap });

function check(what, condition) {
  if (!condition) throw `${what} is wrong`;
}
function fails(fn) {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw 'nothing was thrown';
}

const options = (more) => ({ __proto__: null, ...more });
const own = new LinearMemory(options({ initial: '64KiB', maximum: '1MiB', memory: undefined }));
const pointer = own.alloc(1000);
own.poke32(pointer, 5).poke(pointer + 8, -1n, 'i64').poke64f(pointer + 17, 0.5);
check('peek', own.peek32(pointer) === 5 && own.peek64(pointer + 8) === -1n &&
      own.peek64f(pointer + 17) === 0.5);
const several = own.peek8(pointer, pointer + 8);
check('several', several.length === 2 && several[0] === 5 && several[1] === -1);
check('strings', own.cstrToJs(own.allocCString('h\u00e9')) === 'h\u00e9');
check('grown', own.realloc(pointer, 500_000) !== 0);
const error = fails(() => own.alloc(2_000_000));
check('error', error.code === 'ERR_MEMORY_LIMIT' && error.limit === 'maximum' && error.requested === 2_000_000);
fails(() => own.dealloc(5));
fails(() => own.peek8('x'));
own.scopedAllocCall(() => { own.scopedAlloc(10); });
check('stats', own.stats().blocks === 2);
check('views', own.heap8u()[own.byteLength - 1] === 0 && own.heap8u()[own.byteLength] === undefined);

const wasm = new LinearMemory(options({ memory, table, base: 8 }));
const add = wasm.installFunction('i(ii)', (a, b) => a + b);
check('functions', get(add)(2, 3) === 5);
wasm.uninstallFunction(add);
check('uninstalled', get(add) === null);
fails(() => wasm.installFunction('x', () => {}));
wasm.dealloc(wasm.alloc(200_000));
check('resize', wasm.resize(1_000_000) === true);
wasm.dispose();
own.dispose();
