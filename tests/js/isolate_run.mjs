// isolate.run and isolate.eval: outcomes, results, output, and what isolates
// of a process have to do with each other.

load('lib/check.js');
load('lib/worker.js');

const outcome = async (what, code, options, expected) => {
  const { outcome, exitCode, result } = await isolate.eval(code, options);
  check(what, { outcome, exitCode, result }, expected);
};
const completed = (what, code, result, options) =>
  outcome(what, code, options, { outcome: 'completed', exitCode: 0, result });

// ------------------------------------------------------------------ results

await completed('value', '1 + 1', 2);
await completed('no value', 'let x = 1', undefined);
await completed('promise', 'new Promise((f) => setTimeout(f, 1, 5))', 5);
await completed('pending promise', 'new Promise(() => {})', undefined);
await completed('module', 'await null; export default { a: [1] }', { a: [1] });
await completed('module without default', 'export const x = 1', undefined);
await completed('as it is at the end', 'const a = []; setTimeout(() => a.push(1)); a', [1]);
await completed('data', 'workerData.x + scriptArgs[0] + arguments[0]', '1aa',
                { data: { x: 1 }, args: ['a'] });
await completed('no data', 'workerData === undefined', true);
await completed('no worker', 'typeof postMessage + typeof self', 'undefinedundefined');
await outcome('quit', '7; quit(7)', {}, { outcome: 'completed', exitCode: 7 });

const uncloned = await isolate.eval('() => {}');
check('uncloned', [uncloned.outcome, uncloned.exitCode, 'result' in uncloned], ['completed', 0, false]);
check('why', uncloned.error.includes('could not be cloned'), true);
check('a getter', (await isolate.eval('({ get x() { throw new Error("no") } })')).error.includes('no'), true);
const bytes = await isolate.eval('new Uint8Array([1, 2, 3])');
check('bytes', [...bytes.result], [1, 2, 3]);

// A result may outlive its isolate, and its isolate's allocator.
for (const allocator of ['slab', 'freelist', 'malloc']) {
  const { result } = await isolate.eval('new Uint8Array(1e6).fill(7)', { allocator });
  check(`from ${allocator}`, [result.length, result[0], result[999_999]], [1e6, 7, 7]);
  await completed(`heap of ${allocator}`, 'heap.allocator', allocator, { allocator });
}

// ----------------------------------------------------------------- failures

const threw = async (what, code, exitCode, ...words) => {
  const result = await isolate.eval(code);
  check(what, [result.outcome, result.exitCode], ['threw', exitCode]);
  for (const word of words) check(`${what}: ${word}`, [result.error, result.error.includes(word)], [result.error, true]);
};
await threw('exception', 'const f = () => null.x;\nf()', 1, '[eval]:1:22: Uncaught TypeError', '^', 'at f');
await threw('rejection', 'Promise.reject(new Error("r"))', 1, 'Uncaught (in promise) Error: r');
await threw('in a timer', 'setTimeout(() => { throw 1 }); setTimeout(() => {}, 1e8)', 1, 'Uncaught 1');
await threw('syntax', 'let let', 1, 'SyntaxError');
await threw('import', 'import "./nothing.js"', 1, 'nothing.js');
await threw('await', 'await new Promise(() => {})', 13, '[eval]:1:1', 'never settled');
await threw('not text', 'a\0b', 2, 'binary');
const missing = await isolate.run('nothing.js');
check('missing', [missing.outcome, missing.exitCode], ['threw', 2]);
check('which', missing.error.includes(`cannot read '${import.meta.dirname}/nothing.js': No such file`), true);

await outcome('stack', '(function f() { f() })()', {}, { outcome: 'stack-limit', exitCode: 1 });
await outcome('caught', 'try { (function f() { f() })() } catch { 3 }', {},
              { outcome: 'completed', exitCode: 0, result: 3 });
await outcome('deep with room', '(function f(n) { return n && f(n - 1) })(1e5)',
              { limits: { stack: '32MiB' } }, { outcome: 'completed', exitCode: 0, result: 0 });

// ------------------------------------------------------------------- limits

