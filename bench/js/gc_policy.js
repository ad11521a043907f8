// What collecting buffers costs and gains: throughput of a program that makes and
// drops them, and the most memory that it had, for one size in a process of its
// own. `scripts/bench gc-policy` compares policies and allocators with it.
//
//   jshost [--gc-policy v8] [--allocator malloc] bench/js/gc_policy.js
//          [--size 64K | --size mixed] [--every] [--live 64M] [--objects N] [--ms N]
//
//   --size     of a buffer, binary units; mixed: 1 KiB to 2 MiB, small ones more often
//   --every    write every byte, not only both ends
//   --live     so many bytes of buffers stay alive, the oldest replaced by the newest
//   --objects  so many objects of the collector's stay alive beside them
//   --ms       how long to measure (default 500), after a tenth of it to warm up
//
// Prints one JSON object: buffers a second, bytes a second, peakRss in bytes,
// cpu (seconds of all threads for each second measured), and collections.
'use strict';

const KiB = 1024;
const MiB = 1024 * KiB;

function parseSize(name, text) {
  const match = /^(\d+)(?:(K|M)(?:iB)?)?$/.exec(text);
  if (match === null) throw new Error(`${name}: '${text}' is no size; write 128, 64K or 1MiB`);
  return Number(match[1]) * ({ K: KiB, M: MiB }[match[2]] ?? 1);
}

function parseNumber(name, text) {
  if (!(Number(text) >= 0)) throw new Error(`${name}: '${text}' is no number from 0`);
  return Number(text);
}

function parseArguments(words) {
  const options = { size: 64 * KiB, every: false, live: 0, objects: 0, ms: 500 };
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    switch (word) {
      case '--every': options.every = true; break;
      case '--size':
        options.size = words[++i] === 'mixed' ? 'mixed' : parseSize(word, words[i]);
        break;
      case '--live': options.live = parseSize(word, words[++i]); break;
      case '--objects': options.objects = parseNumber(word, words[++i]); break;
      case '--ms': options.ms = parseNumber(word, words[++i]); break;
      default:
        throw new Error(`unknown option '${word}': --size, --every, --live, --objects, --ms`);
    }
  }
  return options;
}

// The same for every contender: as many bytes in each power of two.
function mixedSizes() {
  const sizes = [];
  let seed = 1;
  for (let i = 0; i < 4096; i++) {
    seed = Math.imul(seed, 1103515245) + 12345 >>> 0;
    let size = KiB;
    for (let bits = seed >>> 8; size < 2 * MiB && (bits & 1) !== 0; bits >>>= 1) size *= 2;
    sizes.push(size + (seed >>> 20) % size);
  }
  return sizes;
}

function cpuSeconds() {
  const fields = read('/proc/self/stat').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function peakRss() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(read('/proc/self/status'))[1]) * KiB;
}

// Makes buffers until `ms` are over: [buffers, bytes, ms].
function churn(sizes, every, ring, ms) {
  const start = performance.now();
  const mask = sizes.length - 1;
  let next = 0;
  let count = 0;
  let made = 0;
  for (;;) {
    const size = sizes[count++ & mask];
    const bytes = new Uint8Array(size);
    if (every) {
      bytes.fill(count | 1);
    } else {
      bytes[0] = count;
      bytes[size - 1] = count;
    }
    made += size;
    ring[next] = bytes;
    next = next + 1 < ring.length ? next + 1 : 0;
    if ((count & 15) === 0) {
      const taken = performance.now() - start;
      if (taken >= ms) return [count, made, taken];
    }
  }
}

function run({ size, every, live, objects, ms }) {
  const sizes = size === 'mixed' ? mixedSizes() : [size];
  const mean = sizes.reduce((sum, one) => sum + one, 0) / sizes.length;
  const ring = new Array(Math.max(1, Math.round(live / mean))).fill(null);
  const held = [];
  for (let i = 0; i < objects; i++) held.push({ i, next: held[i >> 1] });
  churn(sizes, every, ring, ms / 10);
  const before = isolate.memory().gc;
  const cpu = cpuSeconds();
  const [count, made, taken] = churn(sizes, every, ring, ms);
  const { gc } = isolate.memory();
  const seconds = taken / 1000;
  print(JSON.stringify({
    bench: 'gc_policy', allocator: heap.allocator, size, every, live, objects: held.length,
    buffers: Math.round(count / seconds), bytes: Math.round(made / seconds),
    peakRss: peakRss(), cpu: (cpuSeconds() - cpu) / seconds,
    minor: gc.minor - before.minor, major: gc.major - before.major,
    pauseShare: (gc.pauseMs - before.pauseMs) / taken,
  }));
}

run(parseArguments(scriptArgs));
