// isolate.run and isolate.eval with isolation 'process': as with threads, and
// nothing that happens there hurts this process.

load('lib/check.js');
load('lib/worker.js');

const evaluate = (code, options) => isolate.eval(code, { isolation: 'process', ...options });
const outcome = async (what, code, options, expected) => {
  const { outcome, exitCode, result } = await evaluate(code, options);
  check(what, { outcome, exitCode, result }, expected);
};
const completed = (what, code, result, options) =>
  outcome(what, code, options, { outcome: 'completed', exitCode: 0, result });

// ------------------------------------------------------------------ results

await completed('value', '1 + 1', 2);
await completed('promise', 'new Promise((f) => setTimeout(f, 1, 5))', 5);
await completed('module', 'await null; export default { a: [1], s: "\u{1F600}\\ud800" }', { a: [1], s: '\u{1F600}\ud800' });
await completed('data', 'workerData.x + scriptArgs[0] + arguments[0]', '1aa', { data: { x: 1 }, args: ['a'] });
await completed('no data', 'workerData === undefined', true);
await completed('its own heap', 'heap.allocator', 'freelist', { allocator: 'freelist' });
await completed('of a process in a process', `isolate.eval('6 * 7', { isolation: 'process' }).then((r) => r.result)`, 42);
await completed('standard input is empty', 'readline()', undefined);
await outcome('quit', '7; quit(7)', {}, { outcome: 'completed', exitCode: 7 });

const script = await isolate.run('workers/answer.js', { data: 6, isolation: 'process' });
check('a file, relative to the script', [script.outcome, script.result], ['completed', 42]);
const missing = await isolate.run('nothing.js', { isolation: 'process' });
check('missing', [missing.outcome, missing.exitCode], ['threw', 2]);
check('which', missing.error.includes(`cannot read '${import.meta.dirname}/nothing.js': No such file`), true);

const { result: exception } = await evaluate('new DOMException("m", "n")');
check('an exception', [exception instanceof DOMException, exception.message, exception.name], [true, 'm', 'n']);
const { result: given } = await evaluate('workerData instanceof DOMException && workerData.name', { data: new DOMException('m', 'n') });
check('an exception as data', given, 'n');
const big = (await evaluate('const a = new Uint8Array(64 << 20); a[5] = 1; a[a.length - 1] = 2; a')).result;
check('a big result', [big.length, big[5], big[6], big.at(-1)], [64 << 20, 1, 0, 2]);
const views = new Float64Array([1, 2, 3]);
await completed('data in an arena', 'workerData.join()', '1,2,3', { data: new Arena().array(Float64Array, 3).fill(0).map((_, i) => i + 1) });
check('data stays here', (await evaluate('workerData.buffer.transfer(); 1', { data: views })).result + views[2], 4);

// ------------------------------------------------------ what can't go there

await refused('shared', { data: new SharedArrayBuffer(4) }, DOMException, 'DataCloneError', 'process');
await refused('shared view', { data: [new Int32Array(new SharedArrayBuffer(4))] }, DOMException, 'process');
const empty = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
await refused('module', { data: empty }, DOMException, 'process');
await refused('port', { data: new MessageChannel().port1 }, DOMException, 'MessagePort');
await refused('function', { data: () => {} }, DOMException);
for (const code of ['new SharedArrayBuffer(4)', 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))', '() => {}']) {
  const { outcome, error } = await evaluate(code);
  check(`result ${code}`, [outcome, error.includes('could not be cloned')], ['completed', true]);
}

await refused('limit', { limits: { code: '1MiB' } }, RangeError, 'limits.code');
await refused('allocator', { allocator: 'none' }, RangeError, 'allocator', "'none'");
await refused('isolation', { isolation: 'no' }, TypeError, 'isolation', "'no'");
const plugin = await evaluate('1', { allocator: '/nothing.so' });
check('plug-in', [plugin.outcome, plugin.exitCode, plugin.error.includes('/nothing.so')], ['threw', 2, true]);

async function refused(what, options, type, ...words) {
  const error = await evaluate('1', options).then(() => null, (error) => error);
  check(what, error instanceof type, true);
  for (const word of words) check(`${what}: ${word}`, [`${error.name} ${error.message}`, `${error.name} ${error.message}`.includes(word)], [`${error.name} ${error.message}`, true]);
}

// ----------------------------------------------------------------- failures

const threw = async (what, code, exitCode, ...words) => {
  const result = await evaluate(code);
  check(what, [result.outcome, result.exitCode], ['threw', exitCode]);
  for (const word of words) check(`${what}: ${word}`, [result.error, result.error.includes(word)], [result.error, true]);
};
await threw('exception', 'const f = () => null.x;\nf()', 1, '[eval]:1:22: Uncaught TypeError', '^', 'at f');
await threw('rejection', 'Promise.reject(new Error("r"))', 1, 'Uncaught (in promise) Error: r');
await threw('await', 'await new Promise(() => {})', 13, 'never settled');
await outcome('stack', '(function f() { f() })()', {}, { outcome: 'stack-limit', exitCode: 1 });

