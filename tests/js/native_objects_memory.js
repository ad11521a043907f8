// flags: --expose-gc --buffer-limit 8MiB
// What native objects hold is counted by type, freed by dispose at once and by
// the collector, and limited together with buffers.

load('lib/check.js');
const counted = (type) => heap.stats().nativeObjects.find((entry) => entry.type === type) ??
  { type, count: 0, bytes: 0 };

const before = heap.stats().liveBytes;
{
  using bits = new BitSet(8 * 2 ** 20);
  check('fields', Object.keys(counted('BitSet')), ['type', 'count', 'bytes']);
  check('count', counted('BitSet').count, 1);
  const { bytes } = counted('BitSet');
  if (!(bytes > 2 ** 20 && bytes < 2 ** 20 + 1000)) throw new Error(`counted ${bytes} bytes`);
  if (heap.stats().liveBytes < before + 2 ** 20) throw new Error('not in the heap');
  bits.set(0);
}
check('disposed', counted('BitSet'), { type: 'BitSet', count: 0, bytes: 0 });
if (heap.stats().liveBytes >= before + 2 ** 20) throw new Error('dispose freed nothing');

// The limit leaves the object as it was.
const limited = (fn) => {
  try {
    fn();
  } catch (error) {
    const { constructor: { name }, code, limit, requested } = error;
    check('error', [name, code, limit], ['RangeError', 'ERR_MEMORY_LIMIT', 'buffers']);
    if (!(requested > 0)) throw new Error(`requested: ${requested}`);
    return;
  }
  throw new Error('no limit');
};
{
  using bits = new BitSet(100).set(5);
  limited(() => bits.set(2 ** 33));
  limited(() => new BitSet(2 ** 34));
  check('as it was', [bits.size, [...bits], bits.get(5)], [100, [5], true]);
  using map = new NumberMap();
  let size = 0;
  limited(() => { for (;; size++) map.set(size, -size); });
  check('filled', [map.size, map.has(size), size > 100000], [size, false, true]);
  for (let i = 0; i < size; i++) if (map.get(i) !== -i) throw new Error(`lost ${i}`);
  limited(() => map.set(0.5, 1));  // Twice the bytes.
  check('still', [map.size, map.get(0.5), map.get(7)], [size, undefined, -7]);
  check('goes on', [map.delete(7), map.set(7, 8).get(7)], [true, 8]);
}
check('both gone', [counted('BitSet').count, counted('NumberMap').count], [0, 0]);

// What the host itself keeps for a script counts too.
{
  const timers = [setTimeout(() => {}, 1e6, 1, 2), setInterval(() => {}, 1e6)];
  check('timers', counted('Timer').count, 2);
  if (!(counted('Timer').bytes > 0)) throw new Error('timers without bytes');
  timers.forEach(clearTimeout);
  check('cleared', counted('Timer'), { type: 'Timer', count: 0, bytes: 0 });
}

// Many at once, within the limit only if the collector takes the dropped ones.
for (let i = 0; i < 100; i++) {
  new BitSet(8 * 2 ** 20);
  const map = new NumberMap();
  for (let k = 0; k < 20000; k++) map.set(k, k);
}
(function wait(turns) {
  gc();
  if (counted('BitSet').count === 0 && counted('NumberMap').count === 0) {
    check('all collected', [counted('BitSet').bytes, counted('NumberMap').bytes], [0, 0]);
    return;
  }
  if (turns === 0) throw new Error(JSON.stringify(heap.stats().nativeObjects));
  setTimeout(wait, 1, turns - 1);
})(2000);
