// flags: --expose-gc
// arena.run and arena.enter: plain `new` comes out of the arena, lives as long
// as anybody holds it, and nothing else does.

load('lib/check.js');
load('lib/throws.js');
// How many of its buffers come out of the arena.
const served = (arena, fn) => {
  const before = arena.stats().allocations;
  fn();
  return arena.stats().allocations - before;
};

// --------------------------------------------------------------------- run
{
  const arena = new Arena({ name: 'run' });
  const view = arena.alloc(10);
  const made = arena.run(() => [
    new ArrayBuffer(1000), new SharedArrayBuffer(1000), new Float64Array(100), new Uint8Array(2000),
    new Uint8Array([1, 2, 3]).buffer, new Uint8Array(1000).slice(5), Uint8Array.from({ length: 500 }),
    new Uint8Array(500).map((x) => x + 1), new ArrayBuffer(500).slice(100),
    new ArrayBuffer(500).transfer(600),
  ]);
  check('served', arena.stats().allocations - 1 >= made.length, true);
  check('apart from views', made.every((x) => (x.buffer ?? x) !== view.buffer), true);
  check('used', arena.stats().usedBytes >= 10 + 1000 + 1000 + 800 + 2000, true);
  for (const x of made) if (!(x instanceof SharedArrayBuffer)) new Uint8Array(x.buffer ?? x).fill(9);
  arena.reset();
  arena.run(() => { for (let i = 0; i < 300; i++) new Uint8Array(3000).fill(255); });
  arena.dispose();
  check('they live on', made.map((x) => x.byteLength > 0), made.map(() => true));
  check('unharmed', made.every((x) => x instanceof SharedArrayBuffer ||
                                      new Uint8Array(x.buffer ?? x).every((b) => b === 9)), true);
  check('view', view.length, 0);
  check('zero', new Uint8Array(made[1]).every((b) => b === 0), true);
}
{
  const arena = new Arena();
  check('result', arena.run(() => 42), 42);
  check('this', arena.run(function () { 'use strict'; return this; }), undefined);
  throws('throws', () => arena.run(() => { throw new RangeError('mine'); }), RangeError, 'mine');
  check('left after a throw', served(arena, () => new ArrayBuffer(100)), 0);
  throws('async', () => arena.run(async () => 1), TypeError, 'async');
  throws('async generator', () => arena.run(async function* () {}), TypeError, 'async');
  check('generator', typeof arena.run(function* () {}).next, 'function');
  const promise = arena.run(() => Promise.resolve(new ArrayBuffer(100)));
  check('a promise isn\'t followed', promise instanceof Promise, true);

  const other = new Arena();
  check('nested', arena.run(() => [
    served(other, () => other.run(() => new ArrayBuffer(100))),
    served(arena, () => new ArrayBuffer(100)),
    served(arena, () => other.run(() => new ArrayBuffer(100))),
  ]), [1, 1, 0]);
  // Whatever happens to the arena while its run lasts.
  check('reset', arena.run(() => { arena.reset(); return served(arena, () => new ArrayBuffer(100)); }), 1);
  check('scope', arena.run(() => arena.scope((s) => s.run(() => served(s, () => new ArrayBuffer(9))))), 1);
  other.run(() => { other.dispose(); new ArrayBuffer(100); });
  check('disposed', other.disposed, true);
  check('recursion', arena.run(() => arena.run(() => arena.run(() => served(arena, () => new ArrayBuffer(9))))), 1);
  check('empty', served(arena, () => arena.run(() => new ArrayBuffer(0))), 0);
  check('resizable', served(arena, () => arena.run(() => new ArrayBuffer(9, { maxByteLength: 99 }))), 0);
  check('wasm', served(arena, () => arena.run(() => new WebAssembly.Memory({ initial: 1 }))), 0);
  check('large', arena.run(() => new Uint8Array(5_000_000)).every((x) => x === 0), true);
  const buffer = arena.buffer(100);
  const moved = buffer.transfer();
  new Uint8Array(moved).fill(7);
  arena.reset();
  arena.buffer(100);
  check('a moved buffer lives on', new Uint8Array(moved).every((x) => x === 7), true);
  arena.dispose();
}

// -------------------------------------------------- chunks come back
{
  const arena = new Arena({ name: 'retired' });
  let held = arena.run(() => Array.from({ length: 1000 }, () => new ArrayBuffer(5000)));
  const full = arena.stats();
  check('retired', [full.retiredChunks > 5, full.chunkBytes >= 5e6], [true, true]);
  const one = held[500];
  held = null;
  let turns = 0;
  (function wait() {
    gc();
    const { retiredChunks } = arena.stats();
    if (retiredChunks > 1) {
      if (turns++ > 2000) throw new Error(`chunks don't come back: ${JSON.stringify(arena.stats())}`);
      return setTimeout(wait, 1);
    }
    check('the one', one.byteLength, 5000);
    check('what it pins', retiredChunks, 1);
    heap.verify();
  })();
}

// ------------------------------------------------------------------- enter
{
  const a = new Arena({ name: 'a' });
  const b = new Arena({ name: 'b' });
  const where = () => served(a, () => { new ArrayBuffer(10); }) ? 'a'
    : served(b, () => { new ArrayBuffer(10); }) ? 'b' : '-';
  {
    using _ = a.enter();
    check('entered', where(), 'a');
    {
      using _ = b.enter();
      check('inner', where(), 'b');
    }
    check('outer', where(), 'a');
  }
  check('left', where(), '-');
  try {
    using _ = a.enter();
    throw 1;
  } catch {}
  check('left by a throw', where(), '-');

  const first = a.enter();
  const second = b.enter();
  first[Symbol.dispose]();
  check('out of order leaves both', where(), '-');
  second[Symbol.dispose]();
  first[Symbol.dispose]();
  check('twice', where(), '-');
  const outer = a.enter();
  a.run(() => { b.enter(); });
  check('run leaves what fn entered', where(), 'a');
  a.run(() => outer[Symbol.dispose]());
  check('left within run', where(), '-');
  const gone = new Arena();
  const forgotten = gone.enter();
  gone.dispose();
  check('of a disposed arena', where(), '-');
  forgotten[Symbol.dispose]();

  // Jobs: what one enters and forgets isn't for the next.
  const seen = [];
  const note = (what) => seen.push(`${what}:${where()}`);
  queueMicrotask(() => note('microtask'));
  Promise.resolve().then(() => note('then'));
  queueMicrotask(() => { a.enter(); note('entered'); });
  queueMicrotask(() => note('next microtask'));
  Promise.resolve().then(() => { b.enter(); note('entered'); }).then(() => note('next then'));
  (async () => {
    await null;
    using _ = a.enter();
    note('before await');
    await null;
    note('after await');
  })();
  Promise.resolve().then(() => { a.enter(); });
  queueMicrotask(() => note('microtask after then'));
  Promise.resolve({ then(resolve) { note('thenable'); a.enter(); resolve(); } }).then(() => note('resolved'));
  function* generator() { using _ = b.enter(); yield 1; }
  setTimeout(() => {
    note('timer');
    generator().next();
    check('till the end of the job', where(), 'b');
    Promise.resolve().then(() => note('after yield'));
    setTimeout(() => {
      note('next timer');
      for (const entry of seen) {
        const expected = entry.startsWith('entered') || entry.startsWith('before') ? /[ab]$/ : /-$/;
        if (!expected.test(entry)) throw new Error(`${entry} in ${seen.join(' ')}`);
      }
      check('all ran', seen.length, 14);
    });
  });
  a.enter();
  check('at the end of the script', where(), 'a');
}
