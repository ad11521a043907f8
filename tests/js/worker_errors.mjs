// What goes wrong in a worker is an 'error' event here; memory ends it.

load('lib/check.js');
load('lib/worker.js');

const start = (options) => new Worker('workers/commands.js', options);
const fails = (worker, message) => failure(ask(worker, message));

const worker = start();
const event = await fails(worker, ['throw', 'no']);
check('event', [event instanceof ErrorEvent, event.type, event.target === worker, event.cancelable],
      [true, 'error', true, true]);
check('error', [event.error instanceof TypeError, event.error.message], [true, 'no']);
check('message', event.message, 'Uncaught TypeError: no');
check('place', [event.filename.endsWith('tests/js/workers/commands.js'), event.lineno, event.colno], [true, 7, 28]);
check('stack', [event.error.stack, event.error.stack.includes('workers/commands.js:7:28')], [event.error.stack, true]);
check('it goes on', await ask(worker, ['echo', 5]), 5);
check('rejection', (await fails(worker, ['reject', 'r'])).error.message, 'r');
check('a value', (await fails(worker, ['throwValue', { x: [1] }])).error, { x: [1] });
const uncloned = await fails(worker, ['throwFunction']);
check('what can\'t be cloned', [uncloned.error instanceof Error, uncloned.error.message.startsWith('Uncaught ')], [true, true]);
const dom = await fails(worker, ['abort']);
check('a DOMException', [dom.message, dom.error.name], ['Uncaught AbortError: gone', 'AbortError']);
const both = [];
const two = new Promise((resolve) => {
  worker.onerror = ({ error }) => { both.push(error); if (both.length === 2) resolve(); };
});
worker.postMessage(['twoRejections']);
await two;
check('two', both, [1, 2]);
check('recursion', (await fails(worker, ['recurse'])).error.message, 'Maximum call stack size exceeded');
check('still there', await ask(worker, ['echo', 6]), 6);
worker.onerror = null;
worker.addEventListener('error', (e) => { e.stopImmediatePropagation(); worker.dispatchEvent(new Event('seen')); });
const seen = new Promise((resolve) => worker.addEventListener('seen', resolve));
worker.postMessage(['throw', 'again']);
await seen;
worker.postMessage(['stop']);
check('its exit code', await ended(worker), 1);

// --------------------------------------------------------------- at the start

const broken = async (script, exitCode, ...words) => {
  const worker = new Worker(script);
  const event = await failure(next(worker));
  for (const word of words) check(`${script}: ${word}`, [event.message, event.message.includes(word)], [event.message, true]);
  check(`${script}: error`, event.error instanceof Error, true);
  check(`${script}: code`, await ended(worker), exitCode);
};
await broken('workers/nothing.js', 2, 'cannot read', 'nothing.js', 'No such file');
await broken('workers', 2, 'directory');
await broken('workers/bad_syntax.js', 1, 'SyntaxError');
await broken('workers/bad_import.mjs', 1, 'nothing.mjs');
await broken('workers/never.mjs', 13, 'never settled');

// --------------------------------------------------------------------- memory

const limits = { jsHeap: '16MiB', buffers: '8MiB' };
const exhausted = async (what, command, limits, limit) => {
  const worker = start({ limits });
  const { error } = await fails(worker, [command]);
  check(what, [error instanceof RangeError, error.code, error.limit], [true, 'ERR_MEMORY_LIMIT', limit]);
  check(`${what}: code`, await ended(worker), 70);
};
await exhausted('heap', 'fillHeap', limits, 'jsHeap');
await exhausted('buffers', 'fillBuffers', limits, 'buffers');
await exhausted('arena', 'fillArena', limits, 'buffers');
const asked = (await fails(start({ limits }), ['fillArena'])).error;
check('what was asked for', [asked.requested, asked.message.startsWith('arena ')], [10_000, true]);
await exhausted('one array', 'oneHugeArray', limits, 'jsHeap');
await exhausted('total: heap', 'fillHeap', { total: '16MiB' }, 'total');
await exhausted('total: buffers', 'fillBuffers', { total: '16MiB' }, 'total');
const place = async (command, limits) => {
  const event = await fails(start({ limits }), [command]);
  check(`${command}: place`, [event.filename.endsWith('workers/commands.js'), event.lineno, event.colno > 0,
                              event.message.endsWith(`commands.js:${event.lineno}:${event.colno})`)],
        [true, 26, true, true]);
  check(`${command}: nothing in particular was asked for`, [event.error.limit, 'requested' in event.error],
        [limits.jsHeap ? 'jsHeap' : 'total', false]);
};
await place('fillHeap', { jsHeap: '16MiB' });
await place('fillHeap', { total: '16MiB' });
heap.verify();

// A message that there is no room for is lost, and the worker isn't.
const small = start({ limits: { buffers: '1MiB' } });
check('small', await ask(small, ['echo', 1]), 1);
const outcome = new Promise((resolve) => { small.onmessage = ({ data }) => resolve(data); small.onerror = (e) => resolve(e.error.code); });
small.postMessage(['echo', new Uint8Array(8 << 20)]);
small.postMessage(['echo', 'after']);
check('too large a message', await outcome, 'after');
await small.terminate();

// The other way round, the listener gets the error.
const here = await isolate.eval(`
  const worker = new Worker('tests/js/workers/commands.js');
  worker.postMessage(['large', 8 << 20]);
  new Promise((resolve) => {
    worker.onmessageerror = ({ data }) => { resolve([data.name, data.code, data.limit]); worker.terminate(); };
  })`, { limits: { buffers: '1MiB' } });
check('messageerror', here.result, ['RangeError', 'ERR_MEMORY_LIMIT', 'buffers']);
