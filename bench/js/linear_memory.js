// LinearMemory: what alloc and dealloc cost, beside `new Uint8Array(n)` and the
// malloc of a wasm module (dlmalloc in SQLite's, called from JavaScript and
// zeroed, as LinearMemory's blocks are); and peek32 beside a DataView.
//
//   jshost bench/js/linear_memory.js [--rounds N] [--scale F]
//
// Contenders take turns in random order; the tables show medians over rounds,
// in nanoseconds per operation.

load('lib/median.js');

const options = { rounds: 7, scale: 1 };
for (let i = 0; i < scriptArgs.length; i += 2) {
  const name = scriptArgs[i].slice(2);
  const value = Number(scriptArgs[i + 1]);
  if (!scriptArgs[i].startsWith('--') || !(name in options) || !(value > 0)) {
    throw new Error(`unknown option '${scriptArgs[i]} ${scriptArgs[i + 1]}': --rounds N, --scale F`);
  }
  options[name] = value;
}

const MiB = 2 ** 20;

// ------------------------------------------------------------- contenders

// dlmalloc, as the module exports it; it grows its memory as it likes.
function newWasmMalloc() {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 32_768 });
  const module = new WebAssembly.Module(
    readbuffer(`${import.meta.dirname}/../../third_party/sqlite-wasm/sqlite3.wasm`));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => 0;
  }
  imports.env.memory = memory;
  let bytes = new Uint8Array(memory.buffer);
  imports.env.emscripten_resize_heap = (size) => {
    memory.grow(Math.ceil(((size >>> 0) * 1.2 - memory.buffer.byteLength) / 65536));
    bytes = new Uint8Array(memory.buffer);
    return 1;
  };
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__wasm_call_ctors();
  const { malloc, free } = exports;
  return {
    name: 'wasm malloc + fill',
    take(size) {
      const pointer = malloc(size);
      bytes.fill(0, pointer, pointer + size);
      return pointer;
    },
    give(pointer) { free(pointer); },
  };
}

function newLinear() {
  const linear = new LinearMemory({ initial: '16MiB' });
  return {
    name: 'LinearMemory',
    take(size) { return linear.alloc(size); },
    give(pointer) { linear.dealloc(pointer); },
  };
}

function newArrays() {
  return {
    name: 'new Uint8Array(n)',
    take(size) { return new Uint8Array(size); },
    give() {},
  };
}

// Each has code of its own, so that none makes another's call sites megamorphic.
const fresh = (make, ...bodies) => {
  const contender = make();
  for (const body of bodies) contender[body.name] = new Function(`return ${body}`)();
  return contender;
};

// -------------------------------------------------------------- workloads

// Every block is freed at once.
function churn(contender, sizes, count) {
  const mask = sizes.length - 1;
  for (let i = 0; i < count; i++) contender.give(contender.take(sizes[i & mask]));
}

// 1024 live blocks; the oldest goes when one comes.
function queue(contender, sizes, count) {
  const live = new Array(1024).fill(undefined);
  const mask = sizes.length - 1;
  for (let i = 0; i < count; i++) {
    const at = i & 1023;
    if (live[at] !== undefined) contender.give(live[at]);
    live[at] = contender.take(sizes[i & mask]);
  }
  for (const block of live) if (block !== undefined) contender.give(block);
}

// 4096 live blocks; a random one goes when one comes.
function random(contender, sizes, count) {
  const live = new Array(4096).fill(undefined);
  const mask = sizes.length - 1;
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = Math.imul(state, 1103515245) + 12345 | 0;
    const at = state >>> 20;
    if (live[at] !== undefined) contender.give(live[at]);
    live[at] = contender.take(sizes[i & mask]);
  }
  for (const block of live) if (block !== undefined) contender.give(block);
}

