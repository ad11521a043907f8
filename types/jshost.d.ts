// What a script sees in jshost beyond ECMAScript and WebAssembly.
//
// Put `/// <reference path=".../types/jshost.d.ts" />` on top of a script, or
// name the file in tsconfig.json's "files", and an editor completes and explains
// all of it. tests/js/types.mjs holds this file against what the shell exposes.
//
// Sizes are bytes. Where a size is configured, a string with a binary unit does
// too: '64KiB', '16MiB', '2GiB', or short 64K, 16M, 2G. Bad arguments throw a
// TypeError and values out of range a RangeError; each names the parameter and
// what it got. Running out of memory throws a RangeError and leaves everything
// usable; thrown by one of the functions below it has the shape of MemoryLimitError.
// What the active allocator can't tell is null, what it can't do throws a
// TypeError with code 'ERR_NOT_SUPPORTED'.

type Size = number | string;

/** How long memory is meant to live: a request, a session, the program. */
type Lifetime = 'transient' | 'intermediate' | 'persistent';

type TypedArrayConstructor =
  | Int8ArrayConstructor | Uint8ArrayConstructor | Uint8ClampedArrayConstructor
  | Int16ArrayConstructor | Uint16ArrayConstructor | Int32ArrayConstructor
  | Uint32ArrayConstructor | Float32ArrayConstructor | Float64ArrayConstructor
  | BigInt64ArrayConstructor | BigUint64ArrayConstructor;

/** What our functions throw at a limit. */
interface MemoryLimitError extends RangeError {
  code: 'ERR_MEMORY_LIMIT';
  /** Which limit. */
  limit: string;
  /** Bytes asked for. */
  requested: number;
}

// --------------------------------------------------------------------- arenas

interface ArenaOptions {
  /** For statistics and reports. */
  name?: string;
  /** Chooses the size of chunks and when they go back; 'transient' by default. */
  lifetime?: Lifetime;
  /** A power of two from 4 KiB; by lifetime when left out. */
  chunkSize?: Size;
  /** The most that may be in use; no limit by default. */
  limit?: Size;
  /** True, the default: what is handed out reads as zero. False: it may hold
   *  earlier bytes of the same arena, never anybody else's, and costs less. */
  zero?: boolean;
}

/**
 * Memory that dies together: allocation moves a pointer, and one `reset` ends
 * everything at once. Views that are used after that have length 0.
 *
 *     using arena = new Arena();
 *     const bytes = arena.alloc(4096);
 */
declare class Arena implements Disposable {
  constructor(options?: ArenaOptions);

  /** One for each lifetime, there from the start. They can be reset but not disposed. */
  static readonly transient: Arena;
  static readonly intermediate: Arena;
  static readonly persistent: Arena;

  /** `bytes` bytes, aligned to `alignment` (a power of two up to 4096, 8 by
   *  default). The view's `.buffer` is the arena's chunk, which a script can't
   *  detach, transfer or resize; cloning a view copies its own bytes only. */
  alloc(bytes: number, alignment?: number): Uint8Array;
  /** A typed array of `length` elements. */
  array<T extends TypedArrayConstructor>(type: T, length: number): InstanceType<T>;
  /** An ArrayBuffer of its own that lies in this arena. */
  buffer(bytes: number): ArrayBuffer;
  /** A copy of a buffer or view. */
  copy(source: ArrayBuffer | ArrayBufferView): Uint8Array;
  /** The UTF-8 bytes of `text`. */
  utf8(text: string): Uint8Array;

  /** While `fn` runs, whatever allocates buffers, in any code, gets them out of
   *  this arena. These are never invalidated: their chunks come back when the
   *  last buffer in them is collected. Synchronous only. */
  run<T>(fn: () => T): T;
  /** `using _ = arena.enter()`: as `run` for the rest of the block. Ends with
   *  the current job at the latest. */
  enter(): Disposable;

  /** A child arena that ends with its block: `using scope = arena.scope()`. */
  scope(): Arena;
  /** Calls `fn` with a child arena that ends when it returns or throws. */
  scope<T>(fn: (scope: Arena) => T): T;
  /** In a scope: a copy in the parent arena, which outlives the scope. */
  keep<T extends ArrayBuffer | ArrayBufferView>(value: T): T;

  /** Ends all that alloc, array, buffer, copy, utf8 and scope have handed out. */
  reset(): void;
  /** The same, and gives the memory back. Any further use throws. */
  dispose(): void;
  [Symbol.dispose](): void;

  readonly name: string;
  readonly lifetime: Lifetime;
  readonly disposed: boolean;
  stats(): ArenaStats;
}

