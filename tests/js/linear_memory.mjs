// LinearMemory, method by method.
import { equal, refused, same, throws } from './linear_memory/check.mjs';

const KiB = 1024;
const MiB = 1024 * KiB;
const rest = (memory) => memory.stats().freeBytes;

{ // What a new one is.
  const memory = new LinearMemory();
  equal('byteLength', memory.byteLength, MiB);
  equal('buffer', memory.buffer.byteLength, MiB);
  equal('buffer is an ArrayBuffer', memory.buffer instanceof ArrayBuffer, true);
  same('stats', memory.stats(), {
    usedBytes: 0, freeBytes: MiB - 16, blocks: 0, largestFree: MiB - 16, growths: 0, scopeDepth: 0,
  });
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'LinearMemory');
  same('global', [descriptor.writable, descriptor.enumerable, descriptor.configurable],
       [true, false, true]);
  equal('rounded up', new LinearMemory({ initial: 1, maximum: 65537 }).byteLength, 64 * KiB);
  equal('sizes as text', new LinearMemory({ initial: '128KiB', maximum: '1M' }).byteLength, 128 * KiB);
  equal('initial within maximum', new LinearMemory({ maximum: '128KiB' }).byteLength, 128 * KiB);
  equal('empty', new LinearMemory({ initial: 0 }).byteLength, 0);
  const empty = new LinearMemory({ initial: 0 });
  empty.poke8(empty.alloc(1), 5);
  equal('grown from empty', empty.byteLength, 64 * KiB);
}

{ // alloc: aligned, zero, never 0, apart.
  const memory = new LinearMemory();
  for (const round of [1, 2]) {
    const pointers = [];
    for (let bytes = 0; bytes < 300; bytes++) {
      const pointer = memory.alloc(bytes);
      if (pointer === 0 || pointer % 8 !== 0) throw new Error(`pointer ${pointer}`);
      const block = memory.heap8u().subarray(pointer, pointer + bytes);
      if (block.some((x) => x !== 0)) throw new Error(`round ${round}: ${bytes} bytes aren't zero`);
      block.fill(0xee);
      pointers.push(pointer);
    }
    equal('blocks', memory.stats().blocks, 300);
    equal('usedBytes', memory.stats().usedBytes, 299 * 300 / 2);
    for (const pointer of pointers) memory.dealloc(pointer);
    equal('coalesced', memory.stats().largestFree, MiB - 16);
  }
  for (let alignment = 1; alignment <= 65536; alignment *= 2) {
    const pointer = memory.alloc(100, alignment);
    equal(`alignment ${alignment}`, pointer % Math.max(8, alignment), 0);
    memory.alloc(8);
  }
}

{ // dealloc merges on both sides, in any order.
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const memory = new LinearMemory({ initial: '64KiB', maximum: '64KiB' });
    const free = rest(memory);
    const blocks = [memory.alloc(1000), memory.alloc(20_000), memory.alloc(44_504)];
    equal('full', memory.stats().largestFree, 0);
    for (const i of order) memory.dealloc(blocks[i]);
    equal('free again', rest(memory), free);
    equal('as one', memory.dealloc(memory.alloc(free)), undefined);
  }
}

{ // What is freed is used before the memory grows.
  const memory = new LinearMemory({ initial: '1MiB' });
  const blocks = Array.from({ length: 1000 }, () => memory.alloc(1000));
  for (let i = 0; i < 1000; i += 2) memory.dealloc(blocks[i]);
  for (let i = 0; i < 500; i++) memory.alloc(1000);
  equal('growths', memory.stats().growths, 0);
  for (let n = 0; n < 100; n++) memory.dealloc(memory.alloc(memory.stats().largestFree));
  equal('largestFree can be had', memory.stats().growths, 0);
}

{ // realloc.
  const memory = new LinearMemory({ initial: '64KiB', maximum: '512KiB' });
  const bytes = () => memory.heap8u();
  equal('of 0 is alloc', memory.realloc(0, 10) % 8, 0);
  let pointer = memory.alloc(100);
  bytes().fill(7, pointer, pointer + 100);
  const neighbour = memory.alloc(8);
  let sevens = 100;
  for (const size of [200, 3000, 50, 51, 100_000, 10, 104, 103, 300_000]) {
    sevens = Math.min(sevens, size);
    pointer = memory.realloc(pointer, size);
    const block = bytes().subarray(pointer, pointer + size);
    equal(`kept of ${size}`, block.subarray(0, sevens).every((x) => x === 7), true);
    equal(`zero behind ${size}`, block.subarray(sevens).every((x) => x === 0), true);
    equal(`usedBytes ${size}`, memory.stats().usedBytes, 10 + 8 + size);
  }
  refused('maximum', 1e6, () => memory.realloc(pointer, 1e6));
  equal('still there', bytes()[pointer], 7);
  equal('neighbour', memory.realloc(neighbour, 8), neighbour);
  equal('to 0 bytes is dealloc', memory.realloc(neighbour, 0), 0);
  equal('blocks', memory.stats().blocks, 2);
  const { growths } = memory.stats();
  pointer = memory.realloc(pointer, 400_000);
  pointer = memory.realloc(pointer, 20);
  equal('shrunk in place', memory.stats().usedBytes, 30);
  equal('growths', memory.stats().growths, growths + 1);
}

