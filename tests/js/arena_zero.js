// flags: --expose-gc
// What an arena hands out reads as zero, whatever lay there before; with
// `zero: false` it is the arena's own earlier bytes or zero. Chosen at random,
// from a seed.

let seed = Number(scriptArgs[0] ?? 12345);
const random = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % n;
};
const fail = (what) => { throw new Error(`${what} (seed ${scriptArgs[0] ?? 12345})`); };

const kOptions = [
  {}, { chunkSize: 4096 }, { chunkSize: '64KiB' }, { lifetime: 'persistent' },
  { lifetime: 'intermediate', limit: '3MiB' }, { limit: 100_000 },
];
const sizeOf = () => {
  switch (random(10)) {
    case 0: return random(10) === 0 ? random(3_000_000) : random(300_000);
    case 1: return random(50_000);
    case 2: return 0;
    default: return random(3000);
  }
};
const isAll = (bytes, value, or = value) => {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== value && bytes[i] !== or) return false;
  }
  return true;
};
const allocate = (arena, size) => {
  try {
    switch (random(4)) {
      case 0: return arena.alloc(size, 2 ** random(13));
      case 1: return new Uint8Array(arena.buffer(size));
      case 2: {
        const array = arena.array(Float64Array, size >> 3);
        return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      }
      default: return arena.alloc(size);
    }
  } catch (error) {
    if (error.code !== 'ERR_MEMORY_LIMIT') throw error;
    return new Uint8Array(0);
  }
};

// Every arena writes a byte of its own.
let mark = 0;
const make = (zero) => {
  mark = mark % 255 + 1;
  return { arena: new Arena({ ...kOptions[random(kOptions.length)], zero }), mark, zero, live: [] };
};
const round = (it, count) => {
  for (let i = 0; i < count; i++) {
    const size = sizeOf();
    const bytes = allocate(it.arena, size);
    if (!(it.zero ? isAll(bytes, 0) : isAll(bytes, 0, it.mark))) {
      fail(`${bytes.length} bytes of another`);
    }
    bytes.fill(it.mark);
    if (it.live.length < 50) it.live.push(bytes);
  }
  for (const bytes of it.live) if (!isAll(bytes, it.mark)) fail('bytes were overwritten');
};

const arenas = [];
for (let step = 0; step < 300; step++) {
  switch (random(6)) {
    case 0:
      if (arenas.length < 8) arenas.push(make(random(2) === 0));
      break;
    case 1:
      if (arenas.length > 0) {
        const [it] = arenas.splice(random(arenas.length), 1);
        if (random(4) !== 0) it.arena.dispose();  // else it is left to the collector
        if (it.arena.disposed && it.live.some((bytes) => bytes.length !== 0)) fail('a view lives on');
      }
      break;
    case 2:
      for (const it of arenas) {
        if (random(2) === 0) continue;
        it.arena.reset();
        if (it.live.some((bytes) => bytes.length !== 0)) fail('a view outlived the reset');
        it.live = [];
      }
      break;
    case 3:
      if (arenas.length > 0) {
        const it = arenas[random(arenas.length)];
        it.arena.scope((arena) => round({ ...it, arena, live: [], zero: true, mark: it.mark },
                                        it.zero ? random(20) : 0));
      }
      break;
    case 4:
      if (random(20) === 0) gc();
      // Ordinary buffers dirty the same pages.
      for (let i = 0; i < 20; i++) new Uint8Array(random(300_000)).fill(255);
      break;
    default:
      for (const it of arenas) round(it, random(40));
  }
}
heap.verify();

// Written through the chunk, beyond what was handed out.
for (const zero of [true, false]) {
  for (let i = 0; i < 30; i++) {
    const arena = new Arena({ zero });
    new Uint8Array(arena.alloc(10).buffer).fill(255);
    new Uint8Array(arena.alloc(3_000_000).buffer).fill(255);
    if (zero) {
      arena.reset();
      for (let j = 0; j < 50; j++) if (!isAll(arena.alloc(j * 50), 0)) fail('bytes of the last round');
      if (!isAll(arena.alloc(3_010_000), 0)) fail('bytes of the last round');
      new Uint8Array(arena.alloc(0).buffer).fill(255);
    }
    arena.dispose();
    using next = new Arena({ zero: i % 2 === 0 });
    for (let j = 0; j < 50; j++) if (!isAll(next.alloc(j * 100), 0)) fail('bytes of another arena');
  }
}