const limited = { limits: { jsHeap: '16MiB', buffers: '8MiB' } };
const fillHeap = 'const a = []; for (;;) a.push({})';
await outcome('heap', fillHeap, limited, { outcome: 'js-heap-limit', exitCode: 70 });
await outcome('buffers', 'const a = []; for (;;) a.push(new Uint8Array(1e5))', limited,
              { outcome: 'buffer-limit', exitCode: 70 });
await outcome('buffers caught', 'try { new Uint8Array(1e7) } catch (e) { e.name }', limited,
              { outcome: 'completed', exitCode: 0, result: 'RangeError' });
await outcome('total of heap', fillHeap, { limits: { total: '16MiB' } },
              { outcome: 'total-limit', exitCode: 70 });
await outcome('total of buffers', 'const a = []; for (;;) a.push(new Uint8Array(1e5))',
              { limits: { total: '16MiB' } }, { outcome: 'total-limit', exitCode: 70 });
await outcome('one object', 'new Array(2 ** 27 - 10).fill(0)', limited,
              { outcome: 'js-heap-limit', exitCode: 70 });
await outcome('while the result is cloned', `({ get x() { ${fillHeap} } })`, limited,
              { outcome: 'js-heap-limit', exitCode: 70 });
// What an isolate starts counts for it too.
await outcome('limits of the starter', `isolate.eval(
    'const a = []; for (;;) a.push(new Uint8Array(1e5))', { limits: { buffers: '1GiB' } })
    .then((r) => r.outcome)`, { limits: { total: '32MiB' } }, { outcome: 'completed', exitCode: 0, result: 'total-limit' });
check('the heap is whole', (heap.verify(), heap.stats().limit), Infinity);

const { peak, gc } = await isolate.eval('globalThis.b = new Uint8Array(5e6); for (let i = 0; i < 1e5; i++) [i, {}];');
check('peak', [peak.arrayBuffers >= 5e6, peak.total >= peak.jsHeapUsed + 5e6, peak.jsHeapLimit > 1e6], [true, true, true]);
check('spaces', peak.spaces.some((space) => space.name === 'old_space' && space.used > 0), true);
check('collections', gc.minor > 0 && gc.pauseMs > 0, true);

// -------------------------------------------------------- timeout and signal

const timeout = { timeout: 20 };
const endless = {
  loop: 'for (;;);',
  microtasks: '(function f() { Promise.resolve().then(f) })()',
  timer: 'setTimeout(() => {}, 1e8)',
  wait: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  regexp: '/(x+x+)+y/.test("x".repeat(100))',
  result: '({ get x() { for (;;); } })',
  child: 'isolate.eval("for (;;);")',
  worker: 'new Worker("tests/js/workers/commands.js").postMessage(["loop"]); for (;;);',
  'error report': `throw Object.defineProperty(new Error, 'stack', { get() { for (;;); } })`,
  'finally': 'for (;;) { try { for (;;); } finally { continue; } }',
};
for (const [what, code] of Object.entries(endless)) {
  await outcome(what, code, timeout, { outcome: 'timeout', exitCode: 1 });
}
await completed('no timeout', '1', 1, { timeout: Infinity });
await outcome('at once', 'for (;;);', { timeout: 0 }, { outcome: 'timeout', exitCode: 1 });

for (const [what, code] of Object.entries(endless)) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 10);
  await outcome(`abort: ${what}`, code, { signal: controller.signal }, { outcome: 'terminated', exitCode: 1 });
}
await outcome('aborted before', 'for (;;);', { signal: AbortSignal.abort() },
              { outcome: 'terminated', exitCode: 1 });
const late = new AbortController();
await completed('aborted after', '1', 1, { signal: late.signal });
late.abort();

// ------------------------------------------------------------------- output

const { output } = await isolate.eval(`
  print('one'); console.error('two'); write('th'); printErr('between'); print('ree'); write('end')`);
