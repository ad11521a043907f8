// A server's loop without the server: each request gets its memory out of one
// arena and gives all of it back with one call.
//
//   jshost examples/requests.js
'use strict';

const arena = new Arena({ name: 'request', lifetime: 'transient', zero: false });
const kRequests = 100_000;

function handle(i) {
  const head = arena.utf8(`GET /items/${i} HTTP/1.1`);
  const body = arena.alloc(1024 + i % 4096);
  body.fill(i);
  const answer = arena.alloc(64 + body.length);
  answer.set(head);
  answer.set(body, 64);
  return answer[answer.length - 1];
}

const before = heap.stats();
const start = performance.now();
let sum = 0;
for (let i = 0; i < kRequests; i++) {
  sum += handle(i);
  arena.reset();
}
const ms = performance.now() - start;
const after = heap.stats();

print(`${kRequests} requests in ${ms.toFixed(0)} ms, check sum ${sum}`);
print(`the heap grew by ${after.committedBytes - before.committedBytes} bytes`);
console.table([arena.stats()], ['usedBytes', 'peakBytes', 'chunkBytes', 'chunks', 'allocations', 'resets']);
