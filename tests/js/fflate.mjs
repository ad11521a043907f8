// A real program on real bytes: fflate, unmodified, packs and unpacks a file of
// at least 20 MB, all of it in buffers of our heap.
import { gunzipSync, gzipSync } from '../../third_party/fflate/esm/browser.js';

const smallest = 20e6;

// A release build's own program is big enough; a debug build's is as well.
function findBigFile() {
  const top = `${import.meta.dirname}/../..`;
  for (const build of ['release', 'debug']) {
    for (const program of ['jshost', 'host_tests']) {
      try {
        const buffer = readbuffer(`${top}/out/${build}/${program}`);
        if (buffer.byteLength >= smallest) return buffer;
      } catch {
        // Not built: the next one.
      }
    }
  }
  throw new Error('no file of 20 MB: build out/release/jshost, or name one as argument');
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

const before = heap.stats();
const original = new Uint8Array(scriptArgs.length > 0 ? readbuffer(scriptArgs[0]) : findBigFile());
check(original.length >= smallest, `the file has ${original.length} bytes, too few for this test`);

const packed = gzipSync(original, { level: 1 });
check(packed[0] === 0x1f && packed[1] === 0x8b, 'no gzip header');
check(packed.length < original.length, `nothing gained: ${packed.length} bytes`);

const unpacked = gunzipSync(packed);
check(unpacked.length === original.length, `unpacked to ${unpacked.length} bytes`);
for (let i = 0; i < original.length; i++) {
  if (unpacked[i] !== original[i]) throw new Error(`byte ${i} differs`);
}

const after = heap.stats();
const held = [original, packed, unpacked].reduce((sum, view) => sum + view.buffer.byteLength, 0);
check(after.liveBytes - before.liveBytes >= held,
      `${held} bytes are held, the heap grew by ${after.liveBytes - before.liveBytes}`);
check(heap.allocator.length > 0, 'the allocator has no name');