check('output', output, 'one\ntwo\nthbetween\nree\nend');
const long = await isolate.eval("for (let i = 0; i < 300; i++) print('x'.repeat(1e5 - 1)); '\u00e9'");
check('long output', [long.result, long.output.length < 17e6, long.output.length > 16e6], ['\u00e9', true, true]);
check('what is missing', /^\[\d+ more bytes of output were dropped\]\n$/.test(long.output.slice(long.output.lastIndexOf('['))), true);
const quitting = await isolate.eval("print('said'); quit(3)");
check('before quit', [quitting.output, quitting.exitCode], ['said\n', 3]);
const said = new Int32Array(new SharedArrayBuffer(4));
const stop = new AbortController();
const stopped = isolate.eval("print('said'); Atomics.store(workerData, 0, 1); for (;;);",
                             { data: said, signal: stop.signal });
while (Atomics.load(said, 0) === 0);
stop.abort();
check('before the end', (await stopped).output, 'said\n');

// -------------------------------------------------------------------- files

const script = await isolate.run('workers/answer.js', { data: 6 });
check('relative to the script', [script.outcome, script.result], ['completed', 42]);
const byUrl = await isolate.run(`file://${encodeURI(import.meta.dirname)}/workers/answer.js`, { data: 1 });
check('by URL', [byUrl.error, byUrl.result], [undefined, 7]);
const byUrlObject = await isolate.run({ href: `file://${import.meta.dirname}/workers/answer.js` }, { data: 2 });
check('by URL object', byUrlObject.result, 14);

// --------------------------------------------------------------- bad options

const refused = async (what, options, type, ...words) => {
  const error = await failure(isolate.eval('1', options));
  check(what, [`${error}`, error instanceof type], [`${error}`, true]);
  for (const word of words) check(`${what}: ${word}`, [error.message, error.message.includes(word)], [error.message, true]);
  return error;
};
await refused('options', 1, TypeError, 'options', '1');
await refused('limits', { limits: 5 }, TypeError, 'limits', '5');
await refused('no size', { limits: { jsHeap: 'big' } }, TypeError, 'limits.jsHeap', "'big'");
await refused('no number', { limits: { buffers: true } }, TypeError, 'limits.buffers', 'true');
await refused('negative', { limits: { total: -1 } }, RangeError, 'limits.total', '-1');
await refused('too small', { limits: { jsHeap: '1KiB' } }, RangeError, 'limits.jsHeap', '1KiB', '3MiB');
await refused('stack', { limits: { stack: 1 } }, RangeError, 'limits.stack', '1 is', '64KiB');
await refused('code', { limits: { code: '1MiB' } }, RangeError, 'limits.code', '1MiB');
await refused('allocator', { allocator: 'nothing' }, RangeError, 'allocator', "'nothing'", 'slab');
await refused('allocator type', { allocator: 1 }, TypeError, 'allocator', '1');
await refused('args', { args: 'x' }, TypeError, 'args', "'x'");
await refused('an arg', { args: ['x', 1] }, TypeError, 'args[1]', '1');
await refused('timeout', { timeout: -1 }, RangeError, 'timeout', '-1');
await refused('timeout NaN', { timeout: NaN }, RangeError, 'timeout', 'NaN');
await refused('timeout type', { timeout: '1' }, TypeError, 'timeout', "'1'");
await refused('signal', { signal: {} }, TypeError, 'signal', 'object');
await refused('isolation', { isolation: 'none' }, TypeError, 'isolation', "'none'");
check('code', (await failure(isolate.eval('1', { data: () => {} }))).name, 'DataCloneError');
check('no text', (await failure(isolate.eval(1))).message, 'code must be a string, got 1');
check('no script', (await failure(isolate.run())).message, 'script must be a path or a URL, got undefined');
check('https', (await failure(isolate.run('https://x/y.js'))).message.includes("'https://x/y.js'"), true);

// ------------------------------------------------------------------ together

const all = await Promise.all(Array.from({ length: 20 }, (_, i) =>
  isolate.eval('let s = 0; for (let k = 0; k < 1e5; k++) s += workerData; s', { data: i })));
check('side by side', all.map((r) => r.result), Array.from({ length: 20 }, (_, i) => i * 1e5));
const inner = await isolate.eval(`isolate.eval("isolate.eval('1 + 1').then((r) => r.result)").then((r) => r.result)`);
check('nested', inner.result, 2);
