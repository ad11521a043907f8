// A pool of workers passing on transferred buffers: how many a second, and that
// none is lost and none stays behind.
//
//   jshost bench/js/transfers.js [transfers=100000] [bytes=65536] [workers=4]
'use strict';

const [transfers = 100_000, bytes = 64 << 10, workers = 4] = scriptArgs.map(Number);
const kInFlight = 64;

const rss = () => isolate.memory().processRss;
const MiB = (n) => `${(n / 2 ** 20).toFixed(1)} MiB`;

// Each buffer carries its number there, and back beside its successor.
const pool = Array.from({ length: workers }, () => new Worker('lib/transfers_worker.js'));

async function pass(count) {
  let sent = 0;
  let received = 0;
  const seen = new Uint8Array(count);
  await new Promise((resolve, reject) => {
    const send = (buffer) => {
      new Uint32Array(buffer)[0] = sent;
      pool[sent++ % workers].postMessage(buffer, [buffer]);
    };
    for (const worker of pool) {
      worker.onerror = ({ error }) => reject(error);
      worker.onmessage = ({ data }) => {
        const [number, next] = new Uint32Array(data);
        if (data.byteLength !== bytes || next !== number + 1 || seen[number]++ !== 0) {
          reject(new Error(`buffer ${number} came back wrong`));
        }
        if (++received === count) resolve();
        // Half of them live on, the others are dropped for new ones.
        else if (sent < count) send(number % 2 === 0 ? data : new ArrayBuffer(bytes));
      };
    }
    for (let i = 0; i < Math.min(kInFlight, count); i++) send(new ArrayBuffer(bytes));
  });
  if (seen.includes(0)) throw new Error('a buffer was lost');
  // They hold `seen`.
  for (const worker of pool) worker.onmessage = worker.onerror = null;
}

(async () => {
  await pass(Math.ceil(transfers / 20));
  isolate.gc();
  heap.trim();
  const live = heap.stats().liveBytes;
  const before = rss();
  const start = performance.now();
  await pass(transfers);
  const seconds = (performance.now() - start) / 1e3;
  await Promise.all(pool.map((worker) => worker.terminate()));
  isolate.gc();
  isolate.gc();
  heap.trim();
  const left = heap.stats().liveBytes - live;
  print(`${transfers} transfers of ${bytes} B there and back, ${workers} workers, ${heap.allocator}`);
  print(`${Math.round(transfers / seconds)} a second, none lost; RSS ${MiB(before)} before, ${MiB(rss())} after`);
  print(`live bytes after: ${left <= bytes ? 'as before' : `${left} more`}`);
  if (left > kInFlight * bytes) throw new Error('buffers were leaked');
})();
