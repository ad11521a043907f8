// flags: --expose-gc
// Arena: blocks, resets, scopes, limits and figures, as the contract has them.

load('lib/check.js');
load('lib/throws.js');

// ------------------------------------------------------------------- blocks
{
  const arena = new Arena({ name: 'blocks' });
  check('name', [arena.name, arena.lifetime, arena.disposed], ['blocks', 'transient', false]);
  const first = arena.alloc(100);
  check('first', [first.length, first.constructor.name, first.byteOffset % 8], [100, 'Uint8Array', 0]);
  const second = arena.alloc(1);
  check('chunk is shared', second.buffer === first.buffer, true);
  check('apart', second.byteOffset >= first.byteOffset + 100, true);
  for (let power = 0; power <= 12; power++) {
    const bytes = arena.alloc(3, 2 ** power);
    check(`alignment ${2 ** power}`, bytes.byteOffset % 2 ** power, 0);
    arena.alloc(1);
  }
  check('empty', arena.alloc(0).length, 0);
  check('used', new Arena({ chunkSize: 4096 }).stats().usedBytes, 0);

  for (const type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array,
                      Uint32Array, Float16Array, Float32Array, Float64Array, BigInt64Array,
                      BigUint64Array]) {
    arena.alloc(1);
    const array = arena.array(type, 5);
    check(type.name, [array.length, array instanceof type, array.byteOffset % array.BYTES_PER_ELEMENT],
          [5, true, 0]);
    check(`${type.name} of 0`, arena.array(type, 0).length, 0);
    check(`large ${type.name}`, arena.array(type, 300_000).length, 300_000);
  }

  check('copy', arena.copy(new Uint8Array([1, 2, 3])).join(), '1,2,3');
  check('copy of words', arena.copy(new Uint16Array([258, 3])).join(), '2,1,3,0');
  check('copy of a buffer', arena.copy(new Uint8Array([9, 8]).buffer).join(), '9,8');
  check('copy of a part', arena.copy(new DataView(new Uint8Array([9, 8, 7]).buffer, 1)).join(), '8,7');
  check('copy of shared', arena.copy(new SharedArrayBuffer(2)).join(), '0,0');
  check('copy of a resizable', arena.copy(new Uint8Array(new ArrayBuffer(2, { maxByteLength: 9 }))).join(),
        '0,0');
  check('copy of large', arena.copy(new Uint8Array(5_000_000).fill(7)).every((x) => x === 7), true);
  check('utf8', arena.utf8('a\u00e9\u20ac\u{1f600}').join(), '97,195,169,226,130,172,240,159,152,128');
  check('lone surrogate', arena.utf8('\ud800').join(), '239,191,189');
  check('no text', arena.utf8('').length, 0);

  const buffer = arena.buffer(1000);
  check('buffer', [buffer instanceof ArrayBuffer, buffer.byteLength], [true, 1000]);
  check('buffer of 0', arena.buffer(0).byteLength, 0);
  check('of its own', arena.buffer(8) === arena.buffer(8), false);

  // The end.
  const kept = [first, arena.alloc(70_000), arena.alloc(3_000_000), arena.array(Float64Array, 9)];
  arena.reset();
  check('after reset', kept.map((view) => view.length), [0, 0, 0, 0]);
  check('buffer after reset', [buffer.byteLength, buffer.detached], [0, true]);
  check('write after reset', (first[0] = 1, first[0]), undefined);
  const again = arena.alloc(100);
  check('again', again.length, 100);
  arena.dispose();
  arena.dispose();
  arena[Symbol.dispose]();
  check('disposed', [arena.disposed, again.length, arena.name], [true, 0, 'blocks']);
  for (const use of [() => arena.alloc(1), () => arena.array(Uint8Array, 1), () => arena.buffer(1),
                     () => arena.copy(new Uint8Array(1)), () => arena.utf8('x'), () => arena.reset(),
                     () => arena.run(() => 1), () => arena.enter(), () => arena.scope(),
                     () => arena.scope(() => 1), () => arena.stats(), () => arena.alloc(0),
                     () => arena.keep(new Uint8Array(1))]) {
    throws(`${use}`, use, TypeError, "'blocks'", 'disposed');
  }
}

