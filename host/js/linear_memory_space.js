// The memory that a LinearMemory manages: its views, its pointers and its
// growth.
//
// Always a WebAssembly.Memory, also where no wasm code will use it: V8 compiles
// accesses to its buffer better than to a resizable one's. When such a memory
// grows, by us or by its module, its old buffer is detached: that its views have
// no elements any more is how we notice, at no cost. (A shared memory's buffer stays as long as it
// was, and one from toResizableBuffer() grows along.)
//
// The strategy of growth is Emscripten's: memory that must grow grows by more,
// and by less when that is refused.
(function (natives) {
  'use strict';

  const {
    ArrayBuffer, BigInt, BigInt64Array, BigUint64Array, DataView, Float32Array, Float64Array,
    Int16Array, Int32Array, Int8Array, MathCeil, MathMax, MathMin, Number, NumberIsInteger,
    TypeError, TypedArrayPrototypeGetLength, Uint16Array, Uint32Array, Uint8Array,
    WebAssemblyMemory, WebAssemblyMemoryPrototypeGetBuffer, WebAssemblyMemoryPrototypeGrow,
  } = natives.requireInternal('primordials');
  const { classOf } = natives;
  const { addProperty, memoryError, outOfRange, wrongType } =
    natives.requireInternal('linear_memory_arguments');

  const kPage = 64 * 1024;
  const kMostOvergrowth = 96 * 1024 * 1024;
  const kMost32 = 2 ** 32;

  const roundUp = (bytes) => MathCeil(bytes / kPage) * kPage;

  // Growing a memory by more than any can have fails without effect, but a
  // 32-bit memory doesn't get as far with a bigint.
  function has64BitPointers(memory) {
    try {
      WebAssemblyMemoryPrototypeGrow(memory, 2n ** 60n);
    } catch (error) {
      return !(error instanceof TypeError);
    }
    return true;
  }

  function makeMemory(initial, maximum) {
    if (WebAssemblyMemory === undefined) {
      const error = new TypeError('LinearMemory needs WebAssembly, which V8 was told to do ' +
                                  'without; drop the flag (such as --jitless)');
      addProperty(error, 'code', 'ERR_NOT_SUPPORTED');
      throw error;
    }
    try {
      return new WebAssemblyMemory({
        __proto__: null, initial: initial / kPage, maximum: maximum / kPage,
      });
    } catch {
      throw memoryError('buffers', initial, `LinearMemory: no room for its first ${initial} ` +
                        'bytes; ask for less or raise --buffer-limit or --memory-limit');
    }
  }

  class Space {
    memory;
    isOwn;          // made here, so that all of it is ours
    is64;           // pointers are bigints
    isShared = false;
    maximum;        // bytes
    growth;         // over-growth tried in turn
    growths = 0;    // ours
    grownFrom = 0;  // where the last growth of ours began
    #buffer;        // a shared memory's, as last seen

    i8; u8; i16; u16; i32; u32; i64; u64; f32; f64; data;

    // `memory` is a script's WebAssembly.Memory or undefined; the sizes are
    // multiples of a page.
    constructor(memory, initial, maximum, growth) {
      this.isOwn = memory === undefined;
      this.memory = this.isOwn ? makeMemory(initial, maximum) : memory;
      this.is64 = !this.isOwn && has64BitPointers(memory);
      this.maximum = maximum;
      this.growth = growth;
      this.isShared = classOf(WebAssemblyMemoryPrototypeGetBuffer(this.memory)) ===
        'SharedArrayBuffer';
      this.#view(WebAssemblyMemoryPrototypeGetBuffer(this.memory));
    }

    #view(buffer) {
      this.i8 = new Int8Array(buffer);
      this.u8 = new Uint8Array(buffer);
      this.i16 = new Int16Array(buffer);
      this.u16 = new Uint16Array(buffer);
      this.i32 = new Int32Array(buffer);
      this.u32 = new Uint32Array(buffer);
      this.i64 = new BigInt64Array(buffer);
      this.u64 = new BigUint64Array(buffer);
      this.f32 = new Float32Array(buffer);
      this.f64 = new Float64Array(buffer);
      this.data = new DataView(buffer);
    }

    // Afterwards the views are of the whole memory.
    update() {
      if (this.u8[0] !== undefined && !this.isShared) return;
      this.checkAlive();
      const buffer = WebAssemblyMemoryPrototypeGetBuffer(this.memory);
      if (this.isShared && buffer === this.#buffer) return;
      this.#buffer = buffer;
      this.#view(buffer);
    }

    checkAlive() {
      if (this.memory === undefined) {
        throw new TypeError('this LinearMemory is disposed; make another one');
      }
    }

    get buffer() {
      this.checkAlive();
      return WebAssemblyMemoryPrototypeGetBuffer(this.memory);
    }

    get byteLength() {
      this.update();
      return TypedArrayPrototypeGetLength(this.u8);
    }

    // A number from what a script gives as a pointer. Also of a 64-bit memory
    // it is a whole number: none has more than 2^53 bytes.
    toAddress(pointer) {
      if (typeof pointer === 'number' && (pointer >>> 0) === pointer) return pointer;
      const address = typeof pointer === 'bigint' && this.is64 ? Number(pointer) : pointer;
      if (typeof address !== 'number') {
        throw wrongType('pointer', this.is64 ? 'a bigint' : 'a number', pointer);
      }
      if (!NumberIsInteger(address) || address < 0) {
        throw outOfRange('pointer', 'a whole number from 0', pointer);
      }
      return address;
    }

    toPointer(address) {
      return this.is64 ? BigInt(address) : address;
    }

    // Grows to hold at least `bytes`. False, with nothing changed, when that is
    // beyond the maximum or no strategy succeeds.
    grow(bytes) {
      const now = this.byteLength;
      if (bytes <= now) return true;
      const needed = roundUp(bytes);
      if (needed > this.maximum) return false;
      const most = MathMin(this.maximum, needed + kMostOvergrowth);
      let tried = Infinity;
      for (let i = 0; i < this.growth.length; i++) {
        const target = MathMax(needed, MathMin(most, roundUp(now * (1 + this.growth[i]))));
        if (target !== tried && this.#growBy((target - now) / kPage)) return true;
        tried = target;
      }
      return false;
    }

    #growBy(pages) {
      try {
        const before =
          WebAssemblyMemoryPrototypeGrow(this.memory, this.is64 ? BigInt(pages) : pages);
        this.grownFrom = Number(before) * kPage;
      } catch {
        return false;
      }
      this.growths++;
      this.update();
      return true;
    }

    // No more use: every view is empty, so that each finds out in checkAlive.
    end() {
      this.memory = undefined;
      this.isShared = false;
      this.#buffer = undefined;
      this.#view(new ArrayBuffer(0));
    }
  }

  return { __proto__: null, Space, kPage, kMost32, roundUp };
})
