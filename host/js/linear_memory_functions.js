// JavaScript functions in a WebAssembly table, so that wasm calls them by
// pointer.
//
// A table takes only wasm's own functions. So a function goes in as the import
// of a module of a few dozen bytes, which gives it its type and exports it
// again. Modules are compiled once for each signature.
(function (natives) {
  'use strict';

  const {
    BigInt, MapPrototypeForEach, Number, NumberIsInteger, SafeMap, StringPrototypeIndexOf,
    TypeError, Uint8Array, WebAssemblyInstance, WebAssemblyInstancePrototypeGetExports,
    WebAssemblyModule, WebAssemblyTablePrototypeGet, WebAssemblyTablePrototypeGetLength,
    WebAssemblyTablePrototypeGrow, WebAssemblyTablePrototypeSet,
  } = natives.requireInternal('primordials');
  const { checkFunction, checkString, memoryError, outOfRange, show, wrongType } =
    natives.requireInternal('linear_memory_arguments');

  const kMostParameters = 1000;  // V8's limit

  // ------------------------------------------------------------- the module

  const kSignature = "a signature such as 'i(ip)' or 'v()', of the letters i (32-bit integer), " +
    'j (64-bit integer), f (float), d (double), p (pointer) and, as the result, v (nothing)';

  // A letter's value type as wasm writes it; 0 of any other.
  function valueType(letter, is64) {
    switch (letter) {
      case 'i': return 0x7f;
      case 'j': return 0x7e;
      case 'f': return 0x7d;
      case 'd': return 0x7c;
      case 'p': return is64 ? 0x7e : 0x7f;
      default: return 0;
    }
  }

  // The binary: a type, an import "e"."f" of that type, its export as "f".
  // Numbers take two bytes of LEB128 where they may pass 127.
  class ModuleWriter {
    bytes = new Uint8Array(64 + kMostParameters);
    length = 0;

    byte(value) { this.bytes[this.length++] = value; }
    number(value) {
      this.byte((value & 0x7f) | 0x80);
      this.byte(value >>> 7);
    }
    take(other) {
      for (let i = 0; i < other.length; i++) this.byte(other[i]);
    }
    finished() {
      const { bytes, length } = this;
      const result = new Uint8Array(length);
      for (let i = 0; i < length; i++) result[i] = bytes[i];
      return result;
    }
  }

  const kHeader = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const kImport = [2, 7, 1, 1, 0x65, 1, 0x66, 0, 0];
  const kExport = [7, 5, 1, 1, 0x66, 0, 0];

  function moduleBytes(signature, is64) {
    const count = signature.length - 3;  // letters in the parentheses
    const hasResult = signature[0] !== 'v';
    const wrong = () => wrongType('signature', kSignature, signature);
    if (count < 0 || signature[1] !== '(' || StringPrototypeIndexOf(signature, ')') !== count + 2) {
      throw wrong();
    }
    if (count > kMostParameters) {
      throw outOfRange('signature', `one with at most ${kMostParameters} parameters`, signature);
    }
    const writer = new ModuleWriter();
    writer.take(kHeader);
    writer.byte(1);
    writer.number(5 + count + (hasResult ? 1 : 0));
    writer.byte(1);
    writer.byte(0x60);
    writer.number(count);
    for (let i = 0; i < count; i++) {
      const type = valueType(signature[i + 2], is64);
      if (type === 0) throw wrong();
      writer.byte(type);
    }
    writer.byte(hasResult ? 1 : 0);
    if (hasResult) {
      const type = valueType(signature[0], is64);
      if (type === 0) throw wrong();
      writer.byte(type);
    }
    writer.take(kImport);
    writer.take(kExport);
    return writer.finished();
  }

  const modules32 = new SafeMap();
  const modules64 = new SafeMap();

  // `fn` as a function of wasm's.
  function toWasm(signature, is64, fn) {
    const modules = is64 ? modules64 : modules32;
    let module = modules.get(signature);
    if (module === undefined) {
      module = new WebAssemblyModule(moduleBytes(signature, is64));
      modules.set(signature, module);
    }
    let instance;
    try {
      instance = new WebAssemblyInstance(module, {
        __proto__: null, e: { __proto__: null, f: fn },
      });
    } catch {
      // A function of wasm's has a type already.
      throw new TypeError(`fn is a wasm function of another type than ${show(signature)}; ` +
                          'give its own signature');
    }
    return WebAssemblyInstancePrototypeGetExports(instance).f;
  }

  // -------------------------------------------------------------- the table

  function isTable(value) {
    try {
      WebAssemblyTablePrototypeGetLength(value);
      return true;
    } catch {
      return false;
    }
  }

  // Functions in one table. A slot is a record {index, wasm, next}: `next`
  // chains those that are free again, and the installed ones of a scope.
  class FunctionTable {
    #table;
    #is64;       // pointers in signatures
    #wide;       // the table's own indexes are bigints
    #installed = new SafeMap();  // index -> slot
    #free;

    constructor(table, is64) {
      this.#table = table;
      this.#is64 = is64;
      this.#wide = typeof WebAssemblyTablePrototypeGetLength(table) === 'bigint';
    }

    install(signature, fn) {
      checkString('signature', signature);
      checkFunction('fn', fn);
      const wasm = toWasm(signature, this.#is64, fn);
      const index = this.#takeIndex();
      WebAssemblyTablePrototypeSet(this.#table, this.#toIndex(index), wasm);
      const slot = { __proto__: null, index, wasm, next: undefined };
      this.#installed.set(index, slot);
      return slot;
    }

    uninstall(pointer) {
      const index = typeof pointer === 'bigint' && this.#is64 ? Number(pointer) : pointer;
      if (typeof index !== 'number') {
        throw wrongType('pointer', this.#is64 ? 'a bigint' : 'a number', pointer);
      }
      const slot = NumberIsInteger(index) ? this.#installed.get(index) : undefined;
      if (slot === undefined) {
        throw outOfRange('pointer', 'one that installFunction returned and that is still installed',
                         pointer);
      }
      this.#remove(slot);
    }

    // A chain of slots; those that were removed by hand are left alone.
    uninstallAll(slot) {
      while (slot !== undefined) {
        const next = slot.next;
        if (this.#installed.get(slot.index) === slot) this.#remove(slot);
        slot = next;
      }
    }

    uninstallEverything() {
      MapPrototypeForEach(this.#installed, (slot) => this.#remove(slot));
    }

    // A slot that somebody else has set since is theirs.
    #remove(slot) {
      const { index } = slot;
      this.#installed.delete(index);
      if (this.#at(index) !== slot.wasm) return;
      WebAssemblyTablePrototypeSet(this.#table, this.#toIndex(index), null);
      this.#free = { __proto__: null, index, next: this.#free };
    }

    #takeIndex() {
      while (this.#free !== undefined) {
        const { index, next } = this.#free;
        this.#free = next;
        if (this.#at(index) === null) return index;
      }
      const length = Number(WebAssemblyTablePrototypeGetLength(this.#table));
      const more = length === 0 ? 2 : 1;  // 0 is no function's pointer
      try {
        return Number(WebAssemblyTablePrototypeGrow(this.#table, this.#toIndex(more))) + more - 1;
      } catch {
        throw memoryError('table', 0, `LinearMemory: its table of ${length} entries doesn't ` +
                          "grow; uninstall a function or raise the table's maximum");
      }
    }

    #at(index) {
      return WebAssemblyTablePrototypeGet(this.#table, this.#toIndex(index));
    }

    #toIndex(index) {
      return this.#wide ? BigInt(index) : index;
    }
  }

  return { __proto__: null, FunctionTable, isTable };
})