// ------------------------------------------------------------------ figures
{
  const arena = new Arena({ name: 'figures', chunkSize: '64KiB', lifetime: 'intermediate' });
  check('fresh', arena.stats(), {
    name: 'figures', lifetime: 'intermediate', usedBytes: 0, peakBytes: 0, chunkBytes: 0, chunks: 0,
    retiredChunks: 0, allocations: 0, resets: 0, limit: Infinity,
  });
  for (let i = 0; i < 1000; i++) arena.alloc(64);
  let stats = arena.stats();
  check('1000 of 64', [stats.usedBytes, stats.allocations, stats.chunks, stats.chunkBytes],
        [64000, 1000, 1, 65536]);
  for (let i = 0; i < 1000; i++) arena.alloc(64);
  stats = arena.stats();
  check('2000 of 64', [stats.usedBytes, stats.allocations, stats.chunks], [128000, 2000, 2]);
  arena.reset();
  arena.alloc(8);
  stats = arena.stats();
  check('after reset', [stats.usedBytes, stats.peakBytes, stats.allocations, stats.resets],
        [8, 128000, 2001, 1]);
  arena.dispose();

  const small = new Arena({ chunkSize: 4096 });
  for (let i = 0; i < 10; i++) small.alloc(2000);
  check('chunks of 4 KiB', [small.stats().chunks, small.stats().chunkBytes], [5, 20480]);
  small.alloc(5000);
  check('larger than a chunk', small.stats().usedBytes, 25000);

  const totals = heap.stats().lifetimes;
  check('of the heap', [totals.transient.usedBytes >= 25000, totals.transient.arenas >= 1,
                        totals.transient.chunkBytes >= 20480, totals.intermediate.arenas], [true, true, true, 0]);
  small.dispose();

  // A compiled loop counts as well as an interpreted one.
  const counted = new Arena({ zero: false });
  const many = (n) => { for (let i = 0; i < n; i++) counted.alloc(1 + i % 100); };
  for (let round = 0; round < 50; round++) { many(2000); counted.reset(); }
  check('allocations', [counted.stats().allocations, counted.stats().resets], [100_000, 50]);
  counted.dispose();
}

// ---------------------------------------------------------------- built in
for (const lifetime of ['transient', 'intermediate', 'persistent']) {
  const arena = Arena[lifetime];
  check(lifetime, [arena === Arena[lifetime], arena.name, arena.lifetime], [true, lifetime, lifetime]);
  const view = arena.alloc(10);
  throws(`dispose ${lifetime}`, () => arena.dispose(), TypeError, lifetime);
  throws(`using ${lifetime}`, () => { using a = arena; }, TypeError, lifetime);
  check(`${lifetime} lives`, view.length, 10);
  arena.reset();
  check(`${lifetime} was reset`, view.length, 0);
  check(`${lifetime} goes on`, arena.alloc(10).length, 10);
}