interface ArenaStats {
  name: string;
  lifetime: Lifetime;
  /** Handed out since the last reset, scopes and alignment included. */
  usedBytes: number;
  peakBytes: number;
  chunkBytes: number;
  chunks: number;
  /** Chunks that only wait for buffers made in `run` to be collected. */
  retiredChunks: number;
  allocations: number;
  resets: number;
  limit: number;
}

// ----------------------------------------------------------------------- heap

/** The heap that all buffers of this program come from. */
declare const heap: {
  /** The active allocator, as `--allocator` names it. */
  readonly allocator: string;
  /** Cheap enough to poll; `detail` adds what takes a walk. */
  stats(options?: { detail?: boolean }): HeapStats;
  /** Where memory is: run of pages by run of pages, with `blocks` block by block. */
  map(options?: { blocks?: boolean }): HeapMap;
  /** Runs `fn` and tells what it did to memory. Collects before and after. */
  measure<T>(fn: () => T): HeapMeasure<T>;
  /** Detaches the buffer and frees its memory now. Freeing twice is fine; a
   *  SharedArrayBuffer, a wasm memory's buffer or an arena's throws TypeError. */
  free(buffer: ArrayBuffer | ArrayBufferView): void;
  /** Merges what is free with its free neighbours now, and empties caches that
   *  keep freed blocks apart. */
  coalesce(): { merged: number; largestFreeBefore: number; largestFreeAfter: number };
  /** Gives free memory back to the system now; the bytes given back. */
  trim(): number;
  /** Walks all metadata and throws an Error that names the first inconsistency. */
  verify(): void;
  /** Declares a record type: see StructType. */
  struct<F extends StructFields>(name: string, fields: F): StructType<F>;
  /** Writes a page of HTML on the heap's state to `path`. */
  report(path: string): void;
};

interface HeapStats {
  allocator: string;
  /** Bytes asked for by live blocks. */
  liveBytes: number;
  liveBlocks: number;
  /** What these really occupy. */
  allocatedBytes: number | null;
  /** Memory held readable and writable; it may not be in RAM. */
  committedBytes: number | null;
  /** Addresses held. */
  reservedBytes: number | null;
  /** Of the committed bytes, those in RAM. With `detail`. */
  residentBytes?: number | null;
  /** Free memory that is known to read as zero. */
  zeroedBytes: number | null;
  /** Free memory in caches and free spans. */
  cachedBytes: number | null;
  peakLiveBytes: number;
  peakCommittedBytes: number | null;
  allocations: number;
  frees: number;
  /** Requests that were refused. */
  failures: number;
  /** Infinity when there is none. */
  limit: number;
  /**
   * What lies outside of V8's heap for the script, by type: BitSet, NumberMap;
   * Timer; Source (ASCII texts that V8 still needs), Module and Import (under
   * way); Arena (without chunks) and Struct (types, without records). A type
   * comes with its first use.
   */
  nativeObjects: { type: string; count: number; bytes: number }[];
  /** With `detail`, of slab. */
  sizeClasses?: { size: number; slabs: number; live: number; free: number }[];
  /** With `detail`, of freelist. */
  caches?: {
    name: 'fast' | 'unsorted' | 'sorted' | 'top' | 'direct';
    blocks: number;
    bytes: number;
  }[];
  spans: {
    inUse: number | null;
    freeZero: number | null;
    freeDirty: number | null;
    released: number | null;
  };
  lifetimes: Record<Lifetime, { arenas: number; usedBytes: number; chunkBytes: number }>;
  /** With `detail`; each from 0 to 1. */
  fragmentation?: { internal: number | null; external: number | null };
}

interface HeapMap {
  pageSize: number;
  spans: {
    /** In pages. */
    start: number;
    pages: number;
    kind: 'slab' | 'large' | 'arena' | 'free' | 'released';
    sizeClass?: number;
    live?: number;
    capacity?: number;
    zero?: boolean;
    lifetime?: Lifetime;
    blocks?: { offset: number; size: number; used: boolean }[];
  }[];
}

interface HeapMeasure<T> {
  result: T;
  allocations: number;
  allocatedBytes: number;
  peakBytes: number;
  retainedBytes: number;
  gc: { minor: number; major: number; pauseMs: number; maxPauseMs: number };
  ms: number;
}

// -------------------------------------------------------------------- records

type Scalar = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64' | 'bool';
/** A field's type, or with a length an array inside the record. */
type StructFields = Record<string, Scalar | [Scalar, number]>;
type FieldValue<S> = S extends 'i64' | 'u64' ? bigint
  : S extends 'bool' ? boolean
  : S extends [any, number] ? ArrayBufferView
  : number;

