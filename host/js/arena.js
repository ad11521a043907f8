// The global `Arena`: memory that dies together.
//
// Blocks are cut off the current chunk here, where the JIT inlines it, with one
// `new Uint8Array(chunk, offset, bytes)` and no call into C++. Everything else,
// from the next chunk to the end of a round, is C++: host/v8_memory/script_arena.h.
// Both sides share an Int32Array, whose elements are ArenaState's.
//
// Evaluating this file makes nothing that belongs to C++: `start` does, and
// answers with the class.
(function (natives) {
  'use strict';

  const primordials = natives.requireInternal('primordials');
  const {
    ArrayBuffer, BigInt64Array, BigUint64Array, DataView, Float32Array, Float64Array, Int16Array,
    Int32Array, Int8Array, NumberIsInteger, SymbolDispose, TypeError, TypedArrayPrototypeGetLength,
    TypedArrayPrototypeGetSymbolToStringTag, Uint16Array, Uint32Array, Uint8Array,
    Uint8ClampedArray, DataViewPrototypeGetByteLength, uncurryThis,
  } = primordials;
  const { checkLength, memoryError, outOfRange, wrongType } = natives.requireInternal('errors');
  const { toSize } = natives.requireInternal('size');
  let Float16Array;
  natives.atStart(() => { ({ Float16Array } = primordials); });

  // Elements of the shared state.
  const kAt = 0;      // where the next block may begin
  const kEnd = 1;     // up to here blocks may be cut off
  const kCount = 2;   // blocks that were
  const kOffset = 3;  // of the last block that C++ cut off
  const kIsChunk = 4;  // 1: it lies in the current chunk

  const kAlignment = 8;
  const kMostAlignment = 4096;
  const kLeastChunk = 4096;
  const kMostChunk = 2 ** 30;
  const kLifetimes = ['transient', 'intermediate', 'persistent'];

  // What a disposed arena has: no room for any block.
  const kNoState = new Int32Array(5);
  const kNoBuffer = new ArrayBuffer(0);

  let native;  // C++'s functions

  // ------------------------------------------------------------- arguments

  function checkAlignment(value) {
    if (typeof value !== 'number') throw wrongType('alignment', 'a number', value);
    if (!(value >= 1 && value <= kMostAlignment) || (value & (value - 1)) !== 0 ||
        !NumberIsInteger(value)) {
      throw outOfRange('alignment', `a power of two from 1 to ${kMostAlignment}`, value);
    }
  }

  const kWholeNumber = 'a whole number from 0';

  function toChunkSize(value) {
    const bytes = toSize('chunkSize', value, kWholeNumber);
    if (!(bytes >= kLeastChunk && bytes <= kMostChunk) || (bytes & (bytes - 1)) !== 0) {
      throw outOfRange('chunkSize', "a power of two from 4KiB to 1GiB", value);
    }
    return bytes;
  }

  function toLifetime(value) {
    for (let i = 0; i < kLifetimes.length; i++) {
      if (kLifetimes[i] === value) return i;
    }
    throw wrongType('lifetime', "'transient', 'intermediate' or 'persistent'", value);
  }

  // Bytes of an element; 0 of what is no typed array's constructor.
  function elementSize(type) {
    switch (type) {
      case Uint8Array: case Int8Array: case Uint8ClampedArray: return 1;
      case Float64Array: case BigInt64Array: case BigUint64Array: return 8;
      case Float32Array: case Int32Array: case Uint32Array: return 4;
      case Uint16Array: case Int16Array: case Float16Array: return 2;
      default: return 0;
    }
  }

  function constructorFor(tag) {
    switch (tag) {
      case 'Uint8Array': return Uint8Array;
      case 'Int8Array': return Int8Array;
      case 'Uint8ClampedArray': return Uint8ClampedArray;
      case 'Uint16Array': return Uint16Array;
      case 'Int16Array': return Int16Array;
      case 'Float16Array': return Float16Array;
      case 'Uint32Array': return Uint32Array;
      case 'Int32Array': return Int32Array;
      case 'Float32Array': return Float32Array;
      case 'Float64Array': return Float64Array;
      case 'BigInt64Array': return BigInt64Array;
      default: return BigUint64Array;
    }
  }

  // ----------------------------------------------------------------- Arena

  let enter;  // an arena, by its handle

  // What `enter` returns.
  class Entered {
    #entry = 0;
    [SymbolDispose]() {
      const entry = this.#entry;
      this.#entry = 0;
      if (entry !== 0) native.leave(entry);
    }
    static {
      enter = (handle) => {
        // Nothing that could throw comes after the arena is entered.
        const entered = new Entered();
        entered.#entry = native.enter(handle);
        return entered;
      };
    }
  }

  let isArena;  // of an object

  // What the constructor makes when it isn't called by a script.
  let makesBuiltIn = false;
  let makesScopeOf = null;

  class Arena {
    #state = kNoState;
    #buffer = kNoBuffer;  // the current chunk
    #handle = null;       // what C++ knows it by; null once disposed
    #name;
    #lifetime;
    #zero;
    #chunkBytes;
    #parent = null;
    #isBuiltIn = makesBuiltIn;

    constructor(options = undefined) {
      if (makesScopeOf !== null) {
        this.#beginScope(makesScopeOf);
        return;
      }
      let name = 'arena', lifetime = 0, chunkBytes = 0, limit = Infinity, zero = true;
      if (options !== undefined) {
        if (options === null || (typeof options !== 'object' && typeof options !== 'function')) {
          throw wrongType('options', 'an object', options);
        }
        const { name: n, lifetime: l, chunkSize: c, limit: m, zero: z } = options;
        if (n !== undefined) {
          if (typeof n !== 'string') throw wrongType('name', 'a string', n);
          name = n;
        }
        if (l !== undefined) lifetime = toLifetime(l);
        if (c !== undefined) chunkBytes = toChunkSize(c);
        if (m !== undefined) limit = toSize('limit', m, kWholeNumber);
        if (z !== undefined) zero = !!z;
      }
      this.#name = name;
      this.#lifetime = lifetime;
      this.#zero = zero;
      this.#chunkBytes = chunkBytes;
      this.#begin(limit, undefined);
    }

    #beginScope(parent) {
      this.#name = parent.#name;
      this.#lifetime = parent.#lifetime;
      this.#zero = parent.#zero;
      this.#chunkBytes = parent.#chunkBytes;
      this.#parent = parent;
      this.#begin(Infinity, parent.#handle);
    }

    #begin(limit, parentHandle) {
      const handle = native.make(this.#lifetime, this.#chunkBytes, limit, this.#zero, parentHandle);
      this.#handle = handle;
      this.#state = handle.state;
    }

    // The fast path: everything in it is compared, loaded or stored, but for
    // the one construction.
    alloc(bytes, alignment = kAlignment) {
      const state = this.#state;
      if (alignment === kAlignment && typeof bytes === 'number' && bytes >>> 0 === bytes &&
          bytes !== 0) {
        const at = (state[kAt] + 7) & ~7;
        const next = at + bytes;
        if (next <= state[kEnd]) {
          state[kAt] = next;
          state[kCount]++;
          return new Uint8Array(this.#buffer, at, bytes);
        }
      }
      return this.#allocSlow(bytes, alignment);
    }

    #allocSlow(bytes, alignment) {
      checkLength('bytes', bytes);
      checkAlignment(alignment);
      const state = this.#state;
      const mask = (alignment > kAlignment ? alignment : kAlignment) - 1;
      const at = (state[kAt] + mask) & ~mask;
      if (bytes !== 0 && at + bytes <= state[kEnd]) {
        state[kAt] = at + bytes;
        state[kCount]++;
        return new Uint8Array(this.#buffer, at, bytes);
      }
      const buffer = this.#take(bytes, mask + 1);
      return new Uint8Array(buffer, state[kOffset], bytes);
    }

    // The buffer with a new block in it, at state[kOffset].
    #take(bytes, alignment) {
      const handle = this.#handle;
      if (handle === null) throw this.#disposedError();
      const buffer = native.allocate(handle, bytes, alignment);
      if (typeof buffer === 'string') throw this.#obstacleError(buffer, bytes);
      if (this.#state[kIsChunk] === 1) this.#buffer = buffer;
      return buffer;
    }

    array(type, length) {
      const size = elementSize(type);
      if (size === 0) throw wrongType('type', "a typed array's constructor", type);
      const state = this.#state;
      if (typeof length === 'number' && length >>> 0 === length && length !== 0) {
        const at = (state[kAt] + 7) & ~7;
        const next = at + length * size;
        if (next <= state[kEnd]) {
          state[kAt] = next;
          state[kCount]++;
          return new type(this.#buffer, at, length);
        }
      }
      checkLength('length', length);
      const buffer = this.#take(length * size, kAlignment);
      return new type(buffer, state[kOffset], length);
    }

    buffer(bytes) {
      checkLength('bytes', bytes);
      return this.#makeBuffer(bytes);
    }

    #makeBuffer(bytes) {
      const buffer = native.makeBuffer(this.#live(), bytes);
      if (typeof buffer === 'string') throw this.#obstacleError(buffer, bytes);
      return buffer;
    }

    copy(source) {
      const bytes = this.#sizeOf('source', source);
      const view = this.#allocSlow(bytes, kAlignment);
      native.copyBytes(view, source);
      return view;
    }

    utf8(text) {
      if (typeof text !== 'string') throw wrongType('text', 'a string', text);
      const view = this.#allocSlow(native.utf8Length(text), kAlignment);
      native.writeUtf8(view, text);
      return view;
    }

    run(fn) {
      if (typeof fn !== 'function') throw wrongType('fn', 'a function', fn);
      if (native.isAsync(fn)) {
        throw new TypeError('fn must be synchronous, got an async function: run() ends before it does');
      }
      return native.run(this.#live(), fn);
    }

    enter() {
      return enter(this.#live());
    }

    scope(fn = undefined) {
      if (fn !== undefined && typeof fn !== 'function') throw wrongType('fn', 'a function', fn);
      const scope = this.#makeScope();
      if (fn === undefined) return scope;
      try {
        return fn(scope);
      } finally {
        scope.#end();
      }
    }

    #makeScope() {
      this.#live();
      makesScopeOf = this;
      try {
        return new Arena();
      } finally {
        makesScopeOf = null;
      }
    }

    keep(value) {
      this.#live();
      const parent = this.#parent;
      if (parent === null) {
        throw new TypeError(`arena '${this.#name}' is no scope, so there is no parent to keep it in`);
      }
      const bytes = this.#sizeOf('value', value);
      const tag = TypedArrayPrototypeGetSymbolToStringTag(value);
      let kept;
      if (tag === undefined && !isDataView(value)) {
        kept = parent.#makeBuffer(bytes);
      } else {
        const buffer = parent.#take(bytes, kAlignment);
        const at = parent.#state[kOffset];
        kept = tag === undefined ? new DataView(buffer, at, bytes)
          : new (constructorFor(tag))(buffer, at, TypedArrayPrototypeGetLength(value));
      }
      native.copyBytes(kept, value);
      return kept;
    }

    reset() {
      const handle = this.#handle;
      const buffer = handle === null ? null : native.reset(handle);
      if (buffer === null) throw this.#disposedError();
      this.#buffer = buffer ?? kNoBuffer;
    }

    dispose() {
      if (this.#isBuiltIn) {
        throw new TypeError(`the arena '${this.#name}' is built in: it can be reset, not disposed`);
      }
      this.#end();
    }

    // C++ may use the handle for another arena from here on.
    #end() {
      const handle = this.#handle;
      if (handle === null) return;
      this.#handle = null;
      this.#state = kNoState;
      this.#buffer = kNoBuffer;
      this.#parent = null;
      native.dispose(handle);
    }

    [SymbolDispose]() { this.dispose(); }

    get name() { return this.#name; }
    get lifetime() { return kLifetimes[this.#lifetime]; }
    get disposed() { return this.#handle === null || !native.isAlive(this.#handle); }

    stats() {
      const numbers = native.stats(this.#live());
      return {
        name: this.#name,
        lifetime: kLifetimes[this.#lifetime],
        usedBytes: numbers[0],
        peakBytes: numbers[1],
        chunkBytes: numbers[2],
        chunks: numbers[3],
        retiredChunks: numbers[4],
        allocations: numbers[5],
        resets: numbers[6],
        limit: numbers[7],
      };
    }

    static get transient() { return builtIn(0); }
    static get intermediate() { return builtIn(1); }
    static get persistent() { return builtIn(2); }

    // The handle of an arena that isn't disposed.
    #live() {
      const handle = this.#handle;
      if (handle === null || !native.isAlive(handle)) throw this.#disposedError();
      return handle;
    }

    #disposedError() {
      return new TypeError(`arena '${this.#name}' is disposed`);
    }

    #sizeOf(name, source) {
      const bytes = native.sizeOf(source);
      if (bytes === -1) throw wrongType(name, 'an ArrayBuffer or a view', source);
      if (bytes === -2) throw new TypeError(`${name} is detached: its bytes are gone`);
      return bytes;
    }

    #obstacleError(obstacle, requested) {
      let message;
      switch (obstacle) {
        case 'disposed': return this.#disposedError();
        case 'arena':
          message = `its limit leaves no room for ${requested} bytes; reset it or raise the limit`;
          break;
        case 'buffers':
          message = `the limit of all buffers leaves no room for ${requested} bytes; ` +
                    'free some or raise --buffer-limit';
          break;
        case 'total':
          message = `the limit of all memory leaves no room for ${requested} bytes; ` +
                    'free some or raise --memory-limit';
          break;
        default:
          message = `the heap has no room for ${requested} bytes`;
      }
      return memoryError(obstacle, requested, `arena '${this.#name}': ${message}`);
    }

    static { isArena = (value) => #handle in value; }
  }

  function isDataView(value) {
    try {
      DataViewPrototypeGetByteLength(value);
      return true;
    } catch {
      return false;
    }
  }

  const builtIns = [undefined, undefined, undefined];
  function builtIn(lifetime) {
    let arena = builtIns[lifetime];
    if (arena === undefined) {
      makesBuiltIn = true;
      try {
        const name = kLifetimes[lifetime];
        arena = new Arena({ __proto__: null, name, lifetime: name });
      } finally {
        makesBuiltIn = false;
      }
      builtIns[lifetime] = arena;
    }
    return arena;
  }

  return {
    __proto__: null,
    start() {
      native = natives.startArenas();
      return Arena;
    },
    // For records in arenas.
    isArena,
    alloc: uncurryThis(Arena.prototype.alloc),
    makeBuffer: uncurryThis(Arena.prototype.buffer),
  };
})