// ------------------------------------------------------------------- scopes
{
  const arena = new Arena({ name: 'parent', lifetime: 'persistent' });
  const own = arena.alloc(10);
  let inner, innermost, kept;
  {
    using scope = arena.scope();
    check('a scope', [scope instanceof Arena, scope.name, scope.lifetime], [true, 'parent', 'persistent']);
    inner = scope.alloc(10).fill(3);
    check('a chunk of its own', inner.buffer === own.buffer, false);
    scope.scope((deeper) => { innermost = deeper.alloc(10); });
    check('deeper', innermost.length, 0);
    kept = scope.keep(inner.subarray(2, 5));
  }
  check('after the scope', [inner.length, own.length, kept.join(), kept.buffer === own.buffer],
        [0, 10, '3,3,3', true]);
  check('scope(fn)', arena.scope((scope) => scope.alloc(5).length), 5);
  let failed;
  throws('scope(fn) throws', () => arena.scope((s) => { failed = s.alloc(5); throw new RangeError('x'); }),
         RangeError, 'x');
  check('its memory', failed.length, 0);

  using scope = arena.scope();
  const words = scope.array(Float32Array, 3);
  words.set([1, 2, 3]);
  const results = [
    scope.keep(words), scope.keep(new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)),
    scope.keep(new Uint8Array([5, 6]).buffer), scope.keep(new BigInt64Array([7n])),
    scope.keep(new Float64Array(300_000).fill(8)),
  ];
  scope.dispose();
  check('kept floats', [results[0].constructor.name, results[0].join()], ['Float32Array', '1,2,3']);
  check('kept DataView', [results[1].byteLength, results[1].getUint16(0)], [2, 0x203]);
  check('kept buffer', [results[2] instanceof ArrayBuffer, new Uint8Array(results[2]).join()], [true, '5,6']);
  check('kept bigints', results[3].join(), '7');
  check('kept large', results[4].every((x) => x === 8), true);
  throws('no parent', () => arena.keep(own), TypeError, 'parent');

  const lost = arena.scope();
  const view = lost.alloc(4);
  const lostDeeper = lost.scope();
  arena.reset();
  check('ended by the parent', [lost.disposed, lostDeeper.disposed, view.length, own.length],
        [true, true, 0, 0]);
  throws('use of it', () => lost.alloc(1), TypeError, 'disposed');
  lost.dispose();
  lostDeeper.dispose();
  const child = arena.scope();
  arena.dispose();
  check('with its parent', child.disposed, true);
  throws('scope of it', () => child.scope(), TypeError, 'disposed');
  child.dispose();
}

// ------------------------------------------------------------------- limits
{
  const limited = new Arena({ name: 'small', limit: '100KiB', zero: false });
  let blocks = 0;
  const error = throws('limit', () => { for (;;) { limited.alloc(1000); blocks++; } }, RangeError,
                       "'small'", '1000');
  check('the error', [error.code, error.limit, error.requested], ['ERR_MEMORY_LIMIT', 'arena', 1000]);
  check('blocks', blocks, 102);
  check('to the byte', limited.alloc(400).length, 400);
  throws('none is left', () => limited.alloc(1), RangeError);
  check('used', [limited.stats().usedBytes, limited.stats().limit], [102400, 102400]);
  throws('nor for a buffer', () => limited.buffer(100), RangeError, '100');
  throws('nor for a scope', () => limited.scope((scope) => scope.alloc(1)), RangeError);
  throws('nor for run', () => limited.run(() => new ArrayBuffer(100)), RangeError);
  check('run goes on elsewhere', new ArrayBuffer(100).byteLength, 100);
  limited.reset();
  check('room again', limited.alloc(102400).length, 102400);
  limited.reset();

  // Scopes and their parent share it, whoever asks first.
  {
    using scope = limited.scope();
    check('parent', limited.alloc(10).length, 10);
    check('scope', scope.alloc(90_000).length, 90_000);
    check('parent again', limited.alloc(12_000).length, 12_000);
    throws('together', () => scope.alloc(1000), RangeError);
    check('the rest', scope.alloc(380).length, 380);
    throws('full', () => limited.alloc(9), RangeError);
  }
  check('the scope gave back', limited.alloc(90_000).length, 90_000);
  limited.reset();
  check('buffer', limited.buffer(102_400).byteLength, 102_400);
  throws('buffers count', () => limited.alloc(1), RangeError);
  limited.reset();
  throws('more than all', () => limited.alloc(2 ** 40), RangeError, '1099511627776');
  throws('none at all', () => new Arena({ limit: 0 }).alloc(1), RangeError);
  check('nothing of nothing', new Arena({ limit: 0 }).alloc(0).length, 0);
  limited.dispose();

  const huge = new Arena();
  const over = throws('the whole machine', () => huge.alloc(2 ** 52), RangeError);
  check('which limit', [over.code, over.limit, over.requested], ['ERR_MEMORY_LIMIT', 'memory', 2 ** 52]);
  for (const power of [35, 36, 40]) {
    check(`2 ** ${power} bytes`, throws('too long', () => huge.alloc(2 ** power + 8), RangeError).code,
          'ERR_MEMORY_LIMIT');
  }
  throws('as an array', () => huge.array(Float64Array, 2 ** 50), RangeError);
  throws('as a buffer', () => huge.buffer(2 ** 52), RangeError);
  check('usable', huge.alloc(10).length, 10);
  huge.dispose();
}