/**
 * Records with the layout that C would give them, in slabs of the heap. A field is
 * a plain load or store; using a freed record throws TypeError.
 *
 *     const Point = heap.struct('Point', { x: 'f64', y: 'f64', tags: ['u8', 4] });
 *     using p = new Point({ x: 1 });
 */
interface StructType<F extends StructFields> {
  new (init?: Partial<{ [K in keyof F]: FieldValue<F[K]> }>): Struct<F>;
  readonly name: string;
  /** Of one record, with padding. */
  readonly size: number;
  readonly offsets: Record<keyof F, number>;
  /** Packed storage for `length` records; `at(i)` is one of them, not a copy. */
  array(length: number): {
    readonly length: number;
    at(index: number): Struct<F>;
    readonly buffer: ArrayBuffer;
  };
  /** The same type with its records in an arena, which end with its reset. */
  in(arena: Arena): StructType<F>;
  /** The record's bytes, shared. Throws TypeError once it is freed. */
  bytesOf(record: Struct<F>): Uint8Array;
  /** Forgotten records count until the slab they lie in is collected. */
  stats(): { live: number; slabs: number; bytes: number };
}

type Struct<F extends StructFields> = { [K in keyof F]: FieldValue<F[K]> } & Disposable;

// ------------------------------------------------------------- native objects

/** Bits outside V8's heap. Grows when a bit beyond the end is set. */
declare class BitSet implements Disposable {
  constructor(bits?: number);
  /** In bits. */
  readonly size: number;
  get(index: number): boolean;
  set(index: number, value?: boolean): this;
  flip(index: number): this;
  /** How many bits are set. */
  count(): number;
  /** The first set bit at `from` or behind it; -1 when there is none. */
  nextSet(from?: number): number;
  and(other: BitSet): this;
  or(other: BitSet): this;
  xor(other: BitSet): this;
  andNot(other: BitSet): this;
  clear(): this;
  clone(): BitSet;
  /** The indices of the set bits, in order. */
  [Symbol.iterator](): Iterator<number>;
  /** Frees the memory now; any further use throws TypeError. */
  [Symbol.dispose](): void;
}

/** A hash map from numbers to numbers outside V8's heap: the collector doesn't
 *  see its entries. Iteration is in no particular order. */
declare class NumberMap implements Disposable {
  constructor(entries?: Iterable<[number, number]>);
  readonly size: number;
  get(key: number): number | undefined;
  has(key: number): boolean;
  set(key: number, value: number): this;
  delete(key: number): boolean;
  clear(): void;
  keys(): Iterator<number>;
  values(): Iterator<number>;
  entries(): Iterator<[number, number]>;
  [Symbol.iterator](): Iterator<[number, number]>;
  /** Frees the memory now; any further use throws TypeError. */
  [Symbol.dispose](): void;
}

// -------------------------------------------------------------- linear memory

interface LinearMemoryOptions {
  /** 1 MiB by default; rounded up to 64 KiB, as `maximum` is. */
  initial?: Size;
  /** 2 GiB by default. Of a given memory: where our part of it ends. */
  maximum?: Size;
  /** How much more than needed growth asks for, tried in turn: [0.20, 0.10, 0.05, 0]. */
  growth?: number[];
  /** Manage this memory instead of one of our own. */
  memory?: WebAssembly.Memory;
  /** From where: below lies what belongs to the module. */
  base?: number;
  /** For installFunction. */
  table?: WebAssembly.Table;
}

/**
 * A growable linear memory with its own malloc: integer pointers, typed peek and
 * poke, scoped allocation. Manages a WebAssembly.Memory too, so that wasm and
 * JavaScript share it without copies. The methods are those of SQLite's wasm build.
 * Pointers are numbers, in a 64-bit memory bigints. Out of bounds throws RangeError.
 */
declare class LinearMemory implements Disposable {
  constructor(options?: LinearMemoryOptions);

  /** Zeroed, aligned to `alignment` (a power of two, 8 at least); never 0. */
  alloc(bytes: number, alignment?: number): number;
  /** Moves the block where it must; with 0 bytes frees it and returns 0. */
  realloc(pointer: number, bytes: number): number;
  /** 0 is ignored; anything that isn't allocated throws. */
  dealloc(pointer: number): void;
  /** `text` as UTF-8 with a NUL at its end. */
  allocCString(text: string): number;
  /** The NUL-terminated text there; null for 0. */
  cstrToJs(pointer: number): string | null;

