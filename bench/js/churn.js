// ArrayBuffer churn: `new Uint8Array(n)`, both ends touched, dropped at once.
// What it costs per buffer of each size, collector included. Runs unmodified
// on jshost, Node, Deno and Bun.
//
//   churn.js [--sizes 128,64K,1M] [--every | --pooled] [--json] [--scale F]
//
//   --sizes   sizes to measure, binary units (default 128 .. 16M in powers of two, and a few odd ones)
//   --every   a second pass in which every byte is written
//   --pooled  instead, each host's quickest memory without zeroes: arena.alloc with
//             a reset every 512 KiB, which ends what was handed out, and elsewhere
//             Buffer.allocUnsafe, which the collector ends
//   --json    one JSON object per line instead of tables
//   --scale   times the usual amount of work (default 1: about half a second a size)
'use strict';

const host = typeof globalThis.Deno !== 'undefined' ? 'deno'
  : typeof globalThis.Bun !== 'undefined' ? 'bun'
  : typeof globalThis.process?.versions?.node === 'string' ? 'node'
  : 'jshost';
const args = typeof scriptArgs !== 'undefined' ? scriptArgs
  : host === 'deno' ? Deno.args
  : process.argv.slice(2);
const now = () => performance.now();
const emit = typeof print === 'function' ? print : console.log;

const KiB = 1024;
const MiB = 1024 * KiB;

function parseSize(text) {
  const match = /^(\d+)(?:(K|M)(?:iB)?)?$/.exec(text);
  if (match === null) throw new Error(`--sizes: '${text}' is no size; write 128, 64K or 1MiB`);
  return Number(match[1]) * ({ K: KiB, M: MiB }[match[2]] ?? 1);
}

function defaultSizes() {
  const sizes = [];
  for (let size = 128; size <= 16 * MiB; size *= 2) sizes.push(size);
  return [...sizes, 200, 3000, 40_000, 1_500_000].sort((a, b) => a - b);
}

function parseArguments(words) {
  const options = { sizes: defaultSizes(), every: false, pooled: false, json: false, scale: 1 };
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case '--every': options.every = true; break;
      case '--pooled': options.pooled = true; break;
      case '--json': options.json = true; break;
      case '--sizes': options.sizes = (words[++i] ?? '').split(',').map(parseSize); break;
      case '--scale': options.scale = Number(words[++i]); break;
      default:
        throw new Error(`unknown option '${words[i]}': --sizes, --every, --pooled, --json, ` +
                        '--scale');
    }
  }
  if (!(options.scale > 0)) throw new Error('--scale: a number above 0');
  return options;
}

// The amount of work is fixed, so that every host does the same: bounded by
// bytes for big buffers, by count for small ones.
function iterations(size, every, scale) {
  const bytes = (every ? 2048 : 8192) * MiB;
  const count = 500_000;
  return Math.max(64, Math.round(scale * Math.min(count, bytes / size)));
}

// Where each buffer stays till the next: a compiler that sees none escape may
// leave them out.
let kept;

function touchEnds(size, count) {
  for (let i = 0; i < count; i++) {
    const bytes = new Uint8Array(size);
    bytes[0] = i;
    bytes[size - 1] = i;
    kept = bytes;
  }
}

function touchEvery(size, count) {
  for (let i = 0; i < count; i++) {
    const bytes = new Uint8Array(size);
    bytes.fill(i | 1);
    kept = bytes;
  }
}

// Per process, as a program has it.
function newPool() {
  if (host !== 'jshost') {
    const { Buffer } = process.getBuiltinModule('node:buffer');
    return (size) => Buffer.allocUnsafe(size);
  }
  const arena = new Arena({ zero: false });
  const round = 512 * KiB;
  let used = 0;
  return (size) => {
    used += size;
    if (used > round) {
      arena.reset();
      used = size;
    }
    return arena.alloc(size);
  };
}

function poolToucher() {
  const alloc = newPool();
  return (size, count) => {
    for (let i = 0; i < count; i++) {
      const bytes = alloc(size);
      bytes[0] = i;
      bytes[size - 1] = i;
      kept = bytes;
    }
  };
}

function measure(size, touch, every, scale) {
  const count = iterations(size, every, scale);
  // Enough for the JIT and for the first collections, not more.
  touch(size, Math.max(32, Math.min(count >> 2, 20_000)));
  const start = now();
  touch(size, count);
  const ns = (now() - start) * 1e6 / count;
  if (kept.length !== size) throw new Error(`a buffer of ${kept.length} bytes, not ${size}`);
  return { count, ns };
}

function showSize(size) {
  if (size % MiB === 0) return `${size / MiB} MiB`;
  if (size % KiB === 0) return `${size / KiB} KiB`;
  return `${size} B`;
}

function showNs(ns) {
  return ns < 10_000 ? `${ns.toFixed(1)} ns` : `${(ns / 1000).toFixed(1)} us`;
}

const kTitles = { ends: 'both ends touched', every: 'every byte written',
                  pooled: 'pooled, both ends touched' };

function run({ sizes, every, pooled, json, scale }) {
  const allocator = globalThis.heap?.allocator ?? null;
  const passes = pooled ? [['pooled', poolToucher(), false]] : [['ends', touchEnds, false]];
  if (every && !pooled) passes.push(['every', touchEvery, true]);
  for (const [touch, body, heavy] of passes) {
    if (!json) {
      emit(`churn, ${kTitles[touch]}: ` +
           `${host}${allocator === null ? '' : ` --allocator ${allocator}`}`);
      emit(`${'size'.padStart(10)}${'buffers'.padStart(10)}${'per buffer'.padStart(14)}`);
    }
    for (const size of sizes) {
      const { count, ns } = measure(size, body, heavy, scale);
      if (json) {
        emit(JSON.stringify({ bench: 'churn', host, allocator, touch, size, count,
                              ns: Math.round(ns * 100) / 100 }));
      } else {
        emit(showSize(size).padStart(10) + String(count).padStart(10) + showNs(ns).padStart(14));
      }
    }
  }
}

run(parseArguments(args));
