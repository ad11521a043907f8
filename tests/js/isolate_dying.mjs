// An isolate on a thread that V8 can't go on with, in the middle of a built-in
// that never looks whether it is to stop: it ends in good order all the same.

load('lib/check.js');
load('lib/worker.js');

const MiB = 2 ** 20;
const limits = { jsHeap: '16MiB' };

const first = /^jshost: JavaScript heap limit of 16\.0 MiB reached \([\d.]+ MiB in use\) (at|in) .*$/;
const held = (kind) => new RegExp(`^  ${kind} +[\\d.]+ MiB in \\d+$`, 'm');

const ways = [
  ['Array', 'new Array(2 ** 27 - 10).fill(0)'],
  ['Map', 'const m = new Map; for (let i = 0;; i++) m.set(i, i)'],
  ['Set', 'const s = new Set; for (let i = 0;; i++) s.add("x" + i)'],
  ['Object', '[...(function* () { for (;;) yield {} })()]'],
  ['Object', 'JSON.parse("[" + \'{"a":1},\'.repeat(2e6) + "1]")'],
];
for (const [kind, code] of ways) {
  const { outcome, exitCode, error, output, result, peak } =
      await isolate.eval(`print('before'); ${code}; print('after')`, { limits });
  check(code, [outcome, exitCode, output, result === undefined], ['js-heap-limit', 70, 'before\n', true]);
  const [line, ...report] = error.split('\n');
  check(`${code}: line`, [line, first.test(line)], [line, true]);
  check(`${code}: report`, [error, held(kind).test(report.join('\n'))], [error, true]);
  check(`${code}: peak`, [peak.jsHeapUsed > 2 * MiB, peak.jsHeapCommitted < 24 * MiB], [true, true]);
}

const total = await isolate.eval(ways[0][1], { limits: { total: '16MiB' } });
check('total', [total.outcome, total.exitCode, total.error.split(' reached')[0]],
      ['total-limit', 70, 'jshost: memory limit of 16.0 MiB']);

// What it has started ends with it.
const commands = `${import.meta.dirname}/workers/commands.js`;
const starts = await isolate.eval(`
  const worker = new Worker(${JSON.stringify(commands)});
  worker.onmessage = () => { worker.postMessage(['echo', new Uint8Array(1e6)]); ${ways[0][1]}; };
  worker.postMessage(['loop']);`, { limits });
check('with a worker', [starts.outcome, starts.exitCode, starts.error], ['js-heap-limit', 70, starts.error]);
// It can't be aborted any more, and its time is up for nobody.
const late = await isolate.eval(ways[0][1], { limits, timeout: 1e6, signal: AbortSignal.timeout(1e6) });
check('with a timeout', late.outcome, 'js-heap-limit');

const worker = new Worker('workers/commands.js', { limits });
const { error, message } = await failure(ask(worker, ['oneHugeArray']));
check('worker: error', [error.code, error.limit, message.includes('limit of 16.0 MiB reached')],
      ['ERR_MEMORY_LIMIT', 'jsHeap', true]);
check('worker: report', [error.stack, held('Array').test(error.stack)], [error.stack, true]);
check('worker: exit code', await ended(worker), 70);
const grower = new Worker('workers/commands.js', { limits });
const place = await new Promise((resolve) => {
  grower.onerror = ({ filename, lineno, colno }) => resolve([filename.endsWith('workers/commands.js'), lineno > 1, colno > 0]);
  grower.postMessage(['oneHugeArray']);
});
check('worker: place', place, [true, true, true]);

// All of its memory is given back.
const rss = () => isolate.memory().processRss;
const before = rss();
for (let i = 0; i < 60; i++) check(`run ${i}`, (await isolate.eval(ways[1][1], { limits })).outcome, 'js-heap-limit');
for (let i = 0; i < 10; i++) {
  const worker = new Worker('workers/commands.js', { limits });
  await failure(ask(worker, ['oneHugeArray']));
  check(`worker ${i}`, await ended(worker), 70);
}
const grown = (rss() - before) / MiB;
check('grown by MiB', grown < 40 || grown, true);
heap.verify();
