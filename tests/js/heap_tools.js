// flags: --expose-gc --buffer-limit 256MiB
// heap.map, measure, free, coalesce, trim, verify and stats({detail}).

load('lib/check.js');
load('lib/throws.js');

// ---------------------------------------------------------------------- map
const small = Array.from({ length: 100 }, () => new ArrayBuffer(3000));
const large = new ArrayBuffer(300_000);
new Uint8Array(large).fill(1);
const arena = new Arena({ lifetime: 'intermediate' });
arena.alloc(10);
{
  const map = heap.map();
  check('page size', map.pageSize, 65536);
  let end = 0;
  for (const span of map.spans) {
    if (span.start < end) throw new Error('spans overlap or are out of order');
    end = span.start + span.pages * map.pageSize;
    check('no blocks', 'blocks' in span, false);
  }
  const ofKind = (kind) => map.spans.filter((span) => span.kind === kind);
  check('an arena', ofKind('arena').some((span) => span.lifetime === 'intermediate'), true);
  check('a large block', ofKind('large').some((span) => span.pages === 5 && span.live === 1), true);
  check('slabs', ofKind('slab').reduce((sum, { live, sizeClass }) => sum + (sizeClass >= 3000 ? live : 0), 0)
    >= 100, true);
  for (const span of ofKind('slab')) check('room', span.live <= span.capacity, true);
  for (const span of ofKind('free')) check('zero is known', typeof span.zero, 'boolean');

  const blocks = heap.map({ blocks: true });
  for (const span of blocks.spans) {
    if (span.kind !== 'slab') continue;
    check('all blocks', span.blocks.length, span.capacity);
    check('used blocks', span.blocks.filter((block) => block.used).length, span.live);
  }
  throws('a getter', () => heap.map({ get blocks() { throw new EvalError('x'); } }), EvalError);
  throws('no options', () => heap.map(5), TypeError, 'options');
}

// -------------------------------------------------------------------- stats
{
  const stats = heap.stats({ detail: true });
  check('resident', stats.residentBytes > 0 && stats.residentBytes <= stats.committedBytes, true);
  const size = stats.sizeClasses.find(({ size, live }) => size >= 3000 && live > 0);
  check('size class', [size.slabs > 0, size.live >= 100, size.free >= 0], [true, true, true]);
  for (const part of ['internal', 'external']) {
    const value = stats.fragmentation[part];
    check(part, value >= 0 && value <= 1, true);
  }
  check('not without detail', ['residentBytes', 'sizeClasses', 'fragmentation'].map((k) => k in heap.stats()),
        [false, false, false]);
  check('allocated', stats.allocatedBytes >= stats.liveBytes, true);
  const { intermediate } = stats.lifetimes;
  check('lifetimes', intermediate, { arenas: 1, usedBytes: 10, chunkBytes: 65536 });
}

// ------------------------------------------------------------------ measure
{
  const kept = [];
  const measured = heap.measure(() => {
    let last;
    for (let i = 0; i < 100; i++) last = new ArrayBuffer(10_000);
    kept.push(new ArrayBuffer(500_000));
    return 7;
  });
  check('fields', Object.keys(measured),
        ['result', 'allocations', 'allocatedBytes', 'peakBytes', 'retainedBytes', 'gc', 'ms']);
  check('measured', [measured.result, measured.allocations, measured.allocatedBytes, measured.retainedBytes],
        [7, 101, 1_500_000, 500_000]);
  check('peak', measured.peakBytes >= 510_000 && measured.peakBytes <= 1_500_000, true);
  check('collections', Object.keys(measured.gc), ['minor', 'major', 'pauseMs', 'maxPauseMs']);
  check('time', measured.ms >= 0, true);
  const collected = heap.measure(() => { gc(); gc(); });
  check('majors', collected.gc.major, 2);
  check('pauses', collected.gc.maxPauseMs > 0 && collected.gc.maxPauseMs <= collected.gc.pauseMs, true);
  const outer = heap.measure(() => {
    const inner = heap.measure(() => { new ArrayBuffer(1e6); });
    check('inner peak', inner.peakBytes, 1e6);
    new ArrayBuffer(2e5);
    return inner.retainedBytes;
  });
  check('nested', [outer.result, outer.allocations, outer.peakBytes], [0, 2, 1e6]);
  throws('fn throws', () => heap.measure(() => { throw new RangeError('mine'); }), RangeError, 'mine');
  throws('no fn', () => heap.measure(5), TypeError, 'fn', '5');
  const before = heap.stats().peakLiveBytes;
  heap.measure(() => new ArrayBuffer(10));
  check('the program\'s peak stays', heap.stats().peakLiveBytes, before);
}

// --------------------------------------------------------------------- free
{
  const live = heap.stats().liveBytes;
  const buffer = new ArrayBuffer(1e6);
  const view = new Float64Array(buffer, 8, 10);
  check('live', heap.stats().liveBytes - live, 1e6);
  check('free', heap.free(view), undefined);
  check('at once', heap.stats().liveBytes - live, 0);
  check('detached', [buffer.detached, view.length], [true, 0]);
  heap.free(buffer);
  heap.free(view);
  heap.free(new ArrayBuffer(0));
  const inV8 = new Uint8Array(16);
  heap.free(inV8);
  check('a small one', inV8.length, 0);
  const resizable = new ArrayBuffer(100, { maxByteLength: 1e6 });
  heap.free(new DataView(resizable));
  check('a resizable one', resizable.detached, true);
  throws('shared', () => heap.free(new SharedArrayBuffer(8)), TypeError, 'SharedArrayBuffer');
  throws('a view of shared', () => heap.free(new Uint8Array(new SharedArrayBuffer(8))), TypeError, 'Shared');
  const memory = new WebAssembly.Memory({ initial: 1 });
  throws('wasm', () => heap.free(memory.buffer), TypeError, 'WebAssembly.Memory');
  throws('an arena\'s', () => heap.free(arena.alloc(8)), TypeError, 'arena');
  throws('an arena\'s buffer', () => heap.free(arena.buffer(8)), TypeError, 'arena');
  throws('served by an arena', () => heap.free(arena.run(() => new ArrayBuffer(8))), TypeError, 'arena');
  for (const bad of [undefined, null, 5, 'x', {}, []]) throws(`${bad}`, () => heap.free(bad), TypeError, 'buffer');
}

// -------------------------------------------------- coalesce, trim, verify
{
  const blocks = Array.from({ length: 1000 }, () => new ArrayBuffer(5000));
  for (const block of blocks) heap.free(block);
  const gain = heap.coalesce();
  check('gain', gain.merged > 0 && gain.largestFreeAfter >= gain.largestFreeBefore, true);
  for (let i = 0; i < 20; i++) heap.free(new Uint8Array(2e6).fill(1));
  const resident = heap.stats({ detail: true }).residentBytes;
  const back = heap.trim();
  check('given back', back > 1e6, true);
  check('gone', heap.stats({ detail: true }).residentBytes < resident, true);
  check('nothing left', heap.trim() < back, true);
  check('verify', heap.verify(), undefined);
  check('reads as zero', new Uint8Array(2e6).every((x) => x === 0), true);
  check('all live', small.every((b) => b.byteLength === 3000) && large.byteLength === 300_000, true);
}
arena.dispose();
