// flags: --buffer-limit 1MiB
// A clone for which there is no memory throws what `new ArrayBuffer` throws.

load('lib/check.js');

const errorOf = (fn) => {
  try { fn(); } catch (e) { return [e.constructor.name, e.message]; }
};
const expected = ['RangeError', 'Array buffer allocation failed'];
const large = new Uint8Array(600_000);
const clone = () => structuredClone({ text: 'x', large });
check('like a buffer', errorOf(() => new ArrayBuffer(600_000)), expected);
check('a clone', errorOf(clone), expected);
const view = new Arena().alloc(10);
check('with arenas', errorOf(clone), expected);
heap.free(large);
check('usable', structuredClone({ view, small: new Uint8Array(400_000) }).small.length, 400_000);
