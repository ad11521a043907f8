// Timers: order, arguments, clearing, nesting, immediates.

const log = [];
load('lib/check.js');

for (const bad of [undefined, null, 'code', 1, {}]) {
  let error;
  try { setTimeout(bad); } catch (e) { error = e; }
  check('callback', error instanceof TypeError && error.message.startsWith('callback must be'), true);
}

// What makes no sense to clear is ignored.
for (const id of [undefined, null, -1, 0, 1e9, NaN, 'x', {}]) clearTimeout(id);

const id = setTimeout(() => log.push('cleared'));
check('id', [typeof id, id > 0], ['number', true]);
clearTimeout(id);

setTimeout((...args) => log.push(args), 0, 1, 'two');
setTimeout(function () { log.push(this === globalThis); });
for (let i = 0; i < 3; i++) setTimeout(() => log.push(i), 1);
setTimeout(() => log.push('late'), 20);
setTimeout(() => log.push('early'), 10);
for (const delay of [-5, NaN, 'x', undefined]) setTimeout(() => log.push('now'), delay);

let ticks = 0;
const interval = setInterval((step) => {
  ticks += step;
  if (ticks === 3) clearInterval(interval);
}, 1, 1);

const immediate = setImmediate(() => log.push('cleared'));
clearImmediate(immediate);

// A timer may clear a later one, and itself.
let second;
setTimeout(() => clearTimeout(second), 0);
second = setTimeout(() => log.push('cleared'), 0);

setTimeout(() => {
  check('log', log, [[1, 'two'], true, 'now', 'now', 'now', 'now', 0, 1, 2, 'early', 'late']);
  check('ticks', ticks, 3);
  // Nested timers go on, more slowly.
  let depth = 0;
  (function nest() { if (++depth < 20) setTimeout(nest); else done(); })();
}, 40);

let finished = false;
function done() { finished = true; clearTimeout(watchdog); }
const watchdog = setTimeout(() => {
  if (!finished) throw new Error('nested timers never ended');
}, 10000);
