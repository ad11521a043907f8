// A loop that forgets its arenas holds the chunks of a few of them, not what it
// took since the last full collection: V8 hears of chunks as of any buffers.

load('lib/check.js');

const kMiB = 2 ** 20;
for (let i = 0; i < 1500; i++) new Arena({ zero: false }).alloc(3_000_000)[5] = 1;  // 4 MiB each
const { peakCommittedBytes } = heap.stats();
if (peakCommittedBytes > 600 * kMiB) throw new Error(`held ${peakCommittedBytes / kMiB} MiB at once`);

// What is in use stays.
const view = new Arena().alloc(3_000_000).fill(7);
for (let i = 0; i < 200; i++) new Arena({ zero: false }).alloc(3_000_000).fill(9);
check('held', view.every((byte) => byte === 7), true);
