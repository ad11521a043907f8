// print, write, read and the rest.
// (The arguments come from the shell: none here.)

const check = (what, got, expected) => {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
};
const thrown = (f) => { try { f(); } catch (e) { return e; } throw new Error(`${f} didn't throw`); };

for (const name of ['print', 'printErr', 'write', 'read', 'readbuffer', 'readline', 'writeFile',
                    'load', 'quit', 'version', 'scriptArgs', 'arguments', 'heap', 'performance',
                    'console', 'queueMicrotask', 'setTimeout', 'clearTimeout']) {
  const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name);
  check(name, { writable, enumerable, configurable },
        { writable: true, enumerable: false, configurable: true });
}
check('arguments', [scriptArgs === arguments, scriptArgs.length], [true, 0]);
check('version', /^\d+\.\d+\.\d+/.test(version()), true);
check('new print', thrown(() => new print()).name, 'TypeError');
print(1, 'two', [3, 4], null, undefined, Symbol('s'), 5n);
write('a', 'b');
write('\n');

const file = '/tmp/jshost_shell_io_test';
writeFile(file, 'žluť\u0000 😀');
check('text', read(file), 'žluť\u0000 😀');
check('binary', [...read(file, 'binary')].slice(0, 3), [0xc5, 0xbe, 0x6c]);
check('readbuffer', readbuffer(file) instanceof ArrayBuffer, true);
check('size', readbuffer(file).byteLength, 12);
writeFile(file, new Uint16Array([0x4241, 0x4443]).subarray(1));
check('view', read(file), 'CD');
writeFile(file, new Uint8Array([104, 105]).buffer);
check('buffer', read(file), 'hi');
writeFile(file, '');
check('empty', [read(file), readbuffer(file).byteLength], ['', 0]);

// All of it from the heap, without a copy.
const big = new Uint8Array(5e6).fill(7);
writeFile(file, big);
const before = heap.stats();
const back = readbuffer(file);
const after = heap.stats();
check('one allocation', after.allocations - before.allocations, 1);
check('of the size', [back.byteLength, new Uint8Array(back).every((x) => x === 7)], [5e6, true]);

check('missing', thrown(() => read('/none')).message, "cannot read '/none': No such file or directory");
check('directory', /Is a directory/.test(thrown(() => readbuffer('/')).message), true);
check('unwritable', /cannot write '\/none\/x'/.test(thrown(() => writeFile('/none/x', '')).message), true);
check('no path', thrown(() => read()).message, 'path must be a string, got undefined');
check('no data', thrown(() => writeFile(file, 5)).message,
      'data must be a string, an ArrayBuffer or a view, got 5');
check('mode', thrown(() => read(file, 'text')).message, "mode must be 'binary' or absent, got 'text'");

load('shell_io/loaded.js');
check('loaded', globalThis.loaded, ['nested', 'loaded']);
check('load fails', thrown(() => load('none.js')).message.startsWith('cannot read '), true);
check('load throws', thrown(() => load('shell_io/throws.js')).message, 'from a loaded script');
writeFile(file, '');
