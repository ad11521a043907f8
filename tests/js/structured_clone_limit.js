// flags: --buffer-limit 1MiB
// A clone for which there is no memory throws a RangeError that says so.

load('lib/check.js');

const errorOf = (fn) => {
  try { fn(); } catch (e) { return [e.constructor.name, e.message]; }
};
const expected = ['RangeError', 'Array buffer allocation failed'];
const refused = ['RangeError', 'a message needs 586 KiB more, but of the 1MiB that --buffer-limit allows 586 KiB are in use'];
const large = new Uint8Array(600_000);
const clone = () => structuredClone({ text: 'x', large });
check('like a buffer', errorOf(() => new ArrayBuffer(600_000)), expected);
check('a clone', errorOf(clone), refused);
const view = new Arena().alloc(10);
check('with arenas', errorOf(clone)[0], 'RangeError');
heap.free(large);
check('usable', structuredClone({ view, small: new Uint8Array(200_000) }).small.length, 200_000);
