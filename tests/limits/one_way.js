// Runs a script as a worker, a thread or a process (scriptArgs: which, its
// limits as JSON, the script), then another one, and prints as JSON how it
// ended and what this process, or the script's, used of memory.

const [mode, limits, path] = scriptArgs;
const kOutcomes = { jsHeap: 'js-heap-limit', buffers: 'buffer-limit', total: 'total-limit' };

// Of this process, bytes.
const figure = (name) => 1024 * new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read('/proc/self/status'))[1];

const inWorker = () => new Promise((resolve) => {
  const worker = new Worker(path, { limits: JSON.parse(limits) });
  worker.onmessage = async () => resolve({ outcome: 'completed', exitCode: await worker.terminate() });
  worker.onerror = async ({ error, message }) => {
    const outcome = error?.code === 'ERR_MEMORY_LIMIT' ? kOutcomes[error.limit]
      : /call stack size/.test(message) ? 'stack-limit' : 'threw';
    resolve({ outcome, exitCode: await worker.terminate(), error: message });
  };
});

// What this process takes for an isolate that does nothing, bytes.
async function emptyIsolate() {
  const before = figure('VmRSS');
  writeFile('/proc/self/clear_refs', '5');  // VmHWM begins anew
  await isolate.eval('1');
  return figure('VmHWM') - before;
}

async function main() {
  // What the first isolate costs, and any, isn't the script's.
  await emptyIsolate();
  const empty = mode === 'process' ? 0 : await emptyIsolate();
  isolate.gc();
  const before = figure('VmRSS');
  writeFile('/proc/self/clear_refs', '5');
  const result = mode === 'worker' ? await inWorker()
    : await isolate.run(path, { limits: JSON.parse(limits), isolation: mode });
  const grown = figure('VmHWM') - before - empty;
  const next = await isolate.eval('new Uint8Array(1 << 20).fill(6)[5] * 7');
  isolate.gc();
  heap.trim();
  await new Promise((resolve) => setTimeout(resolve, 100));
  print(JSON.stringify({
    outcome: result.outcome,
    status: result.exitCode,
    error: result.error,
    isAlive: next.result === 42,
    grown,
    peak: mode === 'process' ? result.peak.processRss : grown,
    after: figure('VmRSS') - before,
  }));
}

main();
