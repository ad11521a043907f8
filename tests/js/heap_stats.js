// flags: --expose-gc --buffer-limit 64MiB
// heap.stats(): the contract's fields, and what they count.

load('lib/check.js');

const stats = heap.stats();
for (const field of ['allocator', 'liveBytes', 'liveBlocks', 'allocatedBytes', 'committedBytes',
                     'reservedBytes', 'zeroedBytes', 'cachedBytes', 'peakLiveBytes',
                     'peakCommittedBytes', 'allocations', 'frees', 'failures', 'limit',
                     'nativeObjects', 'spans', 'lifetimes']) {
  check(field, field in stats, true);
}
check('allocator', stats.allocator, heap.allocator);
check('limit', stats.limit, 64 * 2 ** 20);
check('spans', Object.keys(stats.spans), ['inUse', 'freeZero', 'freeDirty', 'released']);
check('lifetimes', Object.keys(stats.lifetimes), ['transient', 'intermediate', 'persistent']);

let held = [];
for (let i = 0; i < 100; i++) held.push(new Uint8Array(10000));
const full = heap.stats();
check('allocations', full.allocations - stats.allocations, 100);
check('live', full.liveBytes - stats.liveBytes, 1e6);
check('blocks', full.liveBlocks - stats.liveBlocks, 100);
check('rounded up', full.allocatedBytes >= full.liveBytes, true);
check('committed', full.committedBytes >= full.allocatedBytes, true);
check('peak', full.peakLiveBytes >= full.liveBytes, true);

// Small typed arrays live in V8's heap until their buffer is looked at.
const small = new Uint8Array(64);
check('in V8', heap.stats().allocations, full.allocations);
small.buffer;
check('moved', heap.stats().allocations, full.allocations + 1);

(function fail() { try { new ArrayBuffer(65 * 2 ** 20); } catch {} })();
check('failures', heap.stats().failures > full.failures, true);

held = null;
gc();
// The sweeper frees on its own thread.
(function wait(turns) {
  if (heap.stats().frees >= full.frees + 100) return;
  if (turns === 0) throw new Error('nothing was freed: ' + JSON.stringify(heap.stats()));
  gc();
  setTimeout(wait, 1, turns - 1);
})(2000);
