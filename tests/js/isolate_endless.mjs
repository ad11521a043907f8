// Endless loops in code that is optimized: whatever they do, limits and
// timeouts stop them, in good order.

load('lib/check.js');

// The loop that fills the array with holes has no check for interrupts of its
// own; the outer one has to keep its.
const make = 'new Array(1000).fill(1)';

// That the error says where means that the script was stopped, rather than V8
// having come to its end.
const where = (text) => /at \[eval\]:1:\d+$/.test(text.split('\n')[0]) || text;

for (const limits of [{ jsHeap: '16MiB' }, { total: '48MiB' }]) {
  const expected = limits.jsHeap ? 'js-heap-limit' : 'total-limit';
  for (let i = 0; i < 20; i++) {
    const { outcome, error } = await isolate.eval(`const a = []; for (;;) a.push(${make})`, { limits });
    check(`run ${i} until ${expected}`, [outcome, where(error)], [expected, true]);
  }
}

const waits = [
  'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e8)',
  'setTimeout(() => {}, 1e8)',
  'await new Promise((resolve) => setTimeout(resolve, 1e8))',
  'new MessageChannel().port1.onmessage = () => {}; setInterval(() => {}, 1e8)',
];
for (const code of waits) {
  const { outcome, output } = await isolate.eval(`try { ${code} } catch { print(1) }`, { timeout: 100 });
  check(`timeout of ${code}`, [outcome, output], ['timeout', '']);
}

const bodies = [`a = ${make}`, 'a = new Array(32)', 'a = [...Array(100).keys()]',
                'for (let i = 0; i < 100; i++) a[i] = i'];
for (const body of bodies) {
  const { outcome } = await isolate.eval(`let a = []; for (;;) { ${body} }`, { timeout: 500 });
  check(`timeout of ${body}`, outcome, 'timeout');
}
