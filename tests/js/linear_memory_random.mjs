// Random use of LinearMemory beside a simple model: what is allocated is apart,
// zero at first and keeps what was written; what isn't ours is never touched.
import { equal, randomFrom } from './linear_memory/check.mjs';

const page = 64 * 1024;

// Blocks as a script sees them: pointer -> {bytes, fill, scope}.
class Model {
  blocks = new Map();
  scopes = [];
  usedBytes = 0;

  constructor(linear) { this.linear = linear; }

  add(pointer, bytes, scope) {
    const at = Number(pointer);
    if (at === 0 || at % 8 !== 0) throw new Error(`pointer ${pointer}`);
    const view = this.linear.heap8u().subarray(at, at + bytes);
    equal(`length of ${bytes}`, view.length, bytes);
    const dirty = view.findIndex((x) => x !== 0);
    if (dirty !== -1) throw new Error(`byte ${dirty} of ${bytes} isn't zero`);
    const fill = 1 + (this.blocks.size + at / 8) % 255;
    view.fill(fill);
    this.blocks.set(pointer, { bytes, fill, scope });
    this.usedBytes += bytes;
  }

  check(pointer, bytes = this.blocks.get(pointer).bytes) {
    const { fill } = this.blocks.get(pointer);
    const at = Number(pointer);
    const view = this.linear.heap8u().subarray(at, at + bytes);
    if (!view.every((x) => x === fill)) throw new Error(`the block at ${pointer} was written to`);
  }

  remove(pointer) {
    this.check(pointer);
    this.usedBytes -= this.blocks.get(pointer).bytes;
    this.blocks.delete(pointer);
  }

  checkAll() {
    const stats = this.linear.stats();
    equal('usedBytes', stats.usedBytes, this.usedBytes);
    equal('blocks', stats.blocks, this.blocks.size);
    equal('scopeDepth', stats.scopeDepth, this.scopes.length);
    const sorted = [...this.blocks].sort(([a], [b]) => a < b ? -1 : 1);
    let end = 0;
    for (const [pointer, { bytes }] of sorted) {
      if (Number(pointer) < end) throw new Error(`the block at ${pointer} is in another`);
      end = Number(pointer) + bytes;
      this.check(pointer);
    }
  }
}

