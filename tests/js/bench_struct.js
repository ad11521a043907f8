// bench/js/struct.js runs and reports; its times are not judged.
'use strict';

const lines = [];
const { print: realPrint } = globalThis;
globalThis.print = (line) => lines.push(line);
globalThis.scriptArgs = ['--json', '--rounds', '1', '--scale', '0.001'];
load('../../bench/js/struct.js');
globalThis.print = realPrint;

const records = lines.map((line) => JSON.parse(line));
const expected = ['element', 'iterate', 'iterate i64', 'array', 'new', 'new {...}', 'dispose'];
const got = records.map(({ what }) => what);
if (got.join() !== expected.join()) throw new Error(`measured ${got}, not ${expected}`);
for (const { bench, allocator, unit, record, other } of records) {
  // A run this short may have no pause.
  const least = unit === 'ms' ? 0 : Number.MIN_VALUE;
  if (bench !== 'struct' || allocator !== heap.allocator || !(record >= least) || !(other >= least)) {
    throw new Error(`not a record to read: ${lines}`);
  }
}
