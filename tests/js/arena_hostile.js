// flags: --expose-gc --buffer-limit 64MiB
// Nothing that a script does to an Arena harms the process: patched built-ins,
// subclasses, calls back in the middle of others, arenas that nobody disposes.

load('lib/check.js');
const throws = (what, fn, type) => {
  let error;
  try { fn(); } catch (e) { error = e; }
  if (!(error instanceof type)) throw new Error(`${what}: got ${error}, expected a ${type.name}`);
  return error;
};

// ------------------------------------------------------------- re-entrance
{
  const order = [];
  const options = {};
  for (const [key, value] of Object.entries({
    name: 'o', lifetime: 'transient', chunkSize: 4096, limit: '1MiB', zero: false })) {
    Object.defineProperty(options, key, { get() { order.push(key); new Arena().alloc(5); return value; } });
  }
  check('getters', new Arena(options).alloc(5).length, 5);
  check('each once', order, ['name', 'lifetime', 'chunkSize', 'limit', 'zero']);
  throws('a getter throws', () => new Arena({ get zero() { throw new EvalError('x'); } }), EvalError);

  const arena = new Arena();
  throws('valueOf isn\'t asked', () => arena.alloc({ valueOf() { arena.dispose(); return 8; } }), TypeError);
  check('still there', arena.disposed, false);
  arena.scope((scope) => {
    arena.dispose();
    throws('scope of a disposed arena', () => scope.alloc(5), TypeError);
    throws('keep in it', () => scope.keep(new Uint8Array(5)), TypeError);
  });
  const again = new Arena();
  again.scope((scope) => { scope.dispose(); scope.dispose(); });
  again.scope((scope) => again.scope((second) => { scope.dispose(); again.reset(); second.dispose(); }));
  again.run(() => again.run(() => again.dispose()));
  check('disposed in its run', again.disposed, true);

  // A scope disposed late must not end an arena that came after it.
  const parent = new Arena();
  const scope = parent.scope();
  parent.dispose();
  const next = Array.from({ length: 20 }, () => new Arena());
  const views = next.map((a) => a.alloc(10));
  scope.dispose();
  parent.dispose();
  check('they live', views.map((view) => view.length), views.map(() => 10));
  check('apart', new Set(views.map((view) => view.buffer)).size, 20);

  let deep = new Arena();
  const root = deep;
  for (let i = 0; i < 1000; i++) { deep = deep.scope(); deep.alloc(1); }
  root.reset();
  check('deep scopes', deep.disposed, true);
}

// --------------------------------------------------------------- subclasses
{
  class Mine extends Arena {
    constructor() { super({ name: 'mine' }); }
    alloc(bytes) { return super.alloc(bytes * 2); }
    dispose() { throw new Error('never called by scope'); }
  }
  const mine = new Mine();
  check('overridden', mine.alloc(5).length, 10);
  check('scope is an Arena', mine.scope().constructor === Arena, true);
  check('scope(fn)', mine.scope((scope) => scope.alloc(4).length), 4);
  // What a script puts in a method's place isn't what others build on.
  const real = Object.getOwnPropertyDescriptors(Arena.prototype);
  for (const other of [() => new Uint8Array(1), () => 5, () => undefined, () => new ArrayBuffer(1)]) {
    for (const method of ['alloc', 'array', 'buffer', 'copy', 'utf8']) Arena.prototype[method] = other;
    try {
      const arena = new Arena();
      const copy = real.copy.value.call(arena, new Uint8Array(100_000).fill(7));
      check('copy', [copy.length, copy[99_999]], [100_000, 7]);
      check('utf8', real.utf8.value.call(arena, 'abcdef').length, 6);
      const kept = arena.scope((scope) => [new Uint16Array(50_000), new ArrayBuffer(50_000),
                                           new DataView(new ArrayBuffer(50_000))].map((x) => scope.keep(x)));
      check('keep', kept.map((x) => x.byteLength), [100_000, 50_000, 50_000]);
    } finally {
      Object.defineProperties(Arena.prototype, real);
    }
  }
  const proto = Object.create(Arena.prototype);
  for (const method of ['alloc', 'array', 'buffer', 'copy', 'utf8', 'run', 'enter', 'scope', 'keep', 'reset',
                        'dispose', 'stats']) {
    throws(method, () => proto[method](() => 5), TypeError);
  }
  for (const getter of ['name', 'lifetime', 'disposed']) throws(getter, () => proto[getter], TypeError);
  class Early extends Arena { constructor() { super.alloc(5); } }
  throws('before super', () => new Early(), ReferenceError);
  const entered = mine.enter();
  throws('a foreign receiver', () => entered[Symbol.dispose].call({}), TypeError);
  entered[Symbol.dispose]();
  check('reflect', Reflect.construct(Arena, [{ name: 'r' }], Object) instanceof Arena, false);
}

