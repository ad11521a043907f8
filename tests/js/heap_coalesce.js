// flags: --allocator freelist --reclaimer off
// heap.coalesce: free neighbours become one block.

load('lib/check.js');

// The freelist keeps some freed blocks apart, in case their size is wanted again.
const apart = () => heap.stats({ detail: true }).caches.find(({ name }) => name === 'unsorted').blocks;
const blocks = Array.from({ length: 100 }, () => new ArrayBuffer(1000));
const wall = new ArrayBuffer(1000);
for (const block of blocks) heap.free(block);
const before = apart();
const gain = heap.coalesce();
check('fields', Object.keys(gain), ['merged', 'largestFreeBefore', 'largestFreeAfter']);
check('merged', before > 0 && gain.merged >= before, true);
check('no smaller', gain.largestFreeAfter >= gain.largestFreeBefore, true);
check('none is apart', apart(), 0);
check('nothing left to gain', heap.coalesce(),
      { merged: 0, largestFreeBefore: gain.largestFreeAfter, largestFreeAfter: gain.largestFreeAfter });
heap.verify();
check('the next stands', new Uint8Array(wall).every((x) => x === 0), true);
