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
  /** Bytes asked for; none in the error of a worker whose V8 heap was full. */
  requested?: number;
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

// -------------------------------------------------------------------- isolate

/** `jsHeap` is V8's heap of objects; `buffers` is everything else that is
 *  limited: ArrayBuffers, arenas, resizable buffers, wasm memories and native
 *  objects. Bytes; Infinity where there is no limit. */
interface Limits {
  /** Young and old generation together. */
  jsHeap?: Size;
  young?: Size;
  /** V8's heap at the start. */
  initial?: Size;
  code?: Size;
  /** Native stack that JavaScript may use. */
  stack?: Size;
  buffers?: Size;
  /** What V8's heap has committed and `buffers`, together. */
  total?: Size;
}

/** The isolate that this program runs in. */
declare const isolate: {
  /** Those in force, V8's defaults included. */
  readonly limits: Readonly<Record<keyof Limits, number>>;
  /** Changes what can change while running. Below what is in use, further
   *  buffers are refused until enough is free. */
  setLimits(limits: Pick<Limits, 'buffers' | 'total'>): void;
  /** What is in use now. */
  memory(): IsolateMemory;
  /** Runs a collection now: of everything, or of the young generation. While V8 marks, a minor one is of everything. */
  gc(kind?: 'minor' | 'major'): void;
  /** Runs a script file in an isolate of its own, on its own thread, under its
   *  own limits and allocator, and tells how it ended. A path is relative to
   *  the script that calls; a file: URL will do. What the program throws, and
   *  the limits it hits, are outcomes; the promise is rejected only when it
   *  can't be started: TypeError or RangeError about an option, or a
   *  DataCloneError about `data`. */
  run(script: string | URL, options?: RunOptions): Promise<RunResult>;
  /** The same for source text, whose imports and paths are relative to the
   *  working directory. */
  eval(code: string, options?: RunOptions): Promise<RunResult>;
};

/** What an isolate uses counts for the `total` of the one that started it, too;
 *  the other limits are each isolate's own. */
interface RunOptions {
  limits?: Limits;
  /** As --allocator takes it; the default is the caller's own heap. */
  allocator?: string;
  /** The program's `scriptArgs`. */
  args?: string[];
  /** Its global `workerData`, a structured clone. */
  data?: unknown;
  /** Milliseconds of wall time, the start included; Infinity for no end. */
  timeout?: number;
  /** Aborting it terminates the program. */
  signal?: AbortSignal;
  /** With 'process' (the default is 'thread') the program runs in a process of
   *  its own, started with this one's allocator, V8 flags and GC policy, and
   *  nothing that happens there hurts this one: 10 ms instead of 2 to start.
   *  What can't leave its process (SharedArrayBuffers, ports, WebAssembly
   *  modules) is a DataCloneError in `data`; standard input is empty. It counts
   *  for limits as if it were this process: what may be used here by all
   *  isolates together, it may use again. */
  isolation?: 'thread' | 'process';
}

interface RunResult {
  /** 'completed' includes a program that called quit(). 'threw' stands for all
   *  that the shell says an error of, an unreadable script and a top-level
   *  await that never settles included. 'stack-limit' is an uncaught RangeError
   *  about the call stack. 'terminated' is the signal's, 'timeout' the
   *  timeout's doing. 'crashed' is a process that ended without a word, with
   *  isolation 'process' only. */
  outcome: 'completed' | 'threw' | 'js-heap-limit' | 'buffer-limit' | 'total-limit' | 'stack-limit'
         | 'timeout' | 'terminated' | 'crashed';
  /** As the shell's would be; 1 when it was terminated; of a crash 128 and the
   *  signal's number, or the process's exit status. */
  exitCode: number;
  /** What the shell would have said about the end on standard error; absent
   *  when that is nothing. Of a crash, the last 64 KiB that the process wrote
   *  there, and how it ended. */
  error?: string;
  /** What the program wrote to standard output and standard error, in the
   *  order in which it did: at most 16 MiB, then a line that tells how much is
   *  missing. */
  output: string;
  /** Of a script, the value of its last expression statement, or what that
   *  promise was fulfilled with; of a module, its `default`: as it is when
   *  nothing is left to run, a structured clone. Absent when undefined, after
   *  quit(), and when it can't be cloned, which `error` then tells. */
  result?: unknown;
  /** Milliseconds, start and end included. */
  wallMs: number;
  /** Milliseconds of its own thread. */
  cpuMs: number;
  /** The highest of each figure, as seen after tasks and around collections;
   *  `spaces` are those of the moment with the highest total. */
  peak: IsolateMemory;
  gc: IsolateMemory['gc'];
}

interface WorkerOptions {
  /** The default is by the file's name and text, as for the shell's program. */
  type?: 'classic' | 'module';
  /** The worker's global `name`. */
  name?: string;
  limits?: Limits;
  /** As --allocator takes it; the default is the caller's own heap. */
  allocator?: string;
  /** The worker's `scriptArgs`. */
  args?: string[];
  /** The worker's global `workerData`, a structured clone. */
  workerData?: unknown;
}

