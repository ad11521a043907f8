// A backend: a hundred thousand requests of users who come, stay for a while and
// go, so that memory has three lifetimes: a request's, a session's, and a cache's
// for good. Once with plain `new`, once with an arena for each lifetime.
//
//   jshost bench/js/backend.js [--requests N] [--rounds N]
//
// One request in a hundred is a login, which makes a session of some KiB; a
// session lasts 1,000 to 8,000 requests and grows by what its user does; every
// request needs a few buffers for itself; one in a thousand adds to the cache.
// Both ways do the same and must come to the same sum. Figures are medians of
// the rounds, which take turns; heap is what buffers occupy at the end.
'use strict';

load('lib/rounds.js');

const options = parseRoundArguments(scriptArgs, { requests: 100_000, rounds: 5 });

// The same numbers in every run of every way.
class Random {
  constructor() { this.state = 12345; }
  below(limit) {
    this.state = Math.imul(this.state, 1664525) + 1013904223 >>> 0;
    return Math.floor(this.state / 0x1_0000_0000 * limit);
  }
}

// How memory is had: make(bytes) for a request, for good, and sessions that make
// their own and end.
class Plain {
  request(bytes) { return new Uint8Array(bytes); }
  endRequest() {}
  cache(bytes) { return new Uint8Array(bytes); }
  newSession() { return { make: (bytes) => new Uint8Array(bytes), end() {} }; }
  end() {}
}

class Arenas {
  #request = new Arena({ name: 'requests', zero: false });
  #cache = new Arena({ name: 'cache', lifetime: 'persistent', zero: false });
  #sessions = 0;
  request(bytes) { return this.#request.alloc(bytes); }
  endRequest() { this.#request.reset(); }
  cache(bytes) { return this.#cache.alloc(bytes); }
  newSession() {
    const arena = new Arena({
      name: `session ${this.#sessions++}`, lifetime: 'intermediate', zero: false,
    });
    return { make: (bytes) => arena.alloc(bytes), end() { arena.dispose(); } };
  }
  end() {
    this.#request.dispose();
    this.#cache.dispose();
  }
}

function simulate(memory, latencies) {
  const random = new Random();
  const sessions = [];
  const cache = [];
  let sum = 0;
  let peakUsers = 0;
  for (let i = 0; i < options.requests; i++) {
    const start = performance.now();
    if (i % 100 === 0) {
      const { make, end } = memory.newSession();
      const session = { make, end, until: i + 1000 + random.below(7000), parts: [] };
      session.parts.push(make(2048), make(512));
      sessions.push(session);
      peakUsers = Math.max(peakUsers, sessions.length);
    }
    const body = memory.request(512 + random.below(8192));
    const answer = memory.request(256 + random.below(4096));
    const scratch = memory.request(128);
    body[0] = i;
    answer[answer.length - 1] = body[0];
    scratch[127] = answer[answer.length - 1];
    const session = sessions[random.below(sessions.length)];
    if (random.below(50) === 0) session.parts.push(session.make(256 + random.below(1024)));
    session.parts[0][i % 2048] = scratch[127];
    if (i % 1000 === 0) {
      const entry = memory.cache(4096);
      entry[0] = i;
      cache.push(entry);
    }
    sum += scratch[127] + session.parts.length + cache[random.below(cache.length)].length;
    memory.endRequest();
    if (sessions[0].until <= i) {
      sum += sessions[0].parts[0][7];
      sessions.shift().end();
      if (sessions.length === 0) throw new Error('no session is left');
    }
    latencies.add(performance.now() - start);
  }
  const heapMiB = heap.stats().allocatedBytes / 2 ** 20;
  for (const session of sessions) session.end();
  memory.end();
  return { sum, peakUsers, heapMiB };
}

const ways = [
  { name: 'plain new', run: (latencies) => simulate(new Plain(), latencies) },
  { name: 'arenas', run: (latencies) => simulate(new Arenas(), latencies) },
];

const results = runRounds(ways, options.rounds, options.requests);
const base = results.get('plain new');
if (new Set([...results.values()].map((r) => r.sum)).size !== 1) {
  throw new Error('the ways came to different sums');
}
print(`${options.requests} requests, at most ${base.peakUsers} users at a time, medians of ` +
  `${options.rounds} rounds, --allocator ${heap.allocator}`);
print(''.padEnd(12) + ['ms', 'requests/s', 'heap MiB', 'growth MiB', 'p99.9 us', 'max us', 'sd us', 'speed']
  .map((title) => title.padStart(12)).join(''));
for (const [name, r] of results) {
  print(name.padEnd(12) + [r.ms.toFixed(1), Math.round(options.requests / r.ms * 1000),
    r.heapMiB.toFixed(1), r.growthMiB.toFixed(2), r.p999.toFixed(1), r.max.toFixed(0),
    r.sd.toFixed(2), `${(base.ms / r.ms).toFixed(2)}x`]
    .map((text) => String(text).padStart(12)).join(''));
}
