// The global `LinearMemory`: a growable memory with its own malloc, typed
// access, scopes, and functions in tables. Its method names are those of
// SQLite's wasm build.
//
//   linear_memory_space      the memory: views, pointers, growth
//   linear_memory_malloc     blocks in it
//   linear_memory_access     peek, poke, C strings
//   linear_memory_scopes     what ends together
//   linear_memory_functions  functions that wasm calls by pointer
//
// Whose memory is it? One that is made here is ours, but for its first bytes:
// no pointer is 0. Of a script's WebAssembly.Memory ours is what lies from
// `base` to its end at that time, and what alloc itself makes it grow by.
// Without `base` that is nothing at first. What a module grows its memory by,
// also through resize(), is the module's.
(function (natives) {
  'use strict';

  const {
    ArrayIsArray, MathMin, NumberIsFinite, NumberIsInteger, ObjectDefineProperty, ReflectApply,
    SymbolDispose, SymbolToStringTag, TypeError, WebAssemblyMemoryPrototypeGetBuffer,
  } = natives.requireInternal('primordials');
  const {
    addProperty, checkFunction, checkLength, checkString, memoryError, outOfRange, toSize,
    wrongType,
  } = natives.requireInternal('linear_memory_arguments');
  const { Space, kMost32, roundUp } = natives.requireInternal('linear_memory_space');
  const { Malloc, kGranule, kLeast } = natives.requireInternal('linear_memory_malloc');
  const { FunctionTable, isTable } = natives.requireInternal('linear_memory_functions');
  const { Scopes } = natives.requireInternal('linear_memory_scopes');
  const {
    indexOf, peek, peekAll16, peekAll32, peekAll32f, peekAll64, peekAll64f, peekAll8, peekAllPtr,
    peekNow, poke, poke16Now, poke32Now, poke32fNow, poke64Now, poke64fNow, poke8Now, pokeNow,
    readCString, writeCString,
  } = natives.requireInternal('linear_memory_access');

  const kInitial = 2 ** 20;
  const kMaximum = 2 ** 31;
  const kMost64 = 2 ** 34;  // V8's largest memory
  const kGrowth = [0.20, 0.10, 0.05, 0];
  const kMostAlignment = 64 * 1024;

  // --------------------------------------------------------------- options

  function toGrowth(value) {
    if (value === undefined) return kGrowth;
    if (!ArrayIsArray(value)) throw wrongType('growth', 'an array of numbers', value);
    const growth = [];
    const { length } = value;
    for (let i = 0; i < length; i++) {
      const factor = value[i];
      if (typeof factor !== 'number') throw wrongType(`growth[${i}]`, 'a number', factor);
      if (!(factor >= 0 && NumberIsFinite(factor))) {
        throw outOfRange(`growth[${i}]`, 'a finite number from 0', factor);
      }
      addProperty(growth, i, factor);
    }
    if (length === 0) throw outOfRange('growth', 'at least one number, such as [0]', value);
    return growth;
  }

  function isMemory(value) {
    try {
      WebAssemblyMemoryPrototypeGetBuffer(value);
      return true;
    } catch {
      return false;
    }
  }

  // Each option is read once, and all before anything is made.
  function readOptions(options) {
    if (options === null || (typeof options !== 'object' && typeof options !== 'function')) {
      throw wrongType('options', 'an object', options);
    }
    const { initial, maximum, growth, memory, base, table } = options;
    if (memory !== undefined && !isMemory(memory)) {
      throw wrongType('memory', 'a WebAssembly.Memory', memory);
    }
    if (table !== undefined && !isTable(table)) {
      throw wrongType('table', 'a WebAssembly.Table', table);
    }
    if (base !== undefined && typeof base !== 'number' &&
        !(typeof base === 'bigint' && memory !== undefined)) {
      throw wrongType('base', 'a number', base);
    }
    return {
      __proto__: null,
      initial: initial === undefined ? undefined : roundUp(toSize('initial', initial)),
      maximum: maximum === undefined ? kMaximum : roundUp(toSize('maximum', maximum)),
      growth: toGrowth(growth),
      memory, base, table,
    };
  }

  function checkMaximum(maximum, is64) {
    const most = is64 ? kMost64 : kMost32;
    if (!(maximum <= most)) {
      throw outOfRange('maximum', `at most ${most}, which is what ${is64 ? 64 : 32}-bit pointers ` +
                       'can have', maximum);
    }
  }

  // The first byte that alloc may use.
  function toBase(base, space) {
    if (base === undefined) return space.isOwn ? kGranule : space.byteLength;
    const address = space.toAddress(base);
    if (address > space.maximum) {
      throw outOfRange('base', `at most the maximum, ${space.maximum}`, base);
    }
    return address < kGranule ? kGranule : address + (-address & (kGranule - 1));
  }

  // ---------------------------------------------------------- LinearMemory

  class LinearMemory {
    #space;
    #malloc;
    #functions;
    #scopes;

    constructor(options = { __proto__: null }) {
      const { initial, maximum, growth, memory, base, table } = readOptions(options);
      const isOwn = memory === undefined;
      if (isOwn) checkMaximum(maximum, false);
      const first = initial ?? (isOwn ? MathMin(kInitial, maximum) : 0);
      if (first > maximum) {
        throw outOfRange('initial', `at most the maximum, ${maximum}`, initial);
      }
      const space = new Space(memory, first, maximum, growth);
      if (!isOwn) checkMaximum(maximum, space.is64);
      const start = toBase(base, space);
      if (!space.grow(first)) {
        throw memoryError('memory', first, `LinearMemory: the memory doesn't grow to ${first} ` +
                          "bytes; lower 'initial' or raise the memory's maximum or --buffer-limit");
      }
      this.#space = space;
      this.#malloc = new Malloc(space, start / kGranule);
      this.#malloc.add(0, space.byteLength);
      this.#functions = table === undefined ? undefined : new FunctionTable(table, space.is64);
      this.#scopes = new Scopes(this.#malloc, this.#functions);
    }

    // ---------------------------------------------------------------- malloc

    alloc(bytes, alignment = kGranule) {
      return this.#space.toPointer(this.#allocate(bytes, alignment));
    }

    #allocate(bytes, alignment) {
      checkLength('bytes', bytes);
      if (alignment !== kGranule) {
        if (typeof alignment !== 'number') throw wrongType('alignment', 'a number', alignment);
        if (!NumberIsInteger(alignment) || alignment < 1 || alignment > kMostAlignment ||
            (alignment & (alignment - 1)) !== 0) {
          throw outOfRange('alignment', `a power of two from 1 to ${kMostAlignment}`, alignment);
        }
        if (alignment < kGranule) alignment = kGranule;
      }
      return this.#malloc.allocate(bytes, alignment);
    }

    realloc(pointer, bytes) {
      const space = this.#space;
      const address = space.toAddress(pointer);
      checkLength('bytes', bytes);
      if (address === 0) return this.alloc(bytes);
      const node = this.#nodeAt(address, pointer);
      if (bytes === 0) {
        this.#malloc.free(node);
        return space.toPointer(0);
      }
      return space.toPointer(this.#malloc.resize(node, bytes));
    }

    dealloc(pointer) {
      const address = this.#space.toAddress(pointer);
      if (address !== 0) this.#malloc.free(this.#nodeAt(address, pointer));
    }

    #nodeAt(address, pointer) {
      const node = this.#malloc.nodeAt(address);
      if (node === 0) {
        throw outOfRange('pointer', 'one that alloc returned and that is still allocated', pointer);
      }
      return node;
    }

    allocCString(text) {
      return this.#space.toPointer(this.#allocateCString(text));
    }

    #allocateCString(text) {
      checkString('text', text);
      const bytes = natives.utf8Length(text);
      const address = this.#allocate(bytes + 1, kGranule);
      writeCString(this.#space, address, bytes, text);
      return address;
    }

    cstrToJs(pointer) {
      return readCString(this.#space, pointer);
    }

    // ------------------------------------------------------------ peek, poke

    peek(pointer, type = 'i8') {
      const value = peekNow(this.#space, pointer, type);
      return value !== undefined ? value : peek(this.#space, pointer, type);
    }

    poke(pointer, value, type = 'i8') {
      if (!pokeNow(this.#space, pointer, value, type)) poke(this.#space, pointer, value, type);
      return this;
    }

    peek8(pointer) {
      const value = this.#space.i8[indexOf(pointer, 0)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll8, this.#space, arguments);
    }
    peek16(pointer) {
      const value = this.#space.i16[indexOf(pointer, 1)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll16, this.#space, arguments);
    }
    peek32(pointer) {
      const value = this.#space.i32[indexOf(pointer, 2)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll32, this.#space, arguments);
    }
    peek64(pointer) {
      const value = this.#space.i64[indexOf(pointer, 3)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll64, this.#space, arguments);
    }
    peek32f(pointer) {
      const value = this.#space.f32[indexOf(pointer, 2)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll32f, this.#space, arguments);
    }
    peek64f(pointer) {
      const value = this.#space.f64[indexOf(pointer, 3)];
      if (value !== undefined && arguments.length === 1) return value;
      return ReflectApply(peekAll64f, this.#space, arguments);
    }
    peekPtr(pointer) {
      const value = arguments.length === 1 ? peekNow(this.#space, pointer, '*') : undefined;
      return value !== undefined ? value : ReflectApply(peekAllPtr, this.#space, arguments);
    }

    poke8(pointer, value) {
      const index = indexOf(pointer, 0);
      if (!poke8Now(this.#space.i8, index, value)) poke(this.#space, pointer, value, 'i8');
      return this;
    }
    poke16(pointer, value) {
      const index = indexOf(pointer, 1);
      if (!poke16Now(this.#space.i16, index, value)) poke(this.#space, pointer, value, 'i16');
      return this;
    }
    poke32(pointer, value) {
      const index = indexOf(pointer, 2);
      if (!poke32Now(this.#space.i32, index, value)) poke(this.#space, pointer, value, 'i32');
      return this;
    }
    poke64(pointer, value) {
      const index = indexOf(pointer, 3);
      if (!poke64Now(this.#space.i64, index, value)) poke(this.#space, pointer, value, 'i64');
      return this;
    }
    poke32f(pointer, value) {
      const index = indexOf(pointer, 2);
      if (!poke32fNow(this.#space.f32, index, value)) poke(this.#space, pointer, value, 'f32');
      return this;
    }
    poke64f(pointer, value) {
      const index = indexOf(pointer, 3);
      if (!poke64fNow(this.#space.f64, index, value)) poke(this.#space, pointer, value, 'f64');
      return this;
    }
    pokePtr(pointer, value = 0) {
      if (!pokeNow(this.#space, pointer, value, '*')) poke(this.#space, pointer, value, '*');
      return this;
    }

    // ----------------------------------------------------------------- views

    #views() {
      const space = this.#space;
      space.update();
      return space;
    }

    heap8() { return this.#views().i8; }
    heap8u() { return this.#views().u8; }
    heap16() { return this.#views().i16; }
    heap16u() { return this.#views().u16; }
    heap32() { return this.#views().i32; }
    heap32u() { return this.#views().u32; }
    heap64() { return this.#views().i64; }
    heap64u() { return this.#views().u64; }
    heap32f() { return this.#views().f32; }
    heap64f() { return this.#views().f64; }

    heapForSize(bits, unsigned = true) {
      const views = this.#views();
      switch (bits) {
        case 8: return unsigned ? views.u8 : views.i8;
        case 16: return unsigned ? views.u16 : views.i16;
        case 32: return unsigned ? views.u32 : views.i32;
        case 64: return unsigned ? views.u64 : views.i64;
        default:
          if (typeof bits !== 'number') throw wrongType('bits', '8, 16, 32 or 64', bits);
          throw outOfRange('bits', '8, 16, 32 or 64', bits);
      }
    }

    get buffer() { return this.#space.buffer; }
    get byteLength() { return this.#space.byteLength; }

    // ---------------------------------------------------------------- scopes

    scopedAllocPush() {
      this.#space.checkAlive();
      return this.#scopes.push(false);
    }

    scopedAllocPop(scope = undefined) {
      this.#space.checkAlive();
      this.#scopes.pop(scope);
    }

    scopedAlloc(bytes) {
      this.#space.checkAlive();
      this.#scopes.checkOpen('scopedAlloc');
      const address = this.#allocate(bytes, kGranule);
      this.#scopes.addBlock(address);
      return this.#space.toPointer(address);
    }

    scopedAllocCString(text) {
      this.#space.checkAlive();
      this.#scopes.checkOpen('scopedAllocCString');
      const address = this.#allocateCString(text);
      this.#scopes.addBlock(address);
      return this.#space.toPointer(address);
    }

    scopedAllocCall(fn) {
      checkFunction('fn', fn);
      this.#space.checkAlive();
      return this.#scopes.call(fn);
    }

    // ------------------------------------------------------------- functions

    #tableFor(method) {
      this.#space.checkAlive();
      if (this.#functions === undefined) {
        throw new TypeError(`${method} needs a table; give the constructor the option 'table'`);
      }
      return this.#functions;
    }

    installFunction(signature, fn) {
      const slot = this.#tableFor('installFunction').install(signature, fn);
      return this.#space.toPointer(slot.index);
    }

    scopedInstallFunction(signature, fn) {
      const functions = this.#tableFor('scopedInstallFunction');
      this.#scopes.checkOpen('scopedInstallFunction');
      const slot = functions.install(signature, fn);
      this.#scopes.addFunction(slot);
      return this.#space.toPointer(slot.index);
    }

    uninstallFunction(pointer) {
      this.#tableFor('uninstallFunction').uninstall(pointer);
    }

    // ---------------------------------------------------------------- memory

    resize(bytes) {
      checkLength('bytes', bytes);
      const space = this.#space;
      const before = space.byteLength;
      if (!space.grow(bytes)) return false;
      if (space.isOwn && space.byteLength !== before) {
        this.#malloc.add(space.grownFrom, space.byteLength);
      }
      return true;
    }

    stats() {
      this.#space.checkAlive();
      const malloc = this.#malloc;
      return {
        usedBytes: malloc.usedBytes,
        freeBytes: malloc.freeBytes,
        blocks: malloc.blocks,
        largestFree: malloc.largestFree,
        growths: this.#space.growths,
        scopeDepth: this.#scopes.depth,
      };
    }

    dispose() {
      const space = this.#space;
      if (space.memory === undefined) return;
      this.#scopes.endAll();
      this.#functions?.uninstallEverything();
      this.#malloc.forget();
      space.end();
    }
  }

  const define = (name, descriptor) => ObjectDefineProperty(
    LinearMemory.prototype, name, { __proto__: null, ...descriptor, configurable: true });
  define(SymbolDispose, { value: LinearMemory.prototype.dispose, writable: true });
  define(SymbolToStringTag, { value: 'LinearMemory' });

  return LinearMemory;
})