const limited = { limits: { jsHeap: '16MiB', buffers: '8MiB' } };
const fillHeap = 'const a = []; for (;;) a.push({})';
const fillBuffers = 'const a = []; for (;;) a.push(new Uint8Array(1e5))';
await outcome('heap', fillHeap, limited, { outcome: 'js-heap-limit', exitCode: 70 });
await outcome('buffers', fillBuffers, limited, { outcome: 'buffer-limit', exitCode: 70 });
await outcome('total of heap', fillHeap, { limits: { total: '16MiB' } }, { outcome: 'total-limit', exitCode: 70 });
await outcome('total of buffers', fillBuffers, { limits: { total: '16MiB' } }, { outcome: 'total-limit', exitCode: 70 });
await outcome('one object', 'new Array(2 ** 27 - 10).fill(0)', limited, { outcome: 'js-heap-limit', exitCode: 70 });
await outcome('an object beyond the largest', 'Array(1e9).join("x")', limited, { outcome: 'threw', exitCode: 1 });
await outcome('limits of the starter', `isolate.eval(
    'const a = []; for (;;) a.push(new Uint8Array(1e5))', { isolation: 'process' })
    .then((r) => r.outcome)`, { limits: { total: '32MiB' } }, { outcome: 'completed', exitCode: 0, result: 'total-limit' });
// The value is measured against this process's limits.
const tooBig = await isolate.eval(`isolate.eval('new Uint8Array(24 << 20)', { isolation: 'process' })
    .then((r) => [r.outcome, r.result, r.error])`, { limits: { buffers: '16MiB' } });
check('no room for the value', [tooBig.result[0], tooBig.result[1], /could not be cloned/.test(tooBig.result[2])], ['completed', undefined, true]);

const { peak, gc, cpuMs, wallMs } = await evaluate('globalThis.b = new Uint8Array(5e6); for (let i = 0; i < 1e5; i++) [i, {}];');
check('peak', [peak.arrayBuffers >= 5e6, peak.total >= peak.jsHeapUsed + 5e6, peak.jsHeapLimit > 1e6], [true, true, true]);
check('spaces', peak.spaces.some((space) => space.name === 'old_space' && space.used > 0), true);
check('collections and times', [gc.minor > 0, cpuMs > 0, wallMs > 0], [true, true, true]);

// -------------------------------------------------------- timeout and signal

const endless = {
  loop: 'for (;;);',
  timer: 'setTimeout(() => {}, 1e8)',
  wait: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  child: 'isolate.eval("for (;;);", { isolation: "process" })',
  'finally': 'for (;;) { try { for (;;); } finally { continue; } }',
};
for (const [what, code] of Object.entries(endless)) {
  await outcome(what, code, { timeout: 20 }, { outcome: 'timeout', exitCode: 1 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 10);
  await outcome(`abort: ${what}`, code, { signal: controller.signal }, { outcome: 'terminated', exitCode: 1 });
}
await outcome('at once', 'for (;;);', { timeout: 0 }, { outcome: 'timeout', exitCode: 1 });
await completed('no timeout', '1', 1, { timeout: Infinity });
await outcome('aborted before', 'for (;;);', { signal: AbortSignal.abort() }, { outcome: 'terminated', exitCode: 1 });

// ------------------------------------------------------------------- output

const { output } = await evaluate(`
  print('one'); console.error('two'); write('th'); printErr('between'); print('ree'); write('end')`);
check('output', output, 'one\ntwo\nthbetween\nree\nend');
const long = await evaluate("for (let i = 0; i < 300; i++) print('x'.repeat(1e5 - 1)); '\u00e9'");
check('long output', [long.result, long.output.length < 17e6, long.output.length > 16e6], ['\u00e9', true, true]);
check('what is missing', /^\[\d+ more bytes of output were dropped\]\n$/.test(long.output.slice(long.output.lastIndexOf('['))), true);
const limit = await evaluate(`print('said'); ${fillHeap}`, limited);
check('before the limit', limit.output, 'said\n');

// ---------------------------------------------------------------- many of it

const descriptors = () => {
  let count = 0;
  for (let fd = 0; fd < 256; fd++) {
    try {
      readbuffer(`/proc/self/fdinfo/${fd}`);
      count++;
    } catch {}
  }
  return count;
};
const results = await Promise.all(Array.from({ length: 8 }, (_, i) => evaluate('workerData * 2', { data: i })));
check('at once', results.map((r) => r.result), [0, 2, 4, 6, 8, 10, 12, 14]);
const before = descriptors();
for (let i = 0; i < 20; i++) await evaluate('1');
check('no descriptor is left', descriptors() <= before, true);
check('no child is left', read('/proc/self/task/' + readPid() + '/children').trim(), '');

function readPid() {
  return /^Pid:\s+(\d+)/m.exec(read('/proc/self/status'))[1];
}
