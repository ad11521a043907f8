// Whatever a script does with LinearMemory ends in an error that names it, and
// leaves the memory as it was.
import { equal, same, throws } from './linear_memory/check.mjs';

{ // Options.
  const bad = [
    [null, TypeError, /options must be an object, got null/],
    [5, TypeError, /options must be an object, got 5/],
    ['1MiB', TypeError, /options must be an object/],
    [{ initial: -1 }, RangeError, /initial must be a whole number from 0, got -1/],
    [{ initial: 0.5 }, RangeError, /initial must be/],
    [{ initial: NaN }, RangeError, /initial must be/],
    [{ initial: '12 apples' }, TypeError, /initial must be a size such as .*, got '12 apples'/],
    [{ initial: 10n }, TypeError, /initial must be/],
    [{ initial: null }, TypeError, /initial must be/],
    [{ initial: '2MiB', maximum: '1MiB' }, RangeError, /initial must be at most the maximum/],
    [{ maximum: '5GiB' }, RangeError, /maximum must be at most 4294967296/],
    [{ maximum: Infinity }, RangeError, /maximum must be/],
    [{ maximum: {} }, TypeError, /maximum must be/],
    [{ growth: 0.2 }, TypeError, /growth must be an array of numbers, got 0.2/],
    [{ growth: [] }, RangeError, /growth must be at least one number/],
    [{ growth: [0.2, '0'] }, TypeError, /growth\[1\] must be a number, got '0'/],
    [{ growth: [, 1] }, TypeError, /growth\[0\] must be a number, got undefined/],
    [{ growth: [-0.1] }, RangeError, /growth\[0\] must be/],
    [{ growth: [Infinity] }, RangeError, /growth\[0\] must be/],
    [{ memory: {} }, TypeError, /memory must be a WebAssembly.Memory, got an object/],
    [{ memory: new ArrayBuffer(8) }, TypeError, /memory must be/],
    [{ memory: null }, TypeError, /memory must be/],
    [{ table: [] }, TypeError, /table must be a WebAssembly.Table, got an array/],
    [{ base: '8' }, TypeError, /base must be a number, got '8'/],
    [{ base: -8 }, RangeError, /must be a whole number from 0, got -8/],
    [{ base: 3n }, TypeError, /base must be a number, got 3n/],
    [{ base: 2 ** 40 }, RangeError, /base must be at most the maximum/],
  ];
  for (const [options, type, pattern] of bad) throws(type, pattern, () => new LinearMemory(options));
  throws(TypeError, /without 'new'/, () => LinearMemory());

  // Each is read once, before there is anything to leak.
  const reads = [];
  const options = new Proxy({}, { get: (_, name) => { reads.push(name); } });
  new LinearMemory(options);
  same('reads', reads, ['initial', 'maximum', 'growth', 'memory', 'base', 'table']);
  const mine = new Error('from a getter');
  throws(Error, /from a getter/, () => new LinearMemory({ get growth() { throw mine; } }));
  let growing;
  const growth = new Proxy([0.1, 0], { get: (target, name) => { growing = name; return target[name]; } });
  equal('a proxy of an array', new LinearMemory({ growth }).resize(2e6), true);
  equal('is read in the constructor', growing, '1');
}

{ // What isn't allocated can't be freed.
  const memory = new LinearMemory();
  const a = memory.alloc(100);
  const b = memory.alloc(100);
  memory.dealloc(0);
  for (const pointer of [a + 8, a - 8, a + 1, 8, 1, b + 1000, memory.byteLength, memory.byteLength - 8, 2 ** 40]) {
    throws(RangeError, /pointer must be one that alloc returned and that is still allocated, got/,
           () => memory.dealloc(pointer));
    throws(RangeError, /pointer must be one that alloc returned/, () => memory.realloc(pointer, 10));
  }
  for (const pointer of [-8, 0.5, NaN, Infinity]) {
    throws(RangeError, /pointer must be a whole number from 0/, () => memory.dealloc(pointer));
  }
  for (const pointer of ['16', null, undefined, {}, [], 16n, true, Symbol('x'), () => {}]) {
    throws(TypeError, /pointer must be a number, got/, () => memory.dealloc(pointer));
    throws(TypeError, /pointer must be a number, got/, () => memory.realloc(pointer, 1));
  }
  memory.dealloc(a);
  throws(RangeError, /still allocated/, () => memory.dealloc(a));
  const whole = memory.stats();
  memory.dealloc(memory.alloc(100));
  throws(RangeError, /still allocated/, () => memory.dealloc(a));
  same('nothing changed', memory.stats(), whole);
  // The blocks of another memory aren't this one's.
  const other = new LinearMemory();
  other.alloc(5000);
  const far = other.alloc(10);
  throws(RangeError, /still allocated/, () => memory.dealloc(far));
}