function run({ name, linear, seed, steps, largest, others = () => {}, checkOthers = () => {} }) {
  const random = randomFrom(seed);
  const model = new Model(linear);
  let refusals = 0;
  const size = () => random(random(8) === 0 ? largest : random(4) === 0 ? 3000 : 120);
  const any = () => [...model.blocks.keys()][random(model.blocks.size)];

  // Out of memory is an answer like any other, but only that.
  const attempt = (fn) => {
    try {
      return fn();
    } catch (error) {
      if (error.code !== 'ERR_MEMORY_LIMIT') throw error;
      refusals++;
      return undefined;
    }
  };

  const actions = [
    [30, () => {
      const bytes = size();
      const alignment = random(4) === 0 ? 1 << random(13) : 8;
      const pointer = attempt(() => linear.alloc(bytes, alignment));
      if (pointer === undefined) return;
      equal(`aligned to ${alignment}`, Number(pointer) % alignment, 0);
      model.add(pointer, bytes);
    }],
    [26, () => {
      if (model.blocks.size === 0) return;
      const pointer = any();
      model.remove(pointer);
      linear.dealloc(pointer);
    }],
    [10, () => {
      if (model.blocks.size === 0) return;
      const pointer = any();
      const { bytes, scope } = model.blocks.get(pointer);
      const wanted = 1 + size();
      const moved = attempt(() => linear.realloc(pointer, wanted));
      if (moved === undefined) return;
      const { fill } = model.blocks.get(pointer);
      const view = linear.heap8u().subarray(Number(moved), Number(moved) + wanted);
      const kept = Math.min(bytes, wanted);
      if (!view.subarray(0, kept).every((x) => x === fill)) throw new Error('realloc lost bytes');
      if (!view.subarray(kept).every((x) => x === 0)) throw new Error('realloc added other than zero');
      model.usedBytes -= bytes;
      model.blocks.delete(pointer);
      view.fill(0);
      model.add(moved, wanted, scope);
    }],
    [4, () => { if (model.scopes.length < 6) model.scopes.push(linear.scopedAllocPush()); }],
    [12, () => {
      if (model.scopes.length === 0) return;
      const bytes = size();
      const pointer = attempt(() => linear.scopedAlloc(bytes));
      if (pointer !== undefined) model.add(pointer, bytes, model.scopes.at(-1));
    }],
    [4, () => {
      const scope = model.scopes.pop();
      if (scope === undefined) return;
      for (const [pointer, block] of model.blocks) if (block.scope === scope) model.remove(pointer);
      linear.scopedAllocPop(random(2) === 0 ? scope : undefined);
    }],
    [1, () => linear.resize(linear.byteLength + random(3 * page))],
    [1, () => others(random)],
    [1, () => {
      // A block as large as stats() says is to be had without growing.
      const { largestFree, growths } = linear.stats();
      if (largestFree === 0) return;
      const pointer = linear.alloc(largestFree);
      equal('growths', linear.stats().growths, growths);
      equal('largestFree', linear.stats().blocks, model.blocks.size + 1);
      linear.dealloc(pointer);
    }],
  ];
  const total = actions.reduce((sum, [weight]) => sum + weight, 0);

  for (let step = 0; step < steps; step++) {
    let pick = random(total);
    try {
      actions.find(([weight]) => (pick -= weight) < 0)[1]();
      if (step % 64 === 0) {
        model.checkAll();
        checkOthers();
      }
    } catch (error) {
      error.message = `${name}, seed ${seed}, step ${step}: ${error.message}`;
      throw error;
    }
  }
  while (model.scopes.length > 0) linear.scopedAllocPop(model.scopes.pop());
  for (const [pointer, { scope }] of model.blocks) if (scope === undefined) linear.dealloc(pointer);
  checkOthers();
  const stats = linear.stats();
  equal(`${name}: usedBytes at the end`, stats.usedBytes, 0);
  equal(`${name}: blocks at the end`, stats.blocks, 0);
  return { refusals, stats };
}

// Memory of somebody else beside ours: below the base, and pages that they grow.
function foreign(memory, base) {
  const areas = [];
  const add = (from, to) => {
    new Uint8Array(memory.buffer).fill(0xd7, from, to);
    areas.push([from, to]);
  };
  add(0, base);
  return {
    others: (random) => {
      const before = memory.buffer.byteLength;
      const pages = 1 + random(2);
      try {
        memory.grow(pages);
      } catch {
        return;
      }
      add(before, memory.buffer.byteLength);
    },
    checkOthers: () => {
      const bytes = new Uint8Array(memory.buffer);
      for (const [from, to] of areas) {
        for (let i = from; i < to; i++) {
          if (bytes[i] !== 0xd7) throw new Error(`byte ${i} of somebody else was written to`);
        }
      }
    },
  };
}

for (let seed = 1; seed <= 4; seed++) {
  const small = run({
    name: 'small', seed, steps: 3000, largest: 40_000,
    linear: new LinearMemory({ initial: '64KiB', maximum: '256KiB' }),
  });
  if (small.refusals === 0) throw new Error('the small memory was never full');
  equal('small: one free block', small.stats.largestFree, small.stats.freeBytes);

  const grown = run({
    name: 'growing', seed, steps: 3000, largest: 200_000, linear: new LinearMemory({ initial: '64KiB' }),
  });
  equal('growing: refusals', grown.refusals, 0);
  if (grown.stats.growths < 3) throw new Error('it hardly grew');
  equal('growing: one free block', grown.stats.largestFree, grown.stats.freeBytes);

  const memory = new WebAssembly.Memory({ initial: 2, maximum: 200 });
  run({
    name: 'foreign', seed, steps: 3000, largest: 60_000,
    linear: new LinearMemory({ memory, base: 50_000 }), ...foreign(memory, 50_000),
  });

  run({
    name: '64-bit', seed, steps: 1000, largest: 60_000,
    linear: new LinearMemory({
      memory: new WebAssembly.Memory({ address: 'i64', initial: 2n, maximum: 200n }), base: 16,
    }),
  });
}
