// Worker: messages both ways, its global object, the ways it ends, and workers
// within workers.

load('lib/check.js');
load('lib/throws.js');
load('lib/worker.js');

const start = (options) => new Worker('workers/commands.js', options);

// ----------------------------------------------------------------- messages

const echo = new Worker('workers/echo.js');
for (const value of [1, 'text', null, [1, [2]], { a: { b: 1n } === 0 }]) {
  check('echo', await ask(echo, value), value);
}
const map = await ask(echo, new Map([[1, new Set([2])]]));
check('map', [map instanceof Map, map.get(1) instanceof Set], [true, true]);
const answers = [];
const done = new Promise((resolve) => {
  echo.onmessage = ({ data }) => { answers.push(data); if (data === 999) resolve(); };
});
for (let i = 0; i < 1000; i++) echo.postMessage(i);
await done;
check('in order', answers, Array.from({ length: 1000 }, (_, i) => i));

const event = await new Promise((resolve) => {
  echo.addEventListener('message', resolve, { once: true });
  echo.postMessage('x');
});
check('event', [event instanceof MessageEvent, event.type, event.target === echo, event.isTrusted],
      [true, 'message', true, true]);

check('not cloneable', throws('function', () => echo.postMessage(() => {}), Error).name, 'DataCloneError');
throws('no message', () => echo.postMessage(), TypeError, 'needs 1 argument');
throws('bad list', () => echo.postMessage(1, 5), TypeError, '5');
throws('not one of us', () => Worker.prototype.postMessage.call({}, 1), TypeError, 'receiver');
check('handler', [typeof echo.onmessage, (echo.onmessage = 5, echo.onmessage)], ['function', null]);
check('ended', await echo.terminate(), 1);
echo.postMessage('to nobody');
const lost = new ArrayBuffer(8);
echo.postMessage(lost, [lost]);
check('a buffer that is lost', lost.detached, true);

// ------------------------------------------------------------------- options

const bob = start({ name: 'bob', workerData: { x: [1] }, args: ['a', 'b'] });
check('inside', await ask(bob, ['describe']), { name: 'bob', workerData: { x: [1] }, scriptArgs: ['a', 'b'], self: true });
bob.terminate();
throws('no new', () => Worker('x'), TypeError);
throws('no script', () => new Worker(), TypeError, 'needs 1 argument');
throws('script', () => new Worker(5), TypeError, 'script', '5');
// Not the file before it.
throws('NUL', () => new Worker('workers/echo.js\0x'), TypeError, 'script', 'NUL');
throws('options', () => new Worker('x', 5), TypeError, 'options', '5');
throws('type', () => start({ type: 'json' }), TypeError, 'type', "'json'");
throws('name', () => start({ name: 5 }), TypeError, 'name', '5');
throws('allocator', () => start({ allocator: 'none' }), RangeError, 'allocator', "'none'");
throws('limits', () => start({ limits: { jsHeap: '1MiB' } }), RangeError, 'limits.jsHeap', '1MiB');
check('data', throws('workerData', () => start({ workerData: Symbol() }), Error).name, 'DataCloneError');
check('nothing in the main program', [typeof self, typeof postMessage, typeof close], Array(3).fill('undefined'));

const module = new Worker({ href: `file://${import.meta.dirname}/workers/module.mjs` }, { type: 'module' });
check('module', await ask(module, 20), { doubled: 40, url: true });
// It listens only after a top-level await; nothing is lost meanwhile.
await module.terminate();

// ---------------------------------------------------------------------- ends

const idle = start();
check('close', await ask(idle, ['close']), 'closing');
idle.onmessage = ({ data }) => { throw new Error(`received ${data}`); };
check('closed', await ended(idle), 0);
const quits = start();
quits.postMessage(['quit', 7]);
check('quit', await ended(quits), 7);
const stops = start();
stops.postMessage(['stop']);
check('nothing left to do', await ended(stops), 0);
check('at once', await ended(new Worker('workers/answer.js', { workerData: 1 })), 0);
check('memory of the dead', quits.memory().jsHeapUsed > 1e5, true);

for (const state of ['loop', 'microtasks', 'wait', 'finally', 'getters', 'sleep', 'regexp']) {
  const worker = start();
  check(state, await ask(worker, [state]), 'here');
  const first = worker.terminate();
  check(`${state}: again`, await worker.terminate(), 1);
  check(`${state}: code`, await first, 1);
  check(`${state}: after`, await worker.terminate(), 1);
}
// While it starts: sooner and later.
for (let i = 0; i < 20; i++) {
  const worker = start({ workerData: new Uint8Array(1e5) });
  const until = performance.now() + i * 0.2;
  while (performance.now() < until);
  worker.postMessage(['loop']);
  check('starting', await worker.terminate(), 1);
}
// What it posted isn't received any more.
const chatty = start();
check('answers', await ask(chatty, ['echo', 1]), 1);
chatty.postMessage(['echo', 2]);
const until = performance.now() + 10;
while (performance.now() < until);
const silence = chatty.terminate();
chatty.onmessage = () => { throw new Error('received'); };
check('silent', await silence, 1);

// --------------------------------------------------------------- in workers

const nesting = new Worker('workers/nesting.js', { workerData: 3 });
check('nested', await ask(nesting, 'hello'), ['hello', 0, 1, 2, 3]);
await nesting.terminate();
const within = await isolate.eval(`
  const w = new Worker('tests/js/workers/commands.js');
  new Promise((resolve) => { w.onmessage = ({ data }) => { resolve(data); w.terminate(); }; w.postMessage(['echo', 4]); })`);
check('a worker within isolate.eval', [within.error, within.result], [undefined, 4]);
// One that ends takes its own along, whatever they do.
for (const [end, code] of [['quit(3)', 3], ['close()', 0]]) {
  check(end, await ended(new Worker('workers/leaving.js', { workerData: end })), code);
}
const quitting = await isolate.eval("new Worker('tests/js/workers/commands.js').postMessage(['loop']); setTimeout(() => quit(5), 20)");
check('quit takes workers along', quitting.exitCode, 5);

// One after the other, and many at once.
for (let i = 0; i < 200; i++) {
  const worker = new Worker('workers/echo.js');
  check('one of many', await ask(worker, i), i);
  worker.terminate();
}
const crowd = Array.from({ length: 20 }, () => new Worker('workers/echo.js'));
check('crowd', await Promise.all(crowd.map((worker, i) => ask(worker, i))), crowd.map((_, i) => i));
check('ends', await Promise.all(crowd.map((worker) => worker.terminate())), crowd.map(() => 1));
