// ArrayBuffers between isolates: moved without a copy, shared, and none lost.

load('lib/check.js');
load('lib/worker.js');

// --------------------------------------------------------------------- moved

for (const allocator of ['slab', 'freelist', 'malloc']) {
  const worker = new Worker('workers/echo.js', { allocator });
  for (const bytes of [1, 100, 5000, 1 << 16, 1 << 22]) {
    const buffer = new ArrayBuffer(bytes);
    const view = new Uint8Array(buffer);
    for (let i = 0; i < bytes; i += 97) view[i] = i;
    const back = await ask(worker, buffer, [buffer]);
    check(`${allocator} ${bytes}: detached`, [buffer.detached, view.length], [true, 0]);
    check(`${allocator} ${bytes}: size`, back.byteLength, bytes);
    const got = new Uint8Array(back);
    for (let i = 0; i < bytes; i++) {
      if (got[i] !== (i % 97 === 0 ? i & 255 : 0)) throw new Error(`${allocator} ${bytes}: byte ${i} is ${got[i]}`);
    }
  }
  // From the worker's own heap, which ends before the buffer does.
  const maker = new Worker('workers/maker.js', { allocator });
  const made = await ask(maker, 1 << 20);
  await maker.terminate();
  check(`${allocator}: made there`, [new Uint8Array(made).every((byte) => byte === 7), made.byteLength], [true, 1 << 20]);
  heap.free(made);
  // Sent, but never received.
  worker.postMessage(new ArrayBuffer(1 << 20), []);
  const unread = new ArrayBuffer(1 << 20);
  worker.terminate();
  worker.postMessage(unread, [unread]);
  check('unread', unread.detached, true);
}
heap.verify();

// No copy: the bytes move at once, however many they are.
const stats = (worker) => ask(worker, 'stats');
const holder = new Worker('workers/holder.js');
const big = new ArrayBuffer(256 << 20);
check('before', (await stats(holder)) < 1 << 20, true);
const live = heap.stats().liveBytes;
holder.postMessage(big, [big]);
check('there', (await stats(holder)) >= 256 << 20, true);
check('not here', live - heap.stats().liveBytes > 255 << 20, true);
const committed = heap.stats().committedBytes;
check('once', committed < 2 * (256 << 20), true);
await holder.terminate();

// -------------------------------------------------------------------- shared

const shared = new Int32Array(new SharedArrayBuffer(64));
const waiters = Array.from({ length: 4 }, () => new Worker('workers/waiter.js', { workerData: shared }));
const counts = await Promise.all(waiters.map((worker) => next(worker)));
check('all there', counts.length, 4);
// Each waits in turn, and wakes the next.
Atomics.store(shared, 0, 1);
Atomics.notify(shared, 0);
const passed = await Promise.all(waiters.map((worker) => next(worker)));
check('in turn', passed.sort((a, b) => a - b), [1, 2, 3, 4]);
check('added', Atomics.load(shared, 1), 4 * 10_000);
waiters.forEach((worker) => worker.terminate());

const own = new Worker('workers/echo.js');
const mine = new SharedArrayBuffer(8);
const same = await ask(own, mine);
new Uint8Array(mine)[3] = 9;
check('the same memory', new Uint8Array(same)[3], 9);
const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
const sharedMemory = await ask(own, memory);
new Uint8Array(memory.buffer)[0] = 8;
check('a shared wasm memory', new Uint8Array(sharedMemory.buffer)[0], 8);
await own.terminate();

// --------------------------------------------------------------------- ports

const { port1, port2 } = new MessageChannel();
const left = new Worker('workers/port.js');
const right = new Worker('workers/port.js');
const arrived = next(right);
left.postMessage('send', [port1]);
right.postMessage('receive', [port2]);
check('from worker to worker', await arrived, 'hello');
left.terminate();
right.terminate();

// ---------------------------------------------------------------------- pool

// Buffers go round in a pool of workers: each comes back with its mark, and
// nobody keeps any.
const kBuffers = 32;
const kTrips = 4000;
const kBytes = 64 << 10;
const pool = ['slab', 'freelist', 'slab'].map((allocator) => new Worker('workers/marker.js', { allocator }));
const before = heap.stats().liveBytes;
let sent = 0;
let received = 0;
await new Promise((resolve) => {
  const send = (buffer) => {
    new Uint32Array(buffer)[0] = sent;
    pool[sent++ % pool.length].postMessage(buffer, [buffer]);
  };
  for (const worker of pool) {
    worker.onmessage = ({ data }) => {
      const words = new Uint32Array(data);
      check('mark', [data.byteLength, words[0] + 1], [kBytes, words[1]]);
      if (++received === kTrips) resolve();
      else if (sent < kTrips) send(data);
    };
  }
  for (let i = 0; i < kBuffers; i++) send(new ArrayBuffer(kBytes));
});
check('none lost', [sent, received], [kTrips, kTrips]);
await Promise.all(pool.map((worker) => worker.terminate()));
isolate.gc();
isolate.gc();
heap.trim();
check('none leaked', heap.stats().liveBytes - before < 4 * kBytes, true);
heap.verify();
