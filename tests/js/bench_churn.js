// bench/js/churn.js runs and reports what scripts/bench reads; its times are not judged.
'use strict';

const lines = [];
const { print: realPrint } = globalThis;
for (const how of ['--every', '--pooled']) {
  globalThis.print = (line) => lines.push(line);
  globalThis.scriptArgs = ['--json', how, '--sizes', '128,3000,64K,1MiB', '--scale', '0.001'];
  // Its declarations are the global scope's, which has each once.
  (0, eval)(`{ ${read('bench/js/churn.js')} }`);
  globalThis.print = realPrint;
}

const records = lines.map((line) => JSON.parse(line));
const expected = ['ends', 'every', 'pooled'].flatMap(
  (touch) => [128, 3000, 65536, 1048576].map((size) => `${touch} ${size}`));
const got = records.map(({ touch, size }) => `${touch} ${size}`);
if (got.join() !== expected.join()) throw new Error(`measured ${got}, not ${expected}`);
for (const record of records) {
  const { bench, host, allocator, count, ns } = record;
  if (bench !== 'churn' || host !== 'jshost' || allocator !== heap.allocator ||
      !(count >= 64) || !(ns > 0)) {
    throw new Error(`not a record to read: ${JSON.stringify(record)}`);
  }
}
