// LinearMemory over the memory and table of a wasm module.
import { equal, refused, same, throws } from './linear_memory/check.mjs';
import { instantiate, newTable } from './linear_memory/wasm.mjs';

const KiB = 1024;
const page = 64 * KiB;
const newMemory = (initial = 1, maximum = 100) => new WebAssembly.Memory({ initial, maximum });

{ // One memory for both sides.
  const memory = newMemory();
  const wasm = instantiate(memory);
  const linear = new LinearMemory({ memory, base: 1024 });
  equal('buffer', linear.buffer, memory.buffer);
  const pointer = linear.alloc(4);
  equal('from base up', pointer >= 1024 && pointer < page, true);
  linear.poke32(pointer, 42);
  equal('wasm reads', wasm.load(pointer), 42);
  wasm.store(pointer, -1);
  equal('wasm writes', linear.peek32(pointer), -1);
  // What wasm left there isn't seen by whoever gets it.
  new Uint8Array(memory.buffer).fill(0xff, pointer + 64);
  equal('zero', linear.peek32(linear.alloc(1000) + 996), 0);
  new Uint8Array(memory.buffer).subarray(0, 1024).forEach((x) => equal('below base', x, 0));
}

{ // Without base, everything that there was is the module's.
  const memory = newMemory(2);
  new Uint8Array(memory.buffer).fill(0x55);
  const linear = new LinearMemory({ memory, growth: [0] });
  same('nothing yet', linear.stats(), {
    usedBytes: 0, freeBytes: 0, blocks: 0, largestFree: 0, growths: 0, scopeDepth: 0,
  });
  const pointer = linear.alloc(100);
  equal('behind it', pointer, 2 * page + 8);
  linear.alloc(3 * page);
  equal('untouched', new Uint8Array(memory.buffer, 0, 2 * page).every((x) => x === 0x55), true);
}

{ // A base beyond the end, or inside of a page.
  const far = new LinearMemory({ memory: newMemory(), base: 10 * page + 4 });
  equal('far', far.alloc(10), 10 * page + 16);
  equal('grown up to there', far.byteLength >= 11 * page, true);
  throws(RangeError, /base must be at most the maximum/,
         () => new LinearMemory({ memory: newMemory(), maximum: page, base: page + 1 }));
  const first = new LinearMemory({ memory: newMemory(), base: 0 });
  equal('never 0', first.alloc(1), 16);
}

{ // maximum is also where our part ends.
  const linear = new LinearMemory({ memory: newMemory(10), base: page, maximum: 2 * page });
  equal('free', linear.stats().freeBytes, page - 8);
  refused('maximum', page, () => linear.alloc(page));
  equal('usable', linear.alloc(page - 8), page + 8);
}

{ // A module that grows its memory itself: its pages stay its own, also
  // between ours, and all views are renewed.
  const memory = newMemory(1, 200);
  const wasm = instantiate(memory);
  const linear = new LinearMemory({ memory, base: 32 * KiB, growth: [0] });
  const pages = [];
  const blocks = [];
  for (let i = 0; i < 10; i++) {
    const pointer = linear.alloc(60_000);
    linear.poke32(pointer, i).poke32(pointer + 59_996, i);
    blocks.push(pointer);
    const own = wasm.grow(1) * page;
    new Uint8Array(memory.buffer).fill(0xc0 + i, own, own + page);
    pages.push(own);
    equal('peek after their growth', linear.peek32(pointer), i);
    equal('poke after their growth', linear.poke32(blocks[0], 0).peek32(blocks[0]), 0);
    equal('views', linear.heap8u().length, memory.buffer.byteLength);
  }
  const check = () => pages.forEach((own, i) => {
    const view = new Uint8Array(memory.buffer, own, page);
    if (!view.every((x) => x === 0xc0 + i)) throw new Error(`page ${i} of the module's was written to`);
  });
  for (let i = 0; i < 10; i++) equal(`block ${i}`, linear.peek32(blocks[i] + 59_996), i);
  for (const pointer of blocks) linear.dealloc(pointer);
  check();
  equal('blocks never span pages of others', linear.stats().largestFree < 2 * page, true);
  for (let i = 0; i < 300; i++) {
    const pointer = linear.alloc(5000);
    linear.heap8u().fill(1, pointer, pointer + 5000);
  }
  check();
  // What resize() adds is the module's as well: that is how it asks for more.
  const before = memory.buffer.byteLength;
  equal('resize', linear.resize(before + 1), true);
  const added = new Uint8Array(memory.buffer).subarray(before).fill(0x77);
  for (let i = 0; i < 100; i++) {
    const pointer = linear.alloc(5000);
    linear.heap8u().fill(1, pointer, pointer + 5000);
  }
  const now = new Uint8Array(memory.buffer, before, page);
  equal('untouched', added.length === 0 && now.every((x) => x === 0x77), true);
}

