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