const mixed = Array.from({ length: 256 }, (_, i) => 8 + (i * 7919) % (i % 16 === 0 ? 4096 : 256));
const workloads = [
  ['churn, 16 B', churn, [16], 1e6],
  ['churn, 64 B', churn, [64], 1e6],
  ['churn, 256 B', churn, [256], 1e6],
  ['churn, 4 KiB', churn, [4096], 3e5],
  ['churn, 64 KiB', churn, [65536], 3e4],
  ['queue of 1024, 64 B', queue, [64], 1e6],
  ['queue of 1024, 8 B .. 4 KiB', queue, mixed, 1e6],
  ['4096 at random, 8 B .. 4 KiB', random, mixed, 1e6],
];

const now = () => performance.now();

function measure(body, count) {
  const start = now();
  body(count);
  return (now() - start) * 1e6 / count;
}

function inTurns(bodies, count) {
  const times = bodies.map(() => []);
  for (const body of bodies) body(count);  // for the JIT
  for (let round = 0; round < options.rounds; round++) {
    const order = bodies.map((_, i) => [Math.random(), i]).sort(([a], [b]) => a - b);
    for (const [, i] of order) times[i].push(measure(bodies[i], count));
  }
  return times.map(medianOf);
}

// ----------------------------------------------------------------- tables

const line = (title, cells) => print(title.padEnd(32) + cells.map((cell) => cell.padStart(20)).join(''));

const makers = [newLinear, newWasmMalloc, newArrays];
print(`LinearMemory, ns per alloc and dealloc, heap '${heap.allocator}', ${options.rounds} rounds`);
line('', [...makers.map((make) => make().name)]);
for (const [title, workload, sizes, count] of workloads) {
  const bodies = makers.map((make) => {
    const contender = fresh(make, workload);
    return (n) => contender[workload.name](contender, sizes, n);
  });
  const times = inTurns(bodies, Math.ceil(count * options.scale));
  line(title, times.map((ns) => ns.toFixed(1)));
}

const linear = new LinearMemory({ initial: '1MiB' });
const start = linear.alloc(65536);
const data = new DataView(new ArrayBuffer(MiB));
const words = linear.heap32();
// A program uses more than one type.
for (const name of ['8', '16', '32', '32f', '64f', 'Ptr']) {
  for (let i = 0; i < 20_000; i++) linear[`poke${name}`](start, i)[`peek${name}`](start);
}
const sums = [
  ['peek32', (n) => { let s = 0; for (let i = 0; i < n; i++) s = s + linear.peek32(start + (i & 16383) * 4) | 0; return s; }],
  ["peek(p, 'i32')", (n) => { let s = 0; for (let i = 0; i < n; i++) s = s + linear.peek(start + (i & 16383) * 4, 'i32') | 0; return s; }],
  ['DataView', (n) => { let s = 0; for (let i = 0; i < n; i++) s = s + data.getInt32((i & 16383) * 4, true) | 0; return s; }],
  ['heap32()[i]', (n) => { let s = 0; for (let i = 0; i < n; i++) s = s + words[(start >> 2) + (i & 16383)] | 0; return s; }],
];
const writes = [
  ['poke32', (n) => { for (let i = 0; i < n; i++) linear.poke32(start + (i & 16383) * 4, i); }],
  ["poke(p, v, 'i32')", (n) => { for (let i = 0; i < n; i++) linear.poke(start + (i & 16383) * 4, i, 'i32'); }],
  ['DataView', (n) => { for (let i = 0; i < n; i++) data.setInt32((i & 16383) * 4, i, true); }],
  ['heap32()[i]', (n) => { for (let i = 0; i < n; i++) words[(start >> 2) + (i & 16383)] = i; }],
];
for (const [title, bodies] of [['reading an i32', sums], ['writing an i32', writes]]) {
  print('');
  line(title, bodies.map(([name]) => name));
  line('', inTurns(bodies.map(([, body]) => body), Math.ceil(3e6 * options.scale)).map((ns) => ns.toFixed(2)));
}

export {};
