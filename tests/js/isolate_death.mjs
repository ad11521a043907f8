// An isolate that dies inside V8, in one of V8's own tasks or beside some, is
// disposed of at once: V8 waits for such tasks then.

load('lib/check.js');

const die = 'new Array(2 ** 25).fill(0)';
// A module with an import `m.f`, which it calls as it starts.
const starts = 'new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 8, 1, 0])';
const shared = 'const words = new Int32Array(new SharedArrayBuffer(4));';
const tasks = {
  'a finalizer': `const registry = new FinalizationRegistry(() => { ${die} });
    (() => { for (let i = 0; i < 10; i++) registry.register({}, i); })();
    isolate.gc(); setTimeout(() => {}, 1e6)`,
  'asynchronous compilation': `WebAssembly.instantiate(${starts}, { m: { f() { ${die} } } })`,
  'Atomics.waitAsync': `${shared} Atomics.waitAsync(words, 0, 0, 1).value.then(() => { ${die} });
    setTimeout(() => {}, 1e6)`,
};

const threads = () => Number(/^Threads:\s*(\d+)/m.exec(read('/proc/self/status'))[1]);
await isolate.eval('');
const before = threads();
for (const [what, code] of Object.entries(tasks)) {
  for (const limits of [{ jsHeap: '8MiB' }, { total: '8MiB' }]) {
    const { outcome } = await isolate.eval(code, { limits });
    check(what, outcome, limits.total ? 'total-limit' : 'js-heap-limit');
  }
}
check('no thread is left', threads() <= before, true);
