// flags: --buffer-limit 256MiB --js-heap-limit 512MiB
// isolate: limits, what is in use, and collections.

load('lib/check.js');
load('lib/throws.js');

const MiB = 2 ** 20;

check('fields', Object.keys(isolate.memory()), [
  'jsHeapUsed', 'jsHeapCommitted', 'jsHeapLimit', 'external', 'arrayBuffers', 'wasm', 'native',
  'total', 'totalLimit', 'processRss', 'spaces', 'gc']);
check('no gc of its own', typeof gc, 'undefined');

function addsUp(what) {
  const m = isolate.memory();
  check(`${what}: parts`, m.jsHeapCommitted + m.arrayBuffers + m.wasm + m.native, m.total);
  check(`${what}: used`, m.jsHeapUsed <= m.jsHeapCommitted, true);
  const committed = m.spaces.reduce((sum, space) => sum + space.committed, 0);
  check(`${what}: spaces`, Math.abs(committed - m.jsHeapCommitted) <= 0.1 * m.jsHeapCommitted, true);
  return m;
}

// What was added of each kind shows there, in the total and in the process.
function grows(what, field, bytes, make) {
  isolate.gc();
  isolate.gc();  // waits for the sweep of the first
  heap.trim();
  const before = addsUp(what);
  const made = make();
  const after = addsUp(what);
  const isNear = (name, delta) => {
    if (Math.abs(delta - bytes) > 0.1 * bytes) {
      throw new Error(`${what}: ${name} grew by ${delta / MiB} MiB, expected ${bytes / MiB}`);
    }
  };
  isNear(field, after[field] - before[field]);
  isNear('total', after.total - before.total);
  isNear('resident memory', after.processRss - before.processRss);
  return made;
}

grows('buffers', 'arrayBuffers', 64 * MiB, () =>
  Array.from({ length: 64 }, () => new Uint8Array(MiB).fill(1)));
grows('small buffers', 'arrayBuffers', 64 * MiB, () =>
  Array.from({ length: 1024 }, () => new Uint8Array(65536).fill(1)));
grows('an arena', 'arrayBuffers', 32 * MiB, () => {
  const arena = new Arena({ lifetime: 'persistent' });
  arena.alloc(32 * MiB).fill(1);
  return arena;
});
grows('wasm', 'wasm', 64 * MiB, () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4096 });
  memory.grow(1024);
  new Uint8Array(memory.buffer).fill(1);
  return memory;
});
grows('a resizable buffer', 'wasm', 64 * MiB, () => {
  const buffer = new ArrayBuffer(64 * MiB, { maxByteLength: 128 * MiB });
  new Uint8Array(buffer).fill(1);
  return buffer;
});
grows('a native object', 'native', 64 * MiB, () => {
  const bits = new BitSet(512 * MiB);
  for (let i = 0; i < 512 * MiB; i += 4096) bits.set(i);
  return bits;
});
// Beyond the young generation.
grows('objects', 'jsHeapCommitted', 64 * MiB, () =>
  Array.from({ length: 64 }, () => new Array(MiB / 8).fill(1.5)));

// Timers count while they wait.
const idle = isolate.memory().native;
const timer = setTimeout(() => {}, 1e6);
check('a timer', isolate.memory().native > idle, true);
clearTimeout(timer);
check('a cleared timer', isolate.memory().native, idle);

// ------------------------------------------------------------------ collections

isolate.gc();  // While V8 marks, a minor collection is a full one.
const count = isolate.memory().gc;
isolate.gc('minor');
check('minor', isolate.memory().gc.minor, count.minor + 1);
check('and no major', isolate.memory().gc.major, count.major);
isolate.gc('major');
isolate.gc();
const later = isolate.memory().gc;
check('major', later.major >= count.major + 2, true);
check('pauses', later.pauseMs >= later.maxPauseMs && later.maxPauseMs > 0, true);
throws('gc', () => isolate.gc('all'), RangeError, 'kind', "'minor' or 'major'", 'all');
throws('gc', () => isolate.gc(5), TypeError, 'kind', '5');

// ----------------------------------------------------------------------- limits

const limits = isolate.limits;
check('limits', Object.keys(limits),
      ['jsHeap', 'young', 'initial', 'code', 'stack', 'buffers', 'total']);
check('as set', [limits.jsHeap, limits.buffers, limits.total], [512 * MiB, 256 * MiB, Infinity]);
check('memory says so too', isolate.memory().jsHeapLimit, 512 * MiB);
check('defaults', limits.young > 0 && limits.initial > 0 && limits.code > 0 && limits.stack > 0, true);
check('frozen', Object.isFrozen(limits), true);

isolate.setLimits({ buffers: '1MiB' });
check('as text', isolate.limits.buffers, MiB);
throws('beyond it', () => new Uint8Array(2 * MiB), RangeError, 'allocation failed');
isolate.setLimits({ buffers: Infinity, total: '900MiB' });
check('none', isolate.limits.buffers, Infinity);
check('total', [isolate.limits.total, isolate.memory().totalLimit], [900 * MiB, 900 * MiB]);
new Uint8Array(2 * MiB);
isolate.setLimits({});
check('nothing changes', isolate.limits.total, 900 * MiB);
isolate.setLimits({ total: Infinity });
throws('setLimits', () => isolate.setLimits({ buffers: -1 }), RangeError, 'limits.buffers', '-1');
throws('setLimits', () => isolate.setLimits({ total: '5 apples' }), TypeError, 'limits.total', '5 apples');
throws('setLimits', () => isolate.setLimits({ total: '1KiB' }), RangeError, 'limits.total: 1KiB is below the minimum of 4MiB');
throws('setLimits', () => isolate.setLimits({ total: {} }), TypeError, 'limits.total');
throws('setLimits', () => isolate.setLimits({ jsHeap: 5 }), TypeError, 'limits.jsHeap', '5', 'buffers and total');
throws('setLimits', () => isolate.setLimits(), TypeError, 'limits');
check('nothing changed', isolate.limits.buffers, Infinity);
