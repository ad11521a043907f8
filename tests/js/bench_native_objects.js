// flags: --expose-gc
// bench/js/native_objects.js runs and reports; its times are not judged.
'use strict';

const lines = [];
const { print: realPrint } = globalThis;
globalThis.print = (line) => lines.push(line);
globalThis.scriptArgs = ['--json', '--entries', '1000', '--rounds', '2', '--operations', '500'];
load('../../bench/js/native_objects.js');
globalThis.print = realPrint;

const records = lines.map((line) => JSON.parse(line));
const rows = ['set, new', 'gc ms', 'get', 'get, absent', 'has', 'set', 'iterate', 'delete'];
const expected = [...['int', 'double'].flatMap((kind) => rows.map((row) => `${kind} ${row}`)),
                  ...rows.filter((row) => !row.startsWith('get')).map((row) => `bits ${row}`)];
const got = records.map(({ kind, row }) => `${kind} ${row}`);
if (got.join() !== expected.join()) throw new Error(`measured ${got}, not ${expected}`);
for (const record of records) {
  if (!(record.baseMedian > 0) || !(record.oursMedian > 0)) {
    throw new Error(`not a record to read: ${JSON.stringify(record)}`);
  }
}