// --------------------------------------------------- patched built-ins
{
  const real = { Uint8Array, ArrayBuffer, RangeError, TypeError, Int32Array };
  const names = Object.getOwnPropertyNames(Object.prototype);
  for (const key of ['value', 'get', 'name', 'lifetime', 'chunkSize', 'limit', 'zero', 'state', 'parent', 'code', 'writable']) {
    Object.defineProperty(Object.prototype, key, {
      __proto__: null, get() { return undefined; }, set() { throw 'a setter ran'; }, configurable: true });
  }
  globalThis.Uint8Array = class { constructor() { throw 'patched'; } };
  globalThis.RangeError = globalThis.TypeError = globalThis.ArrayBuffer = globalThis.Int32Array = undefined;
  const { species } = Symbol;
  const typed = Object.getPrototypeOf(real.Int32Array);
  const getter = Object.getOwnPropertyDescriptor(typed, species);
  Object.defineProperty(typed, species, { __proto__: null, get() { throw 'species'; }, configurable: true });
  const { set } = typed.prototype;
  typed.prototype.set = () => { throw 'set'; };
  let view, copy, error, kept, stats;
  try {
    const arena = new Arena();
    view = arena.alloc(8);
    copy = arena.copy(arena.utf8('abc'));
    kept = arena.scope((scope) => scope.keep(scope.alloc(3)));
    arena.array(real.Int32Array, 4);
    arena.buffer(5);
    arena.reset();
    stats = arena.stats();
    copy = arena.copy(arena.utf8('abc'));
    try { new Arena({ __proto__: null, limit: 5 }).alloc(6); } catch (e) { error = e; }
  } finally {
    Object.assign(globalThis, real);
    for (const key of Object.getOwnPropertyNames(Object.prototype)) {
      if (!names.includes(key)) delete Object.prototype[key];
    }
    Object.defineProperty(typed, species, getter);
    typed.prototype.set = set;
  }
  check('the real one', [view instanceof Uint8Array, copy.join(), kept.length], [true, '97,98,99', 0]);
  check('the real error', [error instanceof RangeError, error.code, error.limit], [true, 'ERR_MEMORY_LIMIT', 'arena']);
  check('stats', stats.resets, 1);
}

// -------------------------------------------------------------- forgotten
{
  // Neither disposed nor held: collected, with their memory, in mid-job.
  for (let i = 0; i < 5000; i++) new Arena({ zero: false }).alloc(100_000)[5] = 1;
  for (let i = 0; i < 3000; i++) {
    const arena = new Arena({ zero: false });
    arena.alloc(1000)[0] = 1;
    if (i % 3 === 0) arena.scope().alloc(100);
    if (i % 7 === 0) arena.run(() => new ArrayBuffer(1000));
  }
  let view;
  (() => { view = new Arena().alloc(70_000).fill(5); })();
  gc();
  for (let i = 0; i < 100; i++) new Arena().alloc(70_000).fill(6);
  gc();
  check('a view keeps its chunk', view.every((x) => x === 5), true);
  heap.verify();
}

// ------------------------------------------------------- the isolate's limit
{
  const arena = new Arena({ name: 'all' });
  let blocks = 0;
  const error = throws('all of it', () => { for (;;) { arena.alloc(1 << 20); blocks++; } }, RangeError);
  check('the error', [error.code, error.limit, error.requested], ['ERR_MEMORY_LIMIT', 'buffers', 1 << 20]);
  check('most of it', blocks > 50 && blocks <= 64, true);
  throws('nor a buffer', () => arena.buffer(8 << 20), RangeError);
  throws('nor plain', () => new ArrayBuffer(32 << 20), RangeError);
  arena.reset();
  check('room again', arena.alloc(20 << 20).length, 20 << 20);
  arena.dispose();
  check('and for others', new ArrayBuffer(60 << 20).byteLength, 60 << 20);
}

// --------------------------------------------------- a loop holds nothing
{
  const request = () => {
    using arena = new Arena();
    for (let i = 0; i < 20; i++) arena.alloc(256 + i * 200)[0] = 1;
    arena.scope((scope) => scope.alloc(500));
  };
  for (let i = 0; i < 2000; i++) request();
  gc();
  const before = heap.stats();
  for (let i = 0; i < 20000; i++) request();
  gc();
  const after = heap.stats();
  check('committed', after.committedBytes - before.committedBytes, 0);
  check('arenas', after.lifetimes.transient.arenas, before.lifetimes.transient.arenas);
}