{ // A memory that doesn't grow.
  const linear = new LinearMemory({ memory: newMemory(1, 1), base: 8 });
  const pointer = linear.alloc(60_000);
  equal('resize', linear.resize(page + 1), false);
  const error = refused('memory', 10_000, () => linear.alloc(10_000));
  equal('names the remedy', /raise the memory's maximum/.test(error.message), true);
  linear.dealloc(pointer);
  linear.alloc(65_000);
  refused('memory', 2 * page, () => new LinearMemory({ memory: newMemory(1, 1), initial: 2 * page }));
  equal('initial', new LinearMemory({ memory: newMemory(), initial: '256KiB' }).byteLength, 4 * page);
}

{ // 64-bit: pointers are bigints.
  const memory = new WebAssembly.Memory({ address: 'i64', initial: 1n, maximum: 100_000n });
  const held = memory.buffer;
  const table = new WebAssembly.Table({ address: 'i64', element: 'anyfunc', initial: 1n });
  const linear = new LinearMemory({ memory, base: 64n, table });
  equal('its buffer is left alone', memory.buffer, held);
  const pointer = linear.alloc(100);
  equal('a bigint', typeof pointer, 'bigint');
  linear.pokePtr(pointer, 2n ** 60n);
  equal('pointers have 64 bits', linear.peekPtr(pointer), 2n ** 60n);
  equal('peek', linear.poke(pointer, 1.5, 'f64').peek64f(pointer), 1.5);
  same('several', linear.peek32(pointer, pointer + 8n), [0, 0]);
  equal('strings', linear.cstrToJs(linear.allocCString('sixty-four')), 'sixty-four');
  equal('null', linear.cstrToJs(0n), null);
  const moved = linear.realloc(pointer, 100_000);
  equal('realloc', linear.peek64f(moved), 1.5);
  linear.dealloc(moved);
  linear.dealloc(0n);
  equal('realloc to nothing', linear.realloc(linear.alloc(1), 0), 0n);
  throws(TypeError, /pointer must be a bigint, got '1'/, () => linear.peek8('1'));
  throws(RangeError, /pointer must be/, () => linear.peek8(2n ** 64n));
  throws(RangeError, /pointer must be/, () => linear.dealloc(-8n));
  const add = linear.installFunction('p(pj)', (a, b) => a + b);
  equal('a bigint', typeof add, 'bigint');
  equal('p is 64 bits', table.get(add)(2n ** 40n, 1n), 2n ** 40n + 1n);
  linear.uninstallFunction(add);
  equal('uninstalled', table.get(add), null);

  // Beyond 32 bits.
  const high = new LinearMemory({ memory, base: 2n ** 32n + 4n, maximum: '5GiB' });
  const far = high.alloc(1000);
  equal('beyond 4 GiB', far, 2n ** 32n + 16n);
  high.poke32(far, 7).poke(far + 4n, -7n, 'i64');
  same('peek', [high.peek32(far), high.peek64(far + 4n)], [7, -7n]);
  equal('strings', high.cstrToJs(high.allocCString('far')), 'far');
  high.dealloc(far);
  throws(RangeError, /pointer must be one that alloc returned/, () => high.dealloc(far));
}

{ // Shared with other threads: the buffer of before stays as long as it was.
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 10, shared: true });
  const linear = new LinearMemory({ memory, base: 8 });
  const pointer = linear.alloc(100_000);
  linear.poke32(pointer + 99_996, 3);
  memory.grow(1);
  equal('new end', linear.peek8(memory.buffer.byteLength - 1), 0);
  equal('views', linear.heap32().buffer, memory.buffer);
  equal('kept', linear.heap32(), linear.heap32());
  equal('byteLength', linear.byteLength, memory.buffer.byteLength);
  equal('strings', linear.cstrToJs(linear.allocCString('shared')), 'shared');
  linear.dealloc(pointer);
}

{ // toResizableBuffer() makes views that follow by themselves.
  const memory = newMemory();
  const linear = new LinearMemory({ memory, base: 8 });
  const pointer = linear.alloc(10);
  linear.poke8(pointer, 5);
  const resizable = memory.toResizableBuffer();
  equal('peek', linear.peek8(pointer), 5);
  equal('poke', linear.poke32(pointer, 6).peek32(pointer), 6);
  memory.grow(1);
  equal('follows', linear.heap8().length, 2 * page);
  linear.dealloc(linear.alloc(500_000));
  equal('byteLength', linear.byteLength, resizable.byteLength);
  memory.toFixedLengthBuffer();
  equal('peek', linear.peek32(pointer), 6);
}