  /** Reads a value, or one for each pointer; '*' is a pointer. */
  peek(pointer: number, type?: Scalar | '*'): number | bigint;
  peek(pointers: number[], type?: Scalar | '*'): (number | bigint)[];
  /** Writes a value, to each pointer. */
  poke(pointer: number | number[], value: number | bigint, type?: Scalar | '*'): this;
  peek8(...pointers: number[]): any;
  peek16(...pointers: number[]): any;
  peek32(...pointers: number[]): any;
  peek64(...pointers: number[]): any;
  peek32f(...pointers: number[]): any;
  peek64f(...pointers: number[]): any;
  peekPtr(...pointers: number[]): any;
  poke8(pointer: number | number[], value: number): this;
  poke16(pointer: number | number[], value: number): this;
  poke32(pointer: number | number[], value: number): this;
  poke64(pointer: number | number[], value: bigint): this;
  poke32f(pointer: number | number[], value: number): this;
  poke64f(pointer: number | number[], value: number): this;
  pokePtr(pointer: number | number[], value?: number): this;

  /** Views of the whole memory, made anew after growth: don't keep them. */
  heap8(): Int8Array;
  heap8u(): Uint8Array;
  heap16(): Int16Array;
  heap16u(): Uint16Array;
  heap32(): Int32Array;
  heap32u(): Uint32Array;
  heap64(): BigInt64Array;
  heap64u(): BigUint64Array;
  heap32f(): Float32Array;
  heap64f(): Float64Array;
  heapForSize(bits: 8 | 16 | 32 | 64, unsigned?: boolean): ArrayBufferView;

  /** What the scoped functions make after a push, the pop undoes. Scopes nest; a
   *  pop out of order throws. */
  scopedAllocPush(): object;
  scopedAllocPop(scope?: object): void;
  scopedAlloc(bytes: number): number;
  scopedAllocCString(text: string): number;
  /** Push, fn, pop, also when fn throws. */
  scopedAllocCall<T>(fn: () => T): T;

  /** Puts `fn` into the table as a wasm function; a signature such as 'i(ip)':
   *  i, j, f, d are wasm's types, p a pointer, v none. The index. */
  installFunction(signature: string, fn: Function): number;
  scopedInstallFunction(signature: string, fn: Function): number;
  uninstallFunction(pointer: number): void;

  /** Grows to `bytes` at least; false, and nothing changed, when that can't be. */
  resize(bytes: number): boolean;
  readonly buffer: ArrayBuffer;
  readonly byteLength: number;
  stats(): LinearMemoryStats;
  dispose(): void;
  [Symbol.dispose](): void;
}

interface LinearMemoryStats {
  usedBytes: number;
  freeBytes: number;
  blocks: number;
  largestFree: number;
  growths: number;
  scopeDepth: number;
}

// ---------------------------------------------------------------------- shell

/** What stands after the script on the command line; also `arguments`. */
declare const scriptArgs: string[];
/** Writes the values, separated by spaces, and a line end to standard output. */
declare function print(...values: unknown[]): void;
/** The same to standard error. */
declare function printErr(...values: unknown[]): void;
/** Writes `text` to standard output as it is. */
declare function write(text: string): void;
/** A file's text, as UTF-8, or with 'binary' its bytes. */
declare function read(path: string): string;
declare function read(path: string, mode: 'binary'): Uint8Array;
declare function readbuffer(path: string): ArrayBuffer;
/** A line of standard input without its end, or undefined at the end. */
declare function readline(): string | undefined;
declare function writeFile(path: string, data: string | ArrayBuffer | ArrayBufferView): void;
/** Runs classic scripts; paths are relative to the calling script. */
declare function load(...paths: string[]): void;
declare function quit(code?: number): never;
/** The version of V8. */
declare function version(): string;

// --------------------------------------------------- what the web has, in part

type TimerId = number;
declare function setTimeout(fn: (...args: any[]) => void, ms?: number, ...args: any[]): TimerId;
declare function setInterval(fn: (...args: any[]) => void, ms?: number, ...args: any[]): TimerId;
declare function setImmediate(fn: (...args: any[]) => void, ...args: any[]): TimerId;
declare function clearTimeout(id?: TimerId): void;
declare function clearInterval(id?: TimerId): void;
declare function clearImmediate(id?: TimerId): void;
declare function queueMicrotask(fn: () => void): void;
/** A deep copy; buffers in `transfer` move instead. */
declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

declare const performance: {
  /** Milliseconds since `timeOrigin`. */
  now(): number;
  readonly timeOrigin: number;
};

declare const console: {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  assert(condition?: unknown, ...values: unknown[]): void;
  dir(value: unknown, options?: object): void;
  dirxml(...values: unknown[]): void;
  table(data: unknown, columns?: string[]): void;
  count(label?: string): void;
  countReset(label?: string): void;
  time(label?: string): void;
  timeLog(label?: string, ...values: unknown[]): void;
  timeEnd(label?: string): void;
  group(...labels: unknown[]): void;
  groupCollapsed(...labels: unknown[]): void;
  groupEnd(): void;
  clear(): void;
};
