// flags: --v8-flags=--allow-natives-syntax
// An isolate whose process dies in V8, with no way to be told of it.

load('lib/check.js');

const crashes = async (what, code, signal, ...words) => {
  const result = await isolate.eval(`print('said'); ${code}`, { isolation: 'process' });
  check(what, [result.outcome, result.exitCode, 'result' in result, result.output],
        ['crashed', 128 + signal, false, 'said\n']);
  for (const word of words) check(`${what}: ${word}`, [result.error, result.error.includes(word)], [result.error, true]);
};
await crashes('aborted by V8', '%AbortJS("no way out")', 5, 'abort: no way out', 'trap');
await crashes('breakpoint', '%SystemBreak()', 5, 'ended by');
await crashes('in a worker of it', 'new Worker(workerScript)'.replace('workerScript', JSON.stringify(`${import.meta.dirname}/workers/crash.js`)), 5, 'abort: in a worker');

const after = await isolate.eval('6 * 7', { isolation: 'process' });
check('goes on', [after.outcome, after.result], ['completed', 42]);
