// What memory costs in an Arena: nanoseconds per buffer, by size, beside the
// same view made by hand and beside `new Uint8Array(n)`. Run it with
// `--allocator malloc` for what other hosts do.
//
//   jshost bench/js/arena.js [--rounds N] [--scale F] [--json]
//
//   bare    new Uint8Array(buffer, offset, n), offsets going round
//   hand    a bump allocator by hand: no check, no detaching, never zero
//   arena   arena.alloc(n) with zero: false, a reset every 512 KiB included
//   zeroed  the same with zero: true
//   plain   new Uint8Array(n)
//
// Every figure is the median of the rounds.
'use strict';

const KiB = 1024;
const kRound = 512 * KiB;  // bytes between two resets

load('lib/median.js');
load('lib/rounds_and_scale.js');

const options = parseRoundsAndScale(scriptArgs, 7);

// Where each buffer stays till the next: a compiler that sees none escape may
// leave them out.
let kept;

// ------------------------------------------------------------------- blocks

const memory = new ArrayBuffer(1024 * KiB);

function bare(size, count) {
  let at = 0;
  for (let i = 0; i < count; i++) {
    kept = new Uint8Array(memory, at, size);
    at += size;
    if (at + size > kRound) at = 0;
  }
}

class HandMade {
  buffer = memory;
  at = 0;
  alloc(bytes) {
    const at = this.at;
    this.at = at + bytes + 7 & ~7;
    return new Uint8Array(this.buffer, at, bytes);
  }
}

const hand = new HandMade();
function handMade(size, count) {
  const perRound = Math.floor(kRound / size);
  for (let i = 0, left = perRound; i < count; i++) {
    if (left-- === 0) {
      hand.at = 0;
      left = perRound - 1;
    }
    kept = hand.alloc(size);
  }
  hand.at = 0;
}

function inArena(arena) {
  return (size, count) => {
    const perRound = Math.floor(kRound / size);
    for (let i = 0, left = perRound; i < count; i++) {
      if (left-- === 0) {
        arena.reset();
        left = perRound - 1;
      }
      kept = arena.alloc(size);
    }
    arena.reset();
  };
}

function plain(size, count) {
  for (let i = 0; i < count; i++) kept = new Uint8Array(size);
}

// Nanoseconds per call of each of `contenders`, which take turns.
function compare(contenders, size, counts) {
  const times = contenders.map(() => []);
  for (let round = -1; round < options.rounds; round++) {
    contenders.forEach((run, i) => {
      const count = Math.max(16, Math.round(counts[i] * options.scale));
      if (round < 0) return run(size, count);  // to warm up
      const start = performance.now();
      run(size, count);
      times[i].push((performance.now() - start) * 1e6 / count);
    });
  }
  return times.map(medianOf);
}

function show(line) {
  if (options.json) print(JSON.stringify({ bench: 'arena', allocator: heap.allocator, ...line }));
}
const say = (text) => { if (!options.json) print(text); };
const column = (value, digits = 1) => value.toFixed(digits).padStart(9);

function blocks() {
  const unzeroed = new Arena({ zero: false });
  const zeroed = new Arena();
  say(`a block, ns                        --allocator ${heap.allocator}`);
  say('     size     bare     hand    arena   zeroed    plain  arena/bare hand/arena plain/arena plain/zeroed');
  for (const size of [64, 256, 4 * KiB, 64 * KiB]) {
    const n = 600_000;
    const [b, h, a, z, p] = compare([bare, handMade, inArena(unzeroed), inArena(zeroed), plain], size,
                                    [n, n, n, size > 4096 ? n / 20 : n / 2, size > 4096 ? n / 60 : n / 6]);
    say(String(size).padStart(9) + [b, h, a, z, p].map((x) => column(x)).join('') + '  ' +
        [a / b, h / a, p / a, p / z].map((x) => column(x, 2)).join('  '));
    show({ what: 'alloc', size, bare: b, hand: h, arena: a, zeroed: z, plain: p });
  }
  unzeroed.dispose();
  zeroed.dispose();
}

// -------------------------------------------------------------------- reset

// Rounds until `reset` is compiled.
const kWarmUp = 12;

function resets() {
  const arena = new Arena({ zero: false });
  const views = new Array(100_000);
  const times = [];
  for (let round = -kWarmUp; round < options.rounds; round++) {
    for (let i = 0; i < views.length; i++) views[i] = arena.alloc(64);
    const start = performance.now();
    arena.reset();
    if (round >= 0) times.push((performance.now() - start) * 1e3);
    if (views[99_999].length !== 0) throw new Error('a view outlived the reset');
  }
  arena.dispose();
  const us = medianOf(times);
  say(`reset with 100,000 live views of 64 bytes: ${us.toFixed(2)} us`);
  show({ what: 'reset', us });
}

// ----------------------------------------------------------------- requests

const sizes = [];
for (let i = 0; i < 20; i++) sizes.push(256 * (1 + i * 7 % 16));  // 256 B to 4 KiB

function ofPlain() {
  for (let i = 0; i < sizes.length; i++) {
    const bytes = new Uint8Array(sizes[i]);
    bytes[0] = i;
    kept = bytes;
  }
}

function ofUsing() {
  using arena = new Arena();
  for (let i = 0; i < sizes.length; i++) {
    const bytes = arena.alloc(sizes[i]);
    bytes[0] = i;
    kept = bytes;
  }
}

const session = new Arena();
function ofReset() {
  for (let i = 0; i < sizes.length; i++) {
    const bytes = session.alloc(sizes[i]);
    bytes[0] = i;
    kept = bytes;
  }
  session.reset();
}

function ofScope() {
  using arena = session.scope();
  for (let i = 0; i < sizes.length; i++) {
    const bytes = arena.alloc(sizes[i]);
    bytes[0] = i;
    kept = bytes;
  }
}

function ofRun() { session.run(ofPlain); }

const repeat = (request) => (size, count) => { for (let i = 0; i < count; i++) request(); };

function requests() {
  const names = ['plain new', 'using arena = new Arena()', 'arena.reset()', 'using s = arena.scope()',
                 'plain new in arena.run'];
  const before = heap.stats().committedBytes;
  const times = compare([ofPlain, ofUsing, ofReset, ofScope, ofRun].map(repeat), 0,
                        [5000, 30000, 30000, 30000, 5000]);
  say('a request that makes 20 buffers of 256 B to 4 KiB, us');
  names.forEach((name, i) => {
    say(`  ${name.padEnd(28)}${column(times[i] / 1000, 2)}${column(times[0] / times[i], 1)}x`);
    show({ what: 'request', name, us: times[i] / 1000 });
  });
  show({ what: 'growth', bytes: heap.stats().committedBytes - before });
}

blocks();
resets();
requests();
