// flags: --buffer-limit 8MiB
// A LinearMemory counts against the limit of all buffers; what that refuses
// leaves everything as it was.
import { equal, refused, same, throws } from './linear_memory/check.mjs';

const MiB = 2 ** 20;

const linear = new LinearMemory({ growth: [0.2, 0] });
const pointer = linear.alloc(1000);
linear.heap8u().fill(9, pointer, pointer + 1000);
const stats = linear.stats();
const view = linear.heap8u();

equal('resize', linear.resize(16 * MiB), false);
const error = refused('buffers', 16 * MiB, () => linear.alloc(16 * MiB));
equal('names the remedy', /raise --buffer-limit$/.test(error.message), true);
refused('buffers', 16 * MiB, () => linear.realloc(pointer, 16 * MiB));
refused('buffers', 16 * MiB - 10, () => linear.scopedAllocCall(() => linear.scopedAlloc(16 * MiB - 10)));
const text = 'x'.repeat(9 * MiB);
refused('buffers', text.length + 1, () => linear.allocCString(text));
same('stats', linear.stats(), stats);
equal('byteLength', linear.byteLength, MiB);
equal('the views of before', linear.heap8u(), view);
equal('contents', view.subarray(pointer, pointer + 1000).every((x) => x === 9), true);

// Less over-growth is tried when more is refused.
const other = new Uint8Array(3 * MiB);
equal('resize to what is left', linear.resize(4 * MiB + 900_000), true);
equal('without over-growth', linear.byteLength < 5 * MiB, true);
linear.alloc(3 * MiB);
equal('kept', linear.peek8(pointer), 9);

// The limit is one for all buffers.
throws(RangeError, /Array buffer allocation failed/, () => new Uint8Array(2 * MiB));
refused('buffers', 4 * MiB, () => new LinearMemory({ initial: '4MiB' }));
const memory = new WebAssembly.Memory({ initial: 0, maximum: 1000 });
refused('memory', 4 * MiB, () => new LinearMemory({ memory }).alloc(4 * MiB));

// Nor is there always room for the notes about blocks.
{
  const lone = new WebAssembly.Memory({ initial: 0, maximum: 1 });
  const held = [];
  for (let bytes = 4 * MiB; bytes >= 65;) {
    try {
      held.push(new ArrayBuffer(bytes));
    } catch {
      bytes >>>= 1;
    }
  }
  refused('buffers', 2048, () => new LinearMemory({ memory: lone }));
  for (const buffer of held) heap.free(buffer);
}
const small = new LinearMemory({ memory: new WebAssembly.Memory({ initial: 0, maximum: 1000 }), growth: [0] });
const blocks = [];
const full = (() => {
  for (;;) {
    try {
      blocks.push(small.alloc(8));
    } catch (thrown) {
      return thrown;
    }
  }
})();
equal('code', full.code, 'ERR_MEMORY_LIMIT');
equal('all are there', small.stats().blocks, blocks.length);
for (const block of blocks) small.dealloc(block);
same('all are free', [small.stats().blocks, small.stats().usedBytes], [0, 0]);
equal('and one', small.stats().largestFree, small.stats().freeBytes);
small.dealloc(small.alloc(1000));
equal('the other buffer', other[0], 0);
