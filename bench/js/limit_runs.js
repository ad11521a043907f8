// Runs that hit a limit each, one after the other, in one process: whether it
// grows.
//
// flags: none are needed; args: how many runs (2000), 'thread' or 'process'
//
// Prints the resident memory after each hundred; ends with status 1 when that
// after the last is more than a tenth above that after the 100th, or when a run
// ends in another way than it must.

const runs = Number(scriptArgs[0] ?? 2000);
const isolation = scriptArgs[1] ?? 'thread';
const kFirst = Math.min(100, runs >> 1);
const kMost = 1.1;

// Turned over in this order.
const kWays = [
  ['js-heap-limit', { jsHeap: '8MiB' }, 'const a = []; for (;;) a.push({})'],
  ['buffer-limit', { buffers: '8MiB' }, 'const a = []; for (;;) a.push(new Uint8Array(1 << 16).fill(1))'],
  ['total-limit', { total: '16MiB' }, 'const a = []; for (;;) a.push([{}, new Uint8Array(1000).fill(1)])'],
  ['stack-limit', {}, '(function f() { f() })()'],
  ['js-heap-limit', { jsHeap: '8MiB' }, 'const m = new Map; for (let i = 0;; i++) m.set(i, `${i}`)'],
  // In the middle of a call of V8's own, from which there is no way back.
  ['js-heap-limit', { jsHeap: '8MiB' }, 'const m = new Map; for (let i = 0;; i++) m.set(i, i)'],
  ['js-heap-limit', { jsHeap: '8MiB' }, 'const a = []; for (let i = 0;; i++) a[i] = i + 0.5'],
  ['js-heap-limit', { jsHeap: '8MiB' }, 'new Array(2 ** 27).fill(0)'],
  ['total-limit', { total: '16MiB' }, 'let a = [1, 2, 3]; for (;;) a = [...a, ...a]'],
  ['total-limit', { total: '16MiB' }, 'const a = []; for (let i = 0;; i++) { a.push(Math.random()); a.length & 0xFFFF || a.slice().sort() }'],
];

const resident = () => isolate.memory().processRss;
const settle = async () => {
  isolate.gc();
  heap.trim();
  await new Promise((resolve) => setTimeout(resolve, 50));
};

async function main() {
  let first = 0;
  let wrong = 0;
  for (let run = 1; run <= runs; run++) {
    const [expected, limits, code] = kWays[run % kWays.length];
    const { outcome, error } = await isolate.eval(code, { limits, isolation });
    if (outcome !== expected) {
      wrong++;
      print(`run ${run}: ${outcome}, not ${expected}: ${error}`);
    }
    if (run % 100 !== 0 && run !== kFirst && run !== runs) continue;
    await settle();
    if (run === kFirst) first = resident();
    print(`${run} runs: ${(resident() / (1 << 20)).toFixed(1)} MiB resident`);
  }
  const grown = resident() / first;
  print(`${grown.toFixed(3)} times what there was after ${kFirst} runs`);
  if (wrong !== 0 || grown > kMost) quit(1);
}

main();
