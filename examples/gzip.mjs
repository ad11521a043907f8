// Gzips and gunzips a file with fflate, an unmodified npm package, and shows
// that its buffers came out of our heap.
//
//   jshost examples/gzip.mjs [FILE] [LEVEL 0..9]
//
// Without FILE it takes the shell's own program.
import { gunzipSync, gzipSync } from '../third_party/fflate/esm/browser.js';

const MiB = 1024 * 1024;
const [path = `${import.meta.dirname}/../out/release/jshost`, level = '6'] = scriptArgs;

function timed(name, work) {
  const start = performance.now();
  const bytes = work();
  const ms = performance.now() - start;
  const mib = bytes.byteLength / MiB;
  print(`${name.padEnd(8)}${mib.toFixed(2).padStart(9)} MiB${ms.toFixed(0).padStart(8)} ms`);
  return bytes;
}

function firstDifference(a, b) {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

const before = heap.stats();
const original = timed('read', () => new Uint8Array(readbuffer(path)));
const packed = timed('gzip', () => gzipSync(original, { level: Number(level) }));
const unpacked = timed('gunzip', () => gunzipSync(packed));
const after = heap.stats();

const difference = firstDifference(original, unpacked);
if (difference !== -1) throw new Error(`${path}: differs from byte ${difference} on`);
print(`same     all ${original.length} bytes; packed to ` +
      `${(100 * packed.length / original.length).toFixed(1)} %\n`);

const held = [original, packed, unpacked].reduce((sum, view) => sum + view.buffer.byteLength, 0);
const grown = after.liveBytes - before.liveBytes;
if (grown < held) {
  throw new Error(`${held} bytes are held, but the heap grew by ${grown}: some are not its own`);
}
print(`heap '${heap.allocator}': ${after.allocations - before.allocations} allocations; ` +
      `${(grown / MiB).toFixed(2)} MiB more live, of which ${(held / MiB).toFixed(2)} are the three buffers`);
console.log(after);
