// Ten thousand requests that each need a few buffers for as long as they last,
// done with plain `new`, with `new` and `heap.free`, and in an arena that is
// reset after each: time, requests a second, what memory grew by, and how long
// the slowest took.
//
//   jshost bench/js/requests.js [--requests N] [--rounds N]
//
// A request reads a head of some hundred bytes and a body of 1 to 16 KiB, makes
// a key and a response, and sums up the response. All ways do the same and must
// come to the same sum. Every figure is the median of the rounds, which take
// turns; growth is RSS, per round. The table is that of the N-API memory
// manager whose arena lost to V8 by crossing a bridge for each allocation.
'use strict';

load('lib/rounds.js');

const options = parseRoundArguments(scriptArgs, { requests: 10_000, rounds: 9 });
const kHead = Uint8Array.from({ length: 512 }, (_, i) => i * 7);
const kBody = Uint8Array.from({ length: 16 << 10 }, (_, i) => i * 13);

function respond(make, i) {
  const headBytes = 128 + i % 5 * 64;
  const bodyBytes = 1024 << i % 5;
  const head = make(headBytes);
  head.set(kHead.subarray(0, headBytes));
  const body = make(bodyBytes);
  body.set(kBody.subarray(0, bodyBytes));
  const key = make(64);
  for (let k = 0; k < 64; k++) key[k] = head[k] ^ body[k];
  const response = make(256 + bodyBytes);
  response.set(key);
  response.fill(32, 64, 256);
  response.set(body, 256);
  response[bodyBytes] = i;
  let sum = 0;
  for (let at = 0; at < response.length; at += 64) sum += response[at];
  return { sum, buffers: [head, body, key, response] };
}

function serve(latencies, one) {
  let sum = 0;
  for (let i = 0; i < options.requests; i++) {
    const start = performance.now();
    sum += one(i);
    latencies.add(performance.now() - start);
  }
  return { sum };
}

const plain = (bytes) => new Uint8Array(bytes);
const arena = new Arena({ name: 'request', zero: false });
const inArena = (bytes) => arena.alloc(bytes);

const ways = [
  { name: 'plain new', run: (l) => serve(l, (i) => respond(plain, i).sum) },
  { name: 'new and heap.free', run: (l) => serve(l, (i) => {
    const { sum, buffers } = respond(plain, i);
    for (const buffer of buffers) heap.free(buffer);
    return sum;
  }) },
  { name: 'arena, reset each time', run: (l) => serve(l, (i) => {
    const { sum } = respond(inArena, i);
    arena.reset();
    return sum;
  }) },
];

const results = runRounds(ways, options.rounds, options.requests);
const base = results.get('plain new');
if (new Set([...results.values()].map((r) => r.sum)).size !== 1) {
  throw new Error('the ways came to different sums');
}
print(`${options.requests} requests, medians of ${options.rounds} rounds, ` +
  `--allocator ${heap.allocator}`);
print(''.padEnd(24) + ['ms', 'requests/s', 'growth MiB', 'p99.9 us', 'max us', 'sd us', 'speed']
  .map((title) => title.padStart(12)).join(''));
for (const [name, r] of results) {
  print(name.padEnd(24) + [r.ms.toFixed(1), Math.round(options.requests / r.ms * 1000),
    r.growthMiB.toFixed(2), r.p999.toFixed(1), r.max.toFixed(0), r.sd.toFixed(2),
    `${(base.ms / r.ms).toFixed(2)}x`].map((text) => String(text).padStart(12)).join(''));
}