{ // Functions in a table.
  const memory = newMemory();
  const table = newTable();
  const wasm = instantiate(memory, table);
  const linear = new LinearMemory({ memory, table });
  const add = linear.installFunction('i(ip)', (a, b) => a + b);
  equal('never 0', add, 1);
  equal('wasm calls it', wasm.call(add, 2, 3), 5);
  const sub = linear.installFunction('i(ii)', (a, b) => a - b);
  equal('another', wasm.call(sub, 2, 3), -1);
  linear.uninstallFunction(add);
  throws(WebAssembly.RuntimeError, /./, () => wasm.call(add, 2, 3));
  throws(RangeError, /pointer must be one that installFunction returned/, () => linear.uninstallFunction(add));
  const mul = linear.installFunction('i(ii)', (a, b) => a * b);
  equal('the place is used again', mul, add);
  equal('table', table.length, 3);

  linear.scopedAllocCall(() => {
    const scoped = linear.scopedInstallFunction('i(ii)', Math.max);
    equal('scoped', wasm.call(scoped, 2, 3), 3);
    const byHand = linear.scopedInstallFunction('i(ii)', Math.min);
    linear.uninstallFunction(byHand);
    const reused = linear.installFunction('i(ii)', () => 77);
    equal('its place', reused, byHand);
  });
  equal('gone', table.get(3), null);
  equal('one that took the place of a scoped one stays', wasm.call(4, 0, 0), 77);

  const results = {
    'i(ii)': [Math.max, [1, 2], 2], 'j(ji)': [(a, b) => a + BigInt(b), [2n ** 50n, 1], 2n ** 50n + 1n],
    'd(df)': [(a, b) => a + b, [0.25, 0.5], 0.75], 'f(f)': [(x) => x, [0.1], Math.fround(0.1)],
    'v()': [() => 5, [], undefined], 'p()': [() => 4096, [], 4096], 'i()': [() => '12', [], 12],
    'v(ijfdp)': [(...all) => { same('arguments', all, [1, 2n, 3, 4, 5]); }, [1, 2n, 3, 4, 5], undefined],
  };
  for (const [signature, [fn, values, expected]] of Object.entries(results)) {
    const pointer = linear.installFunction(signature, fn);
    equal(signature, table.get(pointer)(...values), expected);
    linear.uninstallFunction(pointer);
  }
  const many = `i(${'i'.repeat(1000)})`;
  const sum = linear.installFunction(many, (...all) => all.reduce((a, b) => a + b));
  equal('1000 parameters', table.get(sum)(...Array.from({ length: 1000 }, (_, i) => i)), 499_500);

  // A wasm function has its type.
  const own = linear.installFunction('i(i)', wasm.load);
  equal('as it is', table.get(own), wasm.load);
  throws(TypeError, /another type than 'i\(ii\)'/, () => linear.installFunction('i(ii)', wasm.load));

  for (const signature of ['', 'i', 'i(', 'i)', '(i)', 'x()', 'i(x)', 'i(v)', 'ii(i)', 'i(i) ', 'i(i)i', 'i((i)', 'iii']) {
    throws(TypeError, /signature must be a signature such as/, () => linear.installFunction(signature, () => {}));
  }
  throws(TypeError, /signature must be a string, got 1/, () => linear.installFunction(1, () => {}));
  throws(TypeError, /fn must be a function, got 1/, () => linear.installFunction('v()', 1));
  throws(RangeError, /signature/, () => linear.installFunction(`i(${'i'.repeat(1001)})`, () => {}));
  for (const pointer of [0, -1, 0.5, 1e9, NaN]) {
    throws(RangeError, /pointer must be/, () => linear.uninstallFunction(pointer));
  }
  throws(TypeError, /pointer must be a number/, () => linear.uninstallFunction('1'));
  throws(TypeError, /needs a table/, () => new LinearMemory().installFunction('v()', () => {}));
  const error = new Error('from a callback');
  const failing = linear.installFunction('i(ii)', () => { throw error; });
  throws(Error, /from a callback/, () => wasm.call(failing, 1, 2));

  // What somebody else put there since is theirs.
  table.set(mul, wasm.load);
  linear.uninstallFunction(mul);
  equal('kept', table.get(mul), wasm.load);
  linear.dispose();
  equal('dispose empties the rest', table.get(sub), null);
  equal('but not theirs', table.get(mul), wasm.load);
}

{ // A table that is full.
  const table = newTable({ initial: 1, maximum: 3 });
  const linear = new LinearMemory({ table });
  const first = linear.installFunction('v()', () => {});
  linear.installFunction('v()', () => {});
  refused('table', 0, () => linear.installFunction('v()', () => {}));
  linear.uninstallFunction(first);
  equal('room again', linear.installFunction('v()', () => {}), first);
}
