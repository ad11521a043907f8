// A cache of 128 buffers of 64 KiB, of which one after another is replaced and
// written all over.
const cache = new Array(128);
const kRounds = 20_000;
const start = performance.now();
for (let i = 0; i < kRounds; i++) cache[i % 128] = new Uint8Array(65536).fill(i);
print(`lab: ${(kRounds / (performance.now() - start)).toFixed(0)} thousand/s`);