// ---------------------------------------------------------------- arguments
{
  const arena = new Arena();
  for (const bad of [undefined, null, '5', 5n, {}, Symbol('s')]) {
    throws('bytes', () => arena.alloc(bad), TypeError, 'bytes');
    throws('buffer', () => arena.buffer(bad), TypeError, 'bytes');
    throws('length', () => arena.array(Uint8Array, bad), TypeError, 'length');
  }
  for (const bad of [-1, 1.5, NaN, Infinity, -Infinity, -(2 ** 40)]) {
    throws('bytes', () => arena.alloc(bad), RangeError, 'bytes', String(bad));
    throws('buffer', () => arena.buffer(bad), RangeError, 'bytes');
    throws('length', () => arena.array(Int16Array, bad), RangeError, 'length');
  }
  for (const bad of [0, 3, -8, 8192, 2.5, NaN, 2 ** 32 + 8]) {
    throws('alignment', () => arena.alloc(8, bad), RangeError, 'alignment', String(bad));
  }
  throws('alignment', () => arena.alloc(8, '8'), TypeError, 'alignment');
  for (const bad of [undefined, Array, DataView, class extends Uint8Array {}, 'Uint8Array']) {
    throws('type', () => arena.array(bad, 1), TypeError, 'type');
  }
  throws('source', () => arena.copy([1]), TypeError, 'source');
  throws('text', () => arena.utf8(5), TypeError, 'text', '5');
  throws('fn', () => arena.run(5), TypeError, 'fn');
  throws('fn', () => arena.scope(5), TypeError, 'fn');
  const gone = new ArrayBuffer(4);
  gone.transfer();
  throws('detached', () => arena.copy(gone), TypeError, 'source', 'detached');

  throws('options', () => new Arena(5), TypeError, 'options', '5');
  throws('options', () => new Arena(null), TypeError, 'options', 'null');
  throws('name', () => new Arena({ name: 5 }), TypeError, 'name');
  throws('lifetime', () => new Arena({ lifetime: 'short' }), TypeError, 'lifetime', 'short');
  for (const bad of [0, 2048, 5000, '3KiB', 2 ** 31, Infinity, '2GiB']) {
    throws(`chunkSize ${bad}`, () => new Arena({ chunkSize: bad }), RangeError, 'chunkSize');
  }
  throws('chunkSize', () => new Arena({ chunkSize: 'big' }), TypeError, 'chunkSize', 'big');
  throws('chunkSize', () => new Arena({ chunkSize: {} }), TypeError, 'chunkSize');
  throws('limit', () => new Arena({ limit: -1 }), RangeError, 'limit');
  throws('limit', () => new Arena({ limit: NaN }), RangeError, 'limit');
  throws('limit', () => new Arena({ limit: true }), TypeError, 'limit');
  check('limit', new Arena({ limit: '1MiB' }).stats().limit, 2 ** 20);
  throws('no new', () => Arena(), TypeError);
  throws('receiver', () => Arena.prototype.alloc.call({}, 5), TypeError);
}

// -------------------------------------------------------------- the chunk
{
  const arena = new Arena();
  const chunk = arena.alloc(10).buffer;
  throws('transfer', () => chunk.transfer(), TypeError);
  throws('transferToFixedLength', () => chunk.transferToFixedLength(), TypeError);
  throws('transfer(5)', () => chunk.transfer(5), TypeError);
  throws('resize', () => chunk.resize(5), TypeError);
  throws('heap.free', () => heap.free(chunk), TypeError, 'arena');
  throws('heap.free of a view', () => heap.free(arena.alloc(10)), TypeError, 'arena');
  check('all there', chunk.detached, false);
  const slice = chunk.slice(0, 4);
  arena.dispose();
  check('a slice is a copy', [chunk.detached, slice.byteLength], [true, 4]);
}
print('ok');
