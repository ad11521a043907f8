// The malloc of a LinearMemory: two-level segregated free lists (TLSF, Masmano
// et al., ECRTS 2004), with boundaries kept out of line, so that no overflow
// reaches them.
//
// Addresses and sizes count granules of 8 bytes: 31 bits are enough for the
// 16 GiB that the largest memory of V8 has. The memory is a chain of blocks,
// each with a node here. A block begins with one granule that tells its node;
// that is a hint and no more: the node knows where its block is, and a hint
// that was overwritten is found out and replaced by a search.
//
// Invariants:
//   START[NEXT[n]] = START[n] + SIZE[n]           neighbours of one region
//   no two neighbours are free                    they are merged at once
//   free blocks = the blocks in the bins; `bits` has a bit for each bin in use
//
// Programs free what they soon want again. So a few blocks of each size up to
// kMostCached are kept as they are, unmerged, in caches that are emptied before
// the memory grows.
//
// A region is a run of granules that is ours. Where somebody else grew the
// memory in between, what we grow afterwards begins a new region.
(function (natives) {
  'use strict';

  const {
    Int32Array, MathClz32, MathFloor, MathMax, MathMin, TypedArrayPrototypeCopyWithin,
    TypedArrayPrototypeFill, TypedArrayPrototypeSet,
  } = natives.requireInternal('primordials');
  const { memoryError } = natives.requireInternal('linear_memory_arguments');

  const kGranule = 8;
  const kHeader = 1;     // granules in front of what a script gets
  const kLeast = 2;      // granules of a block
  const kMost = 2 ** 31 - 1;
  const kLoopZeroes = 64;  // granules up to which a loop is faster than fill()

  // Fields of a node. Node 0 is none.
  const kStride = 8;
  const kStart = 0;
  const kSize = 1;
  const kPrevious = 2;      // in memory
  const kNext = 3;
  const kLinkBack = 4;      // in a bin, or in a scope's ring
  const kLinkForward = 5;   // also chains nodes that are spare
  const kState = 6;
  const kSlack = 7;         // bytes at the end that weren't asked for

  const kSpare = 0;
  const kFree = 1;
  const kUsed = 2;
  const kRing = 3;          // no block, but where a scope's ring begins
  const kCached = 4;

  // Bins: one for each size below kExact, then 8 for each power of two.
  const kExact = 64;
  const kExactLog = 6;
  const kWords = 9;

  const kMostCached = 8192;      // granules of a block: 64 KiB
  const kMostSmallCached = 32;   // blocks of each size that has a bin
  const kMostLargeCached = 8;    // blocks of each bin of several sizes

  function binOf(size) {
    if (size < kExact) return size;
    const log = 31 - MathClz32(size);
    return kExact + ((log - kExactLog) << 3) + ((size >>> (log - 3)) & 7);
  }

  // The least bin whose blocks are all large enough.
  function binAbove(size) {
    if (size < kExact) return size;
    return binOf(size) + ((size & ((1 << (28 - MathClz32(size))) - 1)) === 0 ? 0 : 1);
  }

  // Granules of a block for so many bytes.
  function granulesFor(bytes) {
    if (bytes < 2 ** 31 - 8) {  // in whole numbers, which are faster
      return bytes === 0 ? kLeast : kHeader + ((bytes + 7) >>> 3);
    }
    return kHeader + MathFloor((bytes + 7) / kGranule);
  }

  // For notes about blocks.
  function newNotes(length) {
    try {
      return new Int32Array(length);
    } catch {
      throw memoryError('buffers', length * 4,
                        'LinearMemory: no room for notes about its blocks; free some or raise ' +
                        '--buffer-limit');
    }
  }

  class Malloc {
    space;
    base;             // granules; nothing below is ours
    end = 0;          // of the last region
    last = 0;         // node of its last block
    capacity = 64;    // nodes that there is room for
    nodes = newNotes(64 * kStride);
    nodeCount = 1;    // ever used, with node 0
    spare = 0;        // the first of those that are again unused
    spares = 0;       // how many they are
    heads = newNotes(kWords * 32);  // by bin
    bits = newNotes(kWords);
    cached = newNotes(kWords * 32);       // by bin: the first cached block
    cachedCounts = newNotes(kWords * 32);
    hasCached = false;
    blocks = 0;
    usedBytes = 0;
    freeGranules = 0;
    freeBlocks = 0;
    wanted = 0;       // bytes that the last growth should have made of the memory
    fresh = Infinity;  // granule from which on the last allocation knows zeroes

    constructor(space, base) {
      this.space = space;
      this.base = base;
    }

    // ---------------------------------------------------------- for scripts

    // The address of so many zeroes; `alignment` is a power of two from 8.
    allocate(bytes, alignment) {
      if (this.fresh !== Infinity) this.fresh = Infinity;
      const node = this.#take(bytes, alignment);
      const start = this.nodes[node * kStride + kStart];
      this.#clear(start + kHeader, start + this.nodes[node * kStride + kSize]);
      return (start + kHeader) * kGranule;
    }

    // The node of the block that was handed out at `address`; 0 when none is.
    nodeAt(address) {
      const { space, nodes } = this;
      space.update();
      // In whole numbers where that will do, which are faster.
      const is32 = (address >>> 0) === address;
      const start = is32 ? (address >>> 3) - kHeader : address / kGranule - kHeader;
      const hint = space.i32[is32 ? (address >>> 2) - 2 : start * 2];
      if ((address & 7) !== 0) return 0;
      if (hint > 0 && hint < this.nodeCount && nodes[hint * kStride + kStart] === start &&
          nodes[hint * kStride + kState] === kUsed) {
        return hint;
      }
      // The hint was overwritten, or there is no such block.
      for (let node = this.nodeCount - 1; node > 0; node--) {
        if (nodes[node * kStride + kStart] === start &&
            nodes[node * kStride + kState] === kUsed) {
          return node;
        }
      }
      return 0;
    }

    // Of a block: its bytes, as asked for.
    bytesOf(node) {
      const at = node * kStride;
      return (this.nodes[at + kSize] - kHeader) * kGranule - this.nodes[at + kSlack];
    }

    free(node) {
      const { nodes } = this;
      const at = node * kStride;
      this.blocks--;
      this.usedBytes -= this.bytesOf(node);
      if (nodes[at + kLinkBack] !== 0) this.#leaveRing(node);
      if (!this.#cache(node)) this.#merge(node);
    }

    #merge(node) {
      const { nodes } = this;
      const at = node * kStride;
      const next = nodes[at + kNext];
      if (next !== 0 && nodes[next * kStride + kState] === kFree) {
        this.#unlink(next);
        this.#absorbNext(node);
      }
      const previous = nodes[at + kPrevious];
      if (previous !== 0 && nodes[previous * kStride + kState] === kFree) {
        this.#unlink(previous);
        this.#absorbNext(previous);
        this.#insert(previous);
      } else {
        this.#insert(node);
      }
    }

    // The address of the block with another size; what is new is zero.
    resize(node, bytes) {
      const old = this.bytesOf(node);
      const size = granulesFor(bytes);
      this.fresh = Infinity;
      const moved = this.#fitInPlace(node, size) ? node : this.#move(node, bytes, old);
      const at = moved * kStride;
      const start = this.nodes[at + kStart];
      if (moved === node) this.usedBytes += bytes - old;
      this.nodes[at + kSlack] = (this.nodes[at + kSize] - kHeader) * kGranule - bytes;
      const address = (start + kHeader) * kGranule;
      const end = MathMin(start + this.nodes[at + kSize], this.fresh) * kGranule;
      if (address + old < end) {
        TypedArrayPrototypeFill(this.space.u8, 0, address + old, end);
      }
      return address;
    }

    // The bytes from `from` to `to` are ours from now on.
    add(from, to) {
      const start = MathMax(from / kGranule, this.base);
      const end = MathMin(to, this.space.maximum) / kGranule;
      if (end - start < kLeast) return;
      const { last } = this;
      const joins = last !== 0 && start === this.end;
      this.end = end;
      if (joins && this.nodes[last * kStride + kState] === kFree) {
        this.#unlink(last);
        this.nodes[last * kStride + kSize] += end - start;
        this.#insert(last);
        return;
      }
      this.#reserveNodes();
      const node = this.#newNode(start, end - start);
      if (joins) {
        this.nodes[node * kStride + kPrevious] = last;
        this.nodes[last * kStride + kNext] = node;
      }
      this.last = node;
      this.#insert(node);
    }

    // No more use; what it noted is given back.
    forget() {
      this.nodes = new Int32Array(kStride);
      this.nodeCount = 1;
      this.spare = this.spares = this.last = 0;
    }

    get freeBytes() {
      this.#emptyCaches();
      return (this.freeGranules - this.freeBlocks * kHeader) * kGranule;
    }

    get largestFree() {
      this.#emptyCaches();
      for (let word = kWords - 1; word >= 0; word--) {
        if (this.bits[word] === 0) continue;
        let largest = 0;
        let node = this.heads[(word << 5) + 31 - MathClz32(this.bits[word])];
        for (; node !== 0; node = this.nodes[node * kStride + kLinkForward]) {
          largest = MathMax(largest, this.nodes[node * kStride + kSize]);
        }
        return (largest - kHeader) * kGranule;
      }
      return 0;
    }

    // ---------------------------------------------------------------- rings
    // The blocks of a scope, in a ring with a node that is no block: each can
    // leave by itself.

    newRing() {
      this.#reserveNodes();
      const ring = this.#newNode(0, 0);
      const at = ring * kStride;
      this.nodes[at + kState] = kRing;
      this.nodes[at + kLinkBack] = this.nodes[at + kLinkForward] = ring;
      return ring;
    }

    enterRing(node, ring) {
      const { nodes } = this;
      const before = nodes[ring * kStride + kLinkBack];
      nodes[node * kStride + kLinkBack] = before;
      nodes[node * kStride + kLinkForward] = ring;
      nodes[before * kStride + kLinkForward] = node;
      nodes[ring * kStride + kLinkBack] = node;
    }

    freeRing(ring) {
      for (;;) {
        const node = this.nodes[ring * kStride + kLinkBack];  // the youngest
        if (node === ring) break;
        this.free(node);
      }
      this.#dropNode(ring);
    }

    #leaveRing(node) {
      const { nodes } = this;
      const back = nodes[node * kStride + kLinkBack];
      const forward = nodes[node * kStride + kLinkForward];
      nodes[back * kStride + kLinkForward] = forward;
      nodes[forward * kStride + kLinkBack] = back;
    }

    // --------------------------------------------------------------- blocks

    // A used block for so many bytes, with whatever they contain. Before
    // anything is changed, there is memory for all that changes.
    #take(bytes, alignment) {
      const size = granulesFor(bytes);
      this.space.update();
      let node = alignment === kGranule ? this.#fromCache(size) : 0;
      if (node === 0) node = this.#cut(bytes, size, alignment);
      const { nodes } = this;
      const at = node * kStride;
      nodes[at + kState] = kUsed;
      nodes[at + kLinkBack] = nodes[at + kLinkForward] = 0;
      nodes[at + kSlack] = (nodes[at + kSize] - kHeader) * kGranule - bytes;
      this.space.i32[nodes[at + kStart] * 2] = node;
      this.blocks++;
      this.usedBytes += bytes;
      return node;
    }

    // A block of `size` granules from the bins.
    #cut(bytes, size, alignment) {
      // In front of an aligned block may be a gap, of no or some whole blocks.
      const step = alignment / kGranule;
      const most = step > 1 ? size + step + 1 : size;
      this.#reserveNodes();
      let node = this.#find(most);
      while (node === 0) {
        if (!this.#emptyCaches() && !this.#extend(most)) throw this.#noRoom(bytes);
        node = this.#find(most);
      }
      this.#unlink(node);
      if (step > 1) node = this.#skipTo(node, step);
      if (this.nodes[node * kStride + kSize] - size >= kLeast) {
        this.#insert(this.#split(node, size));
      }
      return node;
    }

    // The part of a free block that begins where a header goes in front of an
    // aligned address.
    #skipTo(node, step) {
      const past = (this.nodes[node * kStride + kStart] + kHeader) % step;
      if (past === 0) return node;
      const gap = step - past;
      const part = this.#split(node, gap < kLeast ? gap + step : gap);
      this.#insert(node);
      return part;
    }

    // Makes the block `size` granules, and what followed a block of its own.
    #split(node, size) {
      const at = node * kStride;
      const rest = this.#newNode(this.nodes[at + kStart] + size, this.nodes[at + kSize] - size);
      const { nodes } = this;
      const next = nodes[at + kNext];
      nodes[at + kSize] = size;
      nodes[at + kNext] = rest;
      nodes[rest * kStride + kPrevious] = node;
      nodes[rest * kStride + kNext] = next;
      if (next !== 0) nodes[next * kStride + kPrevious] = rest;
      if (this.last === node) this.last = rest;
      return rest;
    }

    #absorbNext(node) {
      const { nodes } = this;
      const at = node * kStride;
      const gone = nodes[at + kNext];
      const next = nodes[gone * kStride + kNext];
      nodes[at + kSize] += nodes[gone * kStride + kSize];
      nodes[at + kNext] = next;
      if (next !== 0) nodes[next * kStride + kPrevious] = node;
      if (this.last === gone) this.last = node;
      this.#dropNode(gone);
    }

    // Whether the block has `size` granules now.
    #fitInPlace(node, size) {
      this.#reserveNodes();
      const at = node * kStride;
      if (!this.#canReach(node, size)) {
        // At the end of the memory it is longer only if the memory is; but
        // first what is free elsewhere is used.
        const next = this.nodes[at + kNext];
        const more = size - this.nodes[at + kSize];
        const atEnd = node === this.last ||
          (next === this.last && next !== 0 && this.nodes[next * kStride + kState] === kFree);
        if (!atEnd || this.#find(size) !== 0 || this.#emptyCaches() || !this.#extend(more)) {
          return false;
        }
        if (!this.#canReach(node, size)) return false;
      }
      if (this.nodes[at + kSize] < size) {
        this.#unlink(this.nodes[at + kNext]);
        this.#absorbNext(node);
      }
      if (this.nodes[at + kSize] - size >= kLeast) {
        const rest = this.#split(node, size);
        const next = this.nodes[rest * kStride + kNext];
        if (next !== 0 && this.nodes[next * kStride + kState] === kFree) {
          this.#unlink(next);
          this.#absorbNext(rest);
        }
        this.#insert(rest);
      }
      return true;
    }

    #canReach(node, size) {
      const { nodes } = this;
      const at = node * kStride;
      if (nodes[at + kSize] >= size) return true;
      const next = nodes[at + kNext] * kStride;
      return next !== 0 && nodes[next + kState] === kFree &&
        nodes[at + kSize] + nodes[next + kSize] >= size;
    }

    #move(node, bytes, old) {
      const moved = this.#take(bytes, kGranule);
      const { nodes } = this;
      const from = (nodes[node * kStride + kStart] + kHeader) * kGranule;
      const to = (nodes[moved * kStride + kStart] + kHeader) * kGranule;
      TypedArrayPrototypeCopyWithin(this.space.u8, to, from, from + MathMin(old, bytes));
      // It stays in its scope.
      if (nodes[node * kStride + kLinkBack] !== 0) this.enterRing(moved, node);
      this.free(node);
      return moved;
    }

    #clear(from, to) {
      const end = MathMin(to, this.fresh);
      if (end - from > kLoopZeroes) {
        TypedArrayPrototypeFill(this.space.u8, 0, from * kGranule, end * kGranule);
        return;
      }
      const { f64 } = this.space;
      for (let i = from; i < end; i++) f64[i] = 0;
    }

    // More memory, for a free block of `size` granules.
    #extend(size) {
      const { space, last } = this;
      const end = space.byteLength / kGranule;
      let needed = MathMax(end, this.base) + size;
      if (last !== 0 && end === this.end && this.nodes[last * kStride + kState] === kFree) {
        needed -= this.nodes[last * kStride + kSize];
      }
      this.wanted = needed * kGranule;
      if (!space.grow(this.wanted)) return false;
      // What has just come is zero.
      this.fresh = space.grownFrom / kGranule;
      this.add(space.grownFrom, space.byteLength);
      return true;
    }

    // After a growth that was refused.
    #noRoom(bytes) {
      const { space } = this;
      if (this.wanted > space.maximum) {
        return memoryError('maximum', bytes,
                           `LinearMemory: no room for ${bytes} bytes below its maximum of ` +
                           `${space.maximum}; free some or raise 'maximum'`);
      }
      if (space.isOwn) {
        return memoryError('buffers', bytes, `LinearMemory: it can't grow for ${bytes} bytes; ` +
                           'free some or raise --buffer-limit');
      }
      return memoryError('memory', bytes,
                         `LinearMemory: its WebAssembly.Memory doesn't grow for ${bytes} bytes; ` +
                         "free some, raise the memory's maximum or --buffer-limit, or manage " +
                         "more of it by a lower 'base'");
    }

    // --------------------------------------------------------------- caches

    // Whether the block, which isn't used any more, is cached now.
    #cache(node) {
      const { nodes, cached, cachedCounts } = this;
      const size = nodes[node * kStride + kSize];
      if (size >= kMostCached) return false;
      const bin = binOf(size);
      if (cachedCounts[bin] >= (size < kExact ? kMostSmallCached : kMostLargeCached)) return false;
      cachedCounts[bin]++;
      nodes[node * kStride + kState] = kCached;
      nodes[node * kStride + kLinkForward] = cached[bin];
      cached[bin] = node;
      this.hasCached = true;
      return true;
    }

    // A block of at least `size` granules and at most an eighth more; or 0.
    #fromCache(size) {
      if (size >= kMostCached) return 0;
      const { nodes, cached } = this;
      const bin = binOf(size);
      const node = cached[bin];
      if (node === 0 || nodes[node * kStride + kSize] < size) return 0;
      cached[bin] = nodes[node * kStride + kLinkForward];
      this.cachedCounts[bin]--;
      return node;
    }

    // Merges all cached blocks with their neighbours; false if there are none.
    #emptyCaches() {
      if (!this.hasCached) return false;
      this.hasCached = false;
      const { nodes, cached } = this;
      for (let bin = kLeast; bin <= binOf(kMostCached); bin++) {
        let node = cached[bin];
        while (node !== 0) {
          const next = nodes[node * kStride + kLinkForward];
          this.#merge(node);
          node = next;
        }
        cached[bin] = 0;
        this.cachedCounts[bin] = 0;
      }
      return true;
    }

    // ----------------------------------------------------------------- bins

    #find(size) {
      if (size > kMost) return 0;
      const bin = binAbove(size);
      let word = bin >>> 5;
      let mask = this.bits[word] & (-1 << (bin & 31));
      while (mask === 0) {
        if (++word === kWords) return this.#findIn(binOf(size), size);
        mask = this.bits[word];
      }
      return this.heads[(word << 5) + 31 - MathClz32(mask & -mask)];
    }

    // The last resort: a bin whose blocks may be large enough.
    #findIn(bin, size) {
      const { nodes } = this;
      let node = this.heads[bin];
      while (node !== 0 && nodes[node * kStride + kSize] < size) {
        node = nodes[node * kStride + kLinkForward];
      }
      return node;
    }

    #insert(node) {
      const { nodes, heads } = this;
      const at = node * kStride;
      const size = nodes[at + kSize];
      const bin = binOf(size);
      const head = heads[bin];
      nodes[at + kState] = kFree;
      nodes[at + kLinkBack] = 0;
      nodes[at + kLinkForward] = head;
      if (head !== 0) nodes[head * kStride + kLinkBack] = node;
      heads[bin] = node;
      this.bits[bin >>> 5] |= 1 << (bin & 31);
      this.freeGranules += size;
      this.freeBlocks++;
    }

    #unlink(node) {
      const { nodes, heads } = this;
      const at = node * kStride;
      const back = nodes[at + kLinkBack];
      const forward = nodes[at + kLinkForward];
      if (forward !== 0) nodes[forward * kStride + kLinkBack] = back;
      if (back !== 0) {
        nodes[back * kStride + kLinkForward] = forward;
      } else {
        const bin = binOf(nodes[at + kSize]);
        heads[bin] = forward;
        if (forward === 0) this.bits[bin >>> 5] &= ~(1 << (bin & 31));
      }
      this.freeGranules -= nodes[at + kSize];
      this.freeBlocks--;
    }

    // ---------------------------------------------------------------- nodes

    #newNode(start, size) {
      const { nodes } = this;
      let node = this.spare;
      if (node === 0) {
        node = this.nodeCount++;
      } else {
        this.spare = nodes[node * kStride + kLinkForward];
        this.spares--;
      }
      const at = node * kStride;
      nodes[at + kStart] = start;
      nodes[at + kSize] = size;
      nodes[at + kPrevious] = nodes[at + kNext] = 0;
      return node;
    }

    #dropNode(node) {
      const at = node * kStride;
      this.nodes[at + kState] = kSpare;
      this.nodes[at + kLinkForward] = this.spare;
      this.spare = node;
      this.spares++;
    }

    // Room for as many nodes as one operation may need.
    #reserveNodes() {
      if (this.nodeCount - this.spares + 4 <= this.capacity) return;
      const capacity = this.capacity * 2;
      let nodes;
      try {
        nodes = new Int32Array(capacity * kStride);
      } catch {
        throw memoryError('buffers', capacity * kStride * 4, 'LinearMemory: no room to note one ' +
                          `more block beside ${this.blocks}; free some or raise --buffer-limit`);
      }
      TypedArrayPrototypeSet(nodes, this.nodes);
      this.nodes = nodes;
      this.capacity = capacity;
    }
  }

  return { __proto__: null, Malloc, kGranule, kLeast };
})
