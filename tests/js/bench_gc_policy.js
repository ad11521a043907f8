// bench/js/gc_policy.js runs and reports what scripts/bench reads; its times are not judged.
load('lib/check.js');

const { print: realPrint } = globalThis;
for (const [words, expected] of [
  [['--size', '64K'], [65536, false, 0, 0]],
  [['--size', 'mixed', '--every', '--live', '8M', '--objects', '1000'],
   ['mixed', true, 8 * 2 ** 20, 1000]],
]) {
  const lines = [];
  globalThis.print = (line) => lines.push(line);
  globalThis.scriptArgs = [...words, '--ms', '5'];
  // Its declarations are the global scope's, which has each once.
  (0, eval)(`{ ${read('bench/js/gc_policy.js')} }`);
  globalThis.print = realPrint;
  check('lines', lines.length, 1);
  const { size, every, live, objects, allocator, ...figures } = JSON.parse(lines[0]);
  check('case', [size, every, live, objects, allocator], [...expected, heap.allocator]);
  for (const name of ['buffers', 'bytes', 'peakRss']) check(name, figures[name] > 0, true);
  for (const name of ['cpu', 'minor', 'major', 'pauseShare']) check(name, figures[name] >= 0, true);
}