{ // Sizes and alignments.
  const memory = new LinearMemory();
  for (const method of ['alloc', 'resize']) {
    for (const bytes of [-1, 0.5, NaN, Infinity, -Infinity]) {
      throws(RangeError, /bytes must be a whole number from 0, got/, () => memory[method](bytes));
    }
    for (const bytes of ['1', null, undefined, {}, 1n]) {
      throws(TypeError, /bytes must be a number of bytes, got/, () => memory[method](bytes));
    }
  }
  throws(RangeError, /bytes/, () => memory.realloc(0, -1));
  throws(TypeError, /bytes/, () => memory.realloc(memory.alloc(1)));
  for (const alignment of [0, -8, 3, 24, 0.5, NaN, 2 ** 17, 2 ** 32, 2 ** 32 + 8]) {
    throws(RangeError, /alignment must be a power of two from 1 to 65536/, () => memory.alloc(8, alignment));
  }
  throws(TypeError, /alignment must be a number, got '8'/, () => memory.alloc(8, '8'));
  for (const bits of [0, 7, 128, NaN]) {
    throws(RangeError, /bits must be 8, 16, 32 or 64/, () => memory.heapForSize(bits));
  }
  throws(TypeError, /bits must be 8/, () => memory.heapForSize('i8'));
  equal('no block was made but one', memory.stats().blocks, 1);
}

{ // A script that writes all over the memory doesn't reach what we know of it.
  const memory = new LinearMemory();
  const blocks = Array.from({ length: 200 }, (_, i) => memory.alloc(10 + i));
  const stats = memory.stats();
  for (const garbage of [0xff, 0, 1, 2]) {
    memory.heap8u().fill(garbage);
    same('stats', memory.stats(), stats);
    for (const pointer of blocks) {
      throws(RangeError, /still allocated/, () => memory.dealloc(pointer + 8));
    }
  }
  blocks.forEach((pointer, i) => { blocks[i] = memory.realloc(pointer, 500); });
  memory.heap8u().fill(3);
  for (const pointer of blocks) memory.dealloc(pointer);
  for (const pointer of blocks) throws(RangeError, /still allocated/, () => memory.dealloc(pointer));
  equal('one free block', memory.stats().largestFree, 2 ** 20 - 16);
  const fresh = memory.alloc(2 ** 19);
  equal('zero', memory.heap8u().subarray(fresh, fresh + 2 ** 19).every((x) => x === 0), true);
}

{ // Receivers.
  const methods = Object.getOwnPropertyNames(LinearMemory.prototype)
    .filter((name) => name !== 'constructor' && name !== 'buffer' && name !== 'byteLength');
  equal('methods', methods.length, 43);
  for (const name of methods) {
    for (const receiver of [undefined, null, {}, 1, Object.create(new LinearMemory()), LinearMemory.prototype]) {
      throws(TypeError, /./, () => LinearMemory.prototype[name].call(receiver, () => {}, 1));
    }
  }
  throws(TypeError, /./, () => LinearMemory.prototype.buffer);
}

{ // Subclasses: what they override isn't called from inside.
  class Traced extends LinearMemory {
    calls = 0;
    constructor() { super({ maximum: '2MiB' }); }
    alloc(...all) { this.calls++; return super.alloc(...all); }
    dealloc() { throw new Error('not from inside'); }
    get buffer() { throw new Error('not from inside'); }
    get byteLength() { return 0; }
    stats() { return { mine: true, ...super.stats() }; }
  }
  const memory = new Traced();
  equal('instanceof', memory instanceof LinearMemory, true);
  memory.scopedAllocCall(() => memory.scopedAlloc(10));
  equal('own', memory.cstrToJs(memory.allocCString('text')), 'text');
  memory.alloc(1);
  equal('calls', memory.calls, 1);
  equal('stats', memory.stats().mine, true);
  memory.dispose();
}

{ // Values that run code when they are looked at.
  const memory = new LinearMemory();
  const pointer = memory.alloc(16);
  const sly = { valueOf() { throw new Error('asked'); }, [Symbol.toPrimitive]() { throw new Error('asked'); } };
  throws(TypeError, /got an object/, () => memory.alloc(sly));
  throws(TypeError, /got an object/, () => memory.peek32(sly));
  throws(TypeError, /got an object/, () => memory.poke32(pointer, sly));
  throws(TypeError, /got an object/, () => memory.allocCString(sly));
  // An array that disposes of the memory while it is read.
  const trap = [pointer, pointer];
  Object.defineProperty(trap, 1, { get() { memory.dispose(); return pointer; } });
  throws(TypeError, /disposed/, () => memory.peek(trap));
  const grown = new LinearMemory({ initial: '64KiB' });
  const growing = [16, 24];
  Object.defineProperty(growing, 1, { get() { grown.resize(1e6); return 500_000; } });
  grown.poke(growing, 5, 'i32');
  equal('grown while it was read', grown.peek32(500_000), 5);
}