/** An isolate on a thread of its own, as the web's workers.
 *
 *  It lives until it has nothing left to do and doesn't listen for messages,
 *  or calls close() or quit(), or is terminated, and keeps this program alive.
 *  When this program ends, so do its workers, and theirs.
 *
 *  An error that a worker leaves uncaught doesn't end it. It comes here as an
 *  'error' event; where nobody listens for that, it is an uncaught error of
 *  this program. One about memory, with code 'ERR_MEMORY_LIMIT' and `limit`,
 *  does end the worker. */
declare class Worker extends EventTarget {
  /** A path is relative to the script that calls; a file: URL will do. */
  constructor(script: string | URL, options?: WorkerOptions);
  /** A message that comes before the worker listens waits for that; one to a
   *  worker that has ended is lost. Buffers in the transfer list move without
   *  a copy, also when the allocators differ. */
  postMessage(message: unknown, transfer?: Iterable<Transferable> | { transfer?: Iterable<Transferable> }): void;
  /** Ends it wherever it is, and tells its exit code: 1 unless it had ended
   *  already. Nothing that it has posted is received any more. */
  terminate(): Promise<number>;
  /** What it used when it last told: after a task or a collection, at most
   *  every 10 ms; when it has ended, at its end. */
  memory(): IsolateMemory;
  onmessage: ((event: MessageEvent) => void) | null;
  /** There is no memory for a message; the error is the event's `data`. */
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** What a worker's global object has beyond this program's. */
interface WorkerGlobalScope extends EventTarget {
  readonly self: WorkerGlobalScope;
  readonly name: string;
  /** Also in programs of isolate.run and isolate.eval. */
  readonly workerData: unknown;
  postMessage(message: unknown, transfer?: Iterable<Transferable> | { transfer?: Iterable<Transferable> }): void;
  /** Ends the worker when its current task is done. */
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/** Bytes. total = jsHeapCommitted + arrayBuffers + wasm + native. */
interface IsolateMemory {
  jsHeapUsed: number;
  jsHeapCommitted: number;
  jsHeapLimit: number;
  /** What V8 knows of memory beyond its heap. */
  external: number;
  /** With the chunks of arenas. */
  arrayBuffers: number;
  /** WebAssembly memories and resizable buffers. */
  wasm: number;
  /** Native objects, timers, and what V8 keeps beside each buffer for its own
   *  records of it, counted as 192 bytes. */
  native: number;
  /** What `totalLimit` is held against. */
  total: number;
  totalLimit: number;
  /** Resident memory of the whole process. */
  processRss: number;
  spaces: { name: string; used: number; committed: number; available: number }[];
  /** Collections since the start, and what they cost this thread. */
  gc: { minor: number; major: number; pauseMs: number; maxPauseMs: number };
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
/** A deep copy; what is in `transfer` moves instead. The copy on its way counts as
 *  buffers of this isolate. */
declare function structuredClone<T>(value: T, options?: { transfer?: Iterable<Transferable> }): T;

/** What an error of the web is called, and where it was made. */
declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly name: string;
  readonly message: string;
  /** Of the names that have one; else 0. */
  readonly code: number;
  readonly INDEX_SIZE_ERR: 1;
  static readonly INDEX_SIZE_ERR: 1;
  readonly DOMSTRING_SIZE_ERR: 2;
  static readonly DOMSTRING_SIZE_ERR: 2;
  readonly HIERARCHY_REQUEST_ERR: 3;
  static readonly HIERARCHY_REQUEST_ERR: 3;
  readonly WRONG_DOCUMENT_ERR: 4;
  static readonly WRONG_DOCUMENT_ERR: 4;
  readonly INVALID_CHARACTER_ERR: 5;
  static readonly INVALID_CHARACTER_ERR: 5;
  readonly NO_DATA_ALLOWED_ERR: 6;
  static readonly NO_DATA_ALLOWED_ERR: 6;
  readonly NO_MODIFICATION_ALLOWED_ERR: 7;
  static readonly NO_MODIFICATION_ALLOWED_ERR: 7;
  readonly NOT_FOUND_ERR: 8;
  static readonly NOT_FOUND_ERR: 8;
  readonly NOT_SUPPORTED_ERR: 9;
  static readonly NOT_SUPPORTED_ERR: 9;
  readonly INUSE_ATTRIBUTE_ERR: 10;
  static readonly INUSE_ATTRIBUTE_ERR: 10;
  readonly INVALID_STATE_ERR: 11;
  static readonly INVALID_STATE_ERR: 11;
  readonly SYNTAX_ERR: 12;
  static readonly SYNTAX_ERR: 12;
  readonly INVALID_MODIFICATION_ERR: 13;
  static readonly INVALID_MODIFICATION_ERR: 13;
  readonly NAMESPACE_ERR: 14;
  static readonly NAMESPACE_ERR: 14;
  readonly INVALID_ACCESS_ERR: 15;
  static readonly INVALID_ACCESS_ERR: 15;
  readonly VALIDATION_ERR: 16;
  static readonly VALIDATION_ERR: 16;
  readonly TYPE_MISMATCH_ERR: 17;
  static readonly TYPE_MISMATCH_ERR: 17;
  readonly SECURITY_ERR: 18;
  static readonly SECURITY_ERR: 18;
  readonly NETWORK_ERR: 19;
  static readonly NETWORK_ERR: 19;
  readonly ABORT_ERR: 20;
  static readonly ABORT_ERR: 20;
  readonly URL_MISMATCH_ERR: 21;
  static readonly URL_MISMATCH_ERR: 21;
  readonly QUOTA_EXCEEDED_ERR: 22;
  static readonly QUOTA_EXCEEDED_ERR: 22;
  readonly TIMEOUT_ERR: 23;
  static readonly TIMEOUT_ERR: 23;
  readonly INVALID_NODE_TYPE_ERR: 24;
  static readonly INVALID_NODE_TYPE_ERR: 24;
  readonly DATA_CLONE_ERR: 25;
  static readonly DATA_CLONE_ERR: 25;
}

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

declare class Event {
  constructor(type: string, options?: EventInit);
  readonly type: string;
  readonly target: EventTarget | null;
  readonly srcElement: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  composedPath(): EventTarget[];
  readonly eventPhase: number;
  stopPropagation(): void;
  cancelBubble: boolean;
  stopImmediatePropagation(): void;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  returnValue: boolean;
  preventDefault(): void;
  readonly defaultPrevented: boolean;
  readonly composed: boolean;
  /** As performance.now() tells it. */
  readonly timeStamp: number;
  initEvent(type: string, bubbles?: boolean, cancelable?: boolean): void;
  readonly NONE: 0;
  readonly CAPTURING_PHASE: 1;
  readonly AT_TARGET: 2;
  readonly BUBBLING_PHASE: 3;
  static readonly NONE: 0;
  static readonly CAPTURING_PHASE: 1;
  static readonly AT_TARGET: 2;
  static readonly BUBBLING_PHASE: 3;
}
interface Event {
  /** Whether the shell made it; each event has this for its own. */
  readonly isTrusted: boolean;
}

declare class CustomEvent<T = any> extends Event {
  constructor(type: string, options?: EventInit & { detail?: T });
  readonly detail: T;
  initCustomEvent(type: string, bubbles?: boolean, cancelable?: boolean, detail?: T): void;
}

declare class ErrorEvent extends Event {
  constructor(type: string, options?: EventInit & {
    message?: string; filename?: string; lineno?: number; colno?: number; error?: any;
  });
  readonly message: string;
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly error: any;
}

declare class MessageEvent<T = any> extends Event {
  constructor(type: string, options?: EventInit & {
    data?: T; origin?: string; lastEventId?: string; source?: object | null; ports?: Iterable<MessagePort>;
  });
  readonly data: T;
  readonly origin: string;
  readonly lastEventId: string;
  readonly source: object | null;
  readonly ports: readonly MessagePort[];
  initMessageEvent(type: string, bubbles?: boolean, cancelable?: boolean, data?: T, origin?: string,
                   lastEventId?: string, source?: object | null, ports?: Iterable<MessagePort>): void;
}

type EventListenerLike = ((event: any) => void) | { handleEvent(event: any): void } | null;

/** What a listener throws is an uncaught exception: it ends the program. */
declare class EventTarget {
  constructor();
  addEventListener(type: string, callback: EventListenerLike, options?: boolean | {
    capture?: boolean; once?: boolean; passive?: boolean; signal?: AbortSignal;
  }): void;
  removeEventListener(type: string, callback: EventListenerLike, options?: boolean | { capture?: boolean }): void;
  /** False when a listener prevented the default. */
  dispatchEvent(event: Event): boolean;
}

declare class AbortController {
  constructor();
  readonly signal: AbortSignal;
  /** With a DOMException called AbortError unless there is a reason. */
  abort(reason?: any): void;
}

/** Got from an AbortController or one of the functions below. */
declare class AbortSignal extends EventTarget {
  static abort(reason?: any): AbortSignal;
  /** Aborts by itself, and keeps the program alive only if somebody listens. */
  static timeout(milliseconds: number): AbortSignal;
  /** Aborts as soon as one of them does. */
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
  onabort: ((event: Event) => void) | null;
}

/** What can be moved instead of copied. */
type Transferable = ArrayBuffer | MessagePort;

/** Two ports; what is posted to one arrives at the other. */
declare class MessageChannel {
  constructor();
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}

/**
 * A port can be transferred, also to another isolate, and goes on there. It gets
 * messages once it was started, by `start()` or by setting `onmessage`. From then
 * on, and while it has a listener, it keeps the program alive, until it or the
 * other port is closed, or the other port is garbage.
 */
declare class MessagePort extends EventTarget {
  postMessage(message: unknown, transfer?: Iterable<Transferable> | { transfer?: Iterable<Transferable> }): void;
  start(): void;
  /** What was posted before still arrives at the other port. */
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  /** A message that couldn't be read, because there was no memory for it; the
   *  error is the event's `data`. */
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** The other port was closed, or is garbage. Only of a port that was started. */
  onclose: ((event: Event) => void) | null;
}

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