{ // Growth: more than is needed, as long as that is to be had.
  const grown = (options, bytes) => {
    const memory = new LinearMemory(options);
    memory.alloc(bytes);
    return memory.byteLength / (64 * KiB);
  };
  equal('20 %', grown({ initial: '10MiB' }, 10 * MiB - 8), 192);
  equal('as needed', grown({ initial: '1MiB' }, 10 * MiB), 161);
  equal('own growth', grown({ initial: '10MiB', growth: [0.5] }, 10 * MiB - 8), 240);
  equal('none', grown({ initial: '10MiB', growth: [0] }, 10 * MiB - 8), 161);
  equal('up to the maximum', grown({ initial: '10MiB', maximum: '11MiB' }, 10 * MiB - 8), 176);
  equal('96 MiB more at most', grown({ initial: '600MiB' }, 600 * MiB - 8), (696 * MiB) / (64 * KiB) + 1);

  const memory = new LinearMemory({ initial: '64KiB', maximum: '1MiB', growth: [0] });
  equal('resize', memory.resize(100_000), true);
  equal('byteLength', memory.byteLength, 128 * KiB);
  equal('free', memory.stats().largestFree, 128 * KiB - 16);
  equal('smaller', memory.resize(10), true);
  equal('never shrinks', memory.byteLength, 128 * KiB);
  equal('too much', memory.resize(MiB + 1), false);
  equal('nothing changed', memory.byteLength, 128 * KiB);
  same('growths', memory.stats().growths, 1);
  const error = refused('maximum', 2 * MiB, () => memory.alloc(2 * MiB));
  equal('names the remedy', /raise 'maximum'/.test(error.message), true);
  refused('maximum', 1e300, () => memory.alloc(1e300));
  equal('usable', memory.cstrToJs(memory.allocCString('still')), 'still');
  memory.dealloc(memory.alloc(MiB - 100));
}

{ // Views are renewed; old ones are of the old buffer.
  const memory = new LinearMemory({ initial: '64KiB' });
  const types = {
    heap8: Int8Array, heap8u: Uint8Array, heap16: Int16Array, heap16u: Uint16Array, heap32: Int32Array,
    heap32u: Uint32Array, heap64: BigInt64Array, heap64u: BigUint64Array, heap32f: Float32Array,
    heap64f: Float64Array,
  };
  const old = memory.heap8();
  memory.resize(1e6);
  equal('old', old.length, 0);
  for (const [name, type] of Object.entries(types)) {
    const view = memory[name]();
    equal(name, view.constructor, type);
    equal(`${name} is whole`, view.byteLength, memory.byteLength);
    equal(`${name} is kept`, memory[name](), view);
    equal(`${name} is the buffer's`, view.buffer, memory.buffer);
  }
  for (const bits of [8, 16, 32, 64]) {
    equal(`unsigned ${bits}`, memory.heapForSize(bits), memory[`heap${bits}u`]());
    equal(`signed ${bits}`, memory.heapForSize(bits, false), memory[`heap${bits}`]());
  }
}

