// flags: --buffer-limit 1MiB
// A clone for which there is no memory throws a RangeError that says so.

load('lib/check.js');
load('lib/throws.js');

const errorOf = (fn) => {
  try { fn(); } catch (e) { return [e.constructor.name, e.message]; }
};
const expected = ['RangeError', 'Array buffer allocation failed'];
const large = new Uint8Array(600_000);
const clone = () => structuredClone({ text: 'x', large });
check('like a buffer', errorOf(() => new ArrayBuffer(600_000)), expected);
throws('a clone', clone, RangeError, 'a message needs 586 KiB more', '--buffer-limit');
const view = new Arena().alloc(10);
throws('with arenas', clone, RangeError, 'a message needs 586 KiB more');
heap.free(large);
check('usable', structuredClone({ view, small: new Uint8Array(200_000) }).small.length, 200_000);