{ // peek and poke: every type, aligned and not, several pointers.
  const memory = new LinearMemory();
  const at = memory.alloc(64);
  const cases = [
    ['i8', -5, -5], ['u8', 250, 250], ['i8', 255, -1], ['i16', -300, -300], ['u16', 65535, 65535],
    ['i32', -70000, -70000], ['u32', 4294967295, 4294967295], ['i64', -(2n ** 63n), -(2n ** 63n)],
    ['u64', 2n ** 64n - 1n, 2n ** 64n - 1n], ['i64', 7, 7n], ['f32', 1.5, 1.5], ['f64', -0.1, -0.1],
    ['bool', true, 1], ['bool', 0, 0], ['*', 4000000000, 4000000000],
  ];
  for (const [type, value, expected] of cases) {
    for (const offset of [0, 8, 1, 2, 3, 4, 7]) {
      equal('poke returns', memory.poke(at + offset, value, type), memory);
      equal(`${type} at ${offset}`, memory.peek(at + offset, type), expected);
    }
  }
  memory.poke(at, -3);
  equal('i8 is the default', memory.peek(at), -3);
  const short = {
    8: -7, 16: -700, 32: -70000, '32f': 0.5, '64f': Math.PI, Ptr: 12345, 64: -5n,
  };
  for (const [name, value] of Object.entries(short)) {
    for (const offset of [0, 16, 9]) {
      equal('poke returns', memory[`poke${name}`](at + offset, value), memory);
      equal(`peek${name} at ${offset}`, memory[`peek${name}`](at + offset), value);
    }
    memory[`poke${name}`]([at, at + 8, at + 16], value);
    same(`peek${name} of several`, memory[`peek${name}`](at, at + 8, at + 16), [value, value, value]);
    same(`peek${name} of an array`, memory[`peek${name}`]([at, at + 16]), [value, value]);
  }
  memory.pokePtr(at);
  equal('pokePtr writes a null', memory.peekPtr(at), 0);
  memory.poke([at, at + 4], 9, 'i32');
  same('peek of an array', memory.peek([at, at + 4], 'i32'), [9, 9]);
  same('of none', memory.peek([], 'i32'), []);
  memory.poke32(at, 0x01020304);
  equal('little-endian', memory.heap8u()[at], 4);

  const end = memory.byteLength;
  equal('last byte', memory.peek8(end - 1), 0);
  equal('last word', memory.peek32(end - 4), 0);
  for (const [type, bytes] of [['8', 1], ['16', 2], ['32', 4], ['64', 8], ['32f', 4], ['64f', 8], ['Ptr', 4]]) {
    for (const pointer of [end - bytes + 1, end, end + 8, 2 ** 40, -1, -8, 0.5, NaN, Infinity]) {
      throws(RangeError, /pointer must be .* got/, () => memory[`peek${type}`](pointer));
      throws(RangeError, /pointer must be .* got/,
             () => memory[`poke${type}`](pointer, type === '64' ? 1n : 1));
    }
    for (const pointer of ['8', null, undefined, {}, 8n, true, Symbol()]) {
      throws(TypeError, /pointer must be a number, got/, () => memory[`peek${type}`](pointer));
      throws(TypeError, /pointer must be a number, got/,
             () => memory[`poke${type}`](pointer, type === '64' ? 1n : 1));
    }
    for (const value of ['1', undefined, null, {}]) {
      if (type === 'Ptr' && value === undefined) continue;
      throws(TypeError, /value must be .*number, got/, () => memory[`poke${type}`](at, value));
    }
  }
  throws(TypeError, /pointer must be a number/, () => memory.peek8());
  throws(TypeError, /value must be a number, got 1n/, () => memory.poke32(at, 1n));
  throws(RangeError, /value must be .* got 0.5/, () => memory.poke64(at, 0.5));
  throws(TypeError, /type must be one of 'i8'.* got 'i128'/, () => memory.peek(at, 'i128'));
  throws(TypeError, /type must be/, () => memory.poke(at, 1, '__proto__'));
  throws(TypeError, /type must be/, () => memory.poke(at, 1, { toString: () => 'i8' }));
}

{ // C strings.
  const memory = new LinearMemory();
  for (const text of ['', 'a', 'plain', 'žluť', '漢字', '😀', 'x'.repeat(100_000), 'ü€'.repeat(5000)]) {
    const pointer = memory.allocCString(text);
    equal(`'${text.slice(0, 10)}'`, memory.cstrToJs(pointer), text);
  }
  equal('a lone surrogate', memory.cstrToJs(memory.allocCString('a\ud800b')), 'a\ufffdb');
  equal('up to its NUL', memory.cstrToJs(memory.allocCString('ab\0cd')), 'ab');
  equal('null', memory.cstrToJs(0), null);
  const pointer = memory.allocCString('abc');
  equal('bytes', [...memory.heap8u().subarray(pointer, pointer + 4)].join(), '97,98,99,0');
  memory.poke8(pointer + 1, 0xff);
  equal('invalid UTF-8', memory.cstrToJs(pointer), 'a\ufffdc');
  throws(TypeError, /text must be a string, got 5/, () => memory.allocCString(5));
  throws(RangeError, /pointer must be at most/, () => memory.cstrToJs(memory.byteLength));
  memory.heap8u().fill(65, memory.byteLength - 10);
  throws(RangeError, /ends with a NUL/, () => memory.cstrToJs(memory.byteLength - 5));
  throws(TypeError, /pointer must be a number/, () => memory.cstrToJs('0'));
}

{ // Scopes.
  const memory = new LinearMemory({ table: new WebAssembly.Table({ element: 'anyfunc', initial: 1 }) });
  const free = rest(memory);
  const kept = memory.alloc(10);
  const outer = memory.scopedAllocPush();
  const a = memory.scopedAlloc(100);
  const inner = memory.scopedAllocPush();
  equal('depth', memory.stats().scopeDepth, 2);
  memory.scopedAllocCString('gone soon');
  const manual = memory.alloc(10);
  throws(TypeError, /opposite order/, () => memory.scopedAllocPop(outer));
  memory.scopedAllocPop(inner);
  equal('inner gone', memory.stats().usedBytes, 120);
  throws(TypeError, /scope must be an open scope/, () => memory.scopedAllocPop(inner));
  throws(TypeError, /scope must be an open scope/, () => memory.scopedAllocPop({}));
  throws(TypeError, /scope must be an open scope/, () => memory.scopedAllocPop(null));
  memory.poke8(a, 1);
  memory.scopedAllocPop();
  equal('depth', memory.stats().scopeDepth, 0);
  throws(TypeError, /no scope is open/, () => memory.scopedAllocPop());
  for (const method of ['scopedAlloc', 'scopedAllocCString']) {
    throws(TypeError, /no scope is open/, () => memory[method](1));
  }
  throws(TypeError, /no scope is open/, () => memory.scopedInstallFunction('v()', () => {}));
  memory.dealloc(kept);
  memory.dealloc(manual);
  equal('all is free', rest(memory), free);

  // A block freed by hand isn't freed again, whoever has its place by then.
  memory.scopedAllocPush();
  const freed = memory.scopedAlloc(64);
  memory.dealloc(freed);
  const reused = memory.alloc(64);
  equal('the same place', reused, freed);
  memory.scopedAllocPop();
  equal('still there', memory.stats().blocks, 1);
  memory.dealloc(reused);

  // A block that moves stays in its scope.
  memory.scopedAllocPush();
  const small = memory.scopedAlloc(8);
  const wall = memory.alloc(8);
  const large = memory.realloc(small, 5000);
  equal('moved', large !== small, true);
  memory.scopedAllocPop();
  equal('gone with its scope', memory.stats().blocks, 1);
  memory.dealloc(wall);

  equal('call', memory.scopedAllocCall(() => memory.cstrToJs(memory.scopedAllocCString('x'))), 'x');
  const error = new Error('mine');
  throws(Error, /mine/, () => memory.scopedAllocCall(() => { memory.scopedAlloc(10); throw error; }));
  memory.scopedAllocCall(() => {
    memory.scopedAllocPush();  // forgotten
    memory.scopedAlloc(10);
    memory.scopedAllocPush();
  });
  throws(TypeError, /scopedAllocCall's/, () => memory.scopedAllocCall(() => memory.scopedAllocPop()));
  throws(TypeError, /fn must be a function, got 3/, () => memory.scopedAllocCall(3));
  let depth = 0;
  const nest = () => {
    memory.scopedAlloc(16);
    if (++depth < 100) memory.scopedAllocCall(nest);
  };
  memory.scopedAllocCall(nest);
  equal('all is free', rest(memory), free);
  equal('depth', memory.stats().scopeDepth, 0);
  equal('a scope tells nothing', Reflect.ownKeys(memory.scopedAllocPush()).length, 0);
}

{ // dispose.
  const memory = new LinearMemory();
  const pointer = memory.alloc(10);
  const view = memory.heap8u();
  equal('dispose', memory.dispose(), undefined);
  memory.dispose();
  memory[Symbol.dispose]();
  const uses = [
    (m) => m.alloc(1), (m) => m.dealloc(pointer), (m) => m.realloc(pointer, 20), (m) => m.peek8(pointer),
    (m) => m.poke8(pointer, 1), (m) => m.peek(pointer, 'f64'), (m) => m.allocCString('a'),
    (m) => m.cstrToJs(pointer), (m) => m.heap8(), (m) => m.heap64f(), (m) => m.heapForSize(8),
    (m) => m.buffer, (m) => m.byteLength, (m) => m.resize(1), (m) => m.stats(),
    (m) => m.scopedAllocPush(), (m) => m.scopedAllocPop(), (m) => m.scopedAlloc(1),
    (m) => m.scopedAllocCString(''), (m) => m.scopedAllocCall(() => {}),
    (m) => m.installFunction('v()', () => {}), (m) => m.scopedInstallFunction('v()', () => {}),
    (m) => m.uninstallFunction(1), (m) => m.peekPtr(pointer), (m) => m.pokePtr(pointer),
  ];
  for (const use of uses) throws(TypeError, /disposed/, () => use(memory));
  equal('a view that a script holds', view[0], 0);
  let inside;
  {
    using scoped = new LinearMemory();
    inside = scoped;
    inside.alloc(1);
  }
  throws(TypeError, /disposed/, () => inside.alloc(1));
  const within = new LinearMemory();
  within.scopedAllocCall(() => { within.scopedAlloc(10); within.dispose(); });
  throws(TypeError, /disposed/, () => within.alloc(1));
}
