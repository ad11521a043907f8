// flags: --buffer-limit 64MiB
// Nothing that a script does to records harms the process or lets a freed record
// read another's bytes: user code in the middle of an access, patched built-ins,
// foreign receivers, subclasses, memory that runs out.

const check = (what, got, expected) => {
  const show = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
  const [a, b] = [show(got), show(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
};
const throws = (what, fn, type) => {
  let error;
  try { fn(); } catch (e) { error = e; }
  if (!(error instanceof type)) throw new Error(`${what}: got ${error}, expected a ${type.name}`);
  return error;
};

const Item = heap.struct('Item', { a: 'f64', b: 'i64', c: ['i32', 4], d: 'bool' });
const end = (record) => record[Symbol.dispose]();

// -------------------------------------------------------------- re-entrance
{
  // A value whose conversion frees the record and gives its place to another.
  const attempts = {
    a: (hook) => ({ valueOf: hook }),
    b: (hook) => ({ valueOf: () => { hook(); return 5n; } }),
    c: (hook) => ({ length: 4, get 0() { hook(); return 5; }, 1: 5, 2: 5, 3: 5 }),
  };
  for (const [field, make] of Object.entries(attempts)) {
    const record = new Item();
    let next;
    throws(field, () => { record[field] = make(() => { end(record); next = new Item(); return 5; }); }, TypeError);
    check('the other is untouched', [next.a, next.b, [...next.c]], [0, 0n, [0, 0, 0, 0]]);
  }
  for (const field of ['a', 'b', 'c']) {
    const storage = Item.array(4);
    const record = storage.at(1);
    throws(field, () => { record[field] = attempts[field](() => { storage.buffer.transfer(); return 5; }); }, TypeError);
    const arena = new Arena();
    const InArena = Item.in(arena);
    const inside = new InArena();
    throws(field, () => { inside[field] = attempts[field](() => { arena.reset(); return 5; }); }, TypeError);
    // While it is made: what is stored goes nowhere.
    const made = new InArena({ [field]: attempts[field](() => { arena.reset(); return 5; }) });
    throws('ended while it was made', () => made.a, TypeError);
  }
  let inner;
  const outer = new Item({ get a() { inner = new Item({ a: 2 }); return 1; } });
  check('nested', [outer.a, inner.a], [1, 2]);
  throws('a getter throws', () => new Item({ get d() { throw new EvalError('x'); } }), EvalError);
  throws('a proxy throws', () => new Item(new Proxy({}, { ownKeys() { throw new EvalError('x'); } })), EvalError);
  check('a proxy', new Item(new Proxy({ a: 5 }, {})).a, 5);
  const declared = heap.struct('Nested', { get a() { heap.struct('Other', { b: 'u8' }); return 'u8'; } });
  check('while declaring', declared.size, 1);
  throws('a declaration throws', () => heap.struct('X', { get a() { throw new EvalError('x'); } }), EvalError);
  let reads = 0;
  const changing = heap.struct('Changing', { get a() { return reads++ === 0 ? 'u8' : 'f64'; } });
  check('read once', [changing.size, reads], [1, 1]);
}

// ------------------------------------------------------ lengths that lie
{
  const record = new Item();
  let asked = 0;
  const liar = { get length() { return asked++ === 0 ? 2 : 1e6; } };
  throws('longer the second time', () => { record.c = liar; }, RangeError);
  record.c = { length: 3, 0: 7 };
  check('holes are NaN, as in a typed array', [...record.c], [7, 0, 0, 0]);
  for (const length of [-1, 1.5, NaN, 'x', 2n]) throws('length', () => { record.c = { length }; }, TypeError);
}

// ------------------------------------------------------------ foreign receivers
{
  const Other = heap.struct('Other', { a: 'f64' });
  const accessor = (name) => Object.getOwnPropertyDescriptor(Item.prototype, name);
  for (const receiver of [undefined, null, 5, {}, Item.prototype, Object.create(new Item()), new Proxy(new Item(), {}),
                          new Other(), new Uint8Array(8)]) {
    for (const name of ['a', 'b', 'c', 'd']) {
      throws('get', () => accessor(name).get.call(receiver), TypeError);
      throws('set', () => accessor(name).set.call(receiver, name === 'b' ? 1n : [1]), TypeError);
    }
    throws('dispose', () => Item.prototype[Symbol.dispose].call(receiver), TypeError);
    throws('bytesOf', () => Item.bytesOf(receiver), TypeError);
  }
  const record = new Item({ a: 5 });
  Object.setPrototypeOf(record, Other.prototype);
  throws('another type\'s accessor', () => record.a, TypeError);
  check('it is an Item', Item.bytesOf(record).length, Item.size);
  check('methods need no receiver', (0, Item.array)(2).length, 2);
  const { at } = Item.array(2);
  check('nor do an array\'s', at(1).a, 0);
  check('frozen', Object.isFrozen(Item.array(2)), true);
  Object.freeze(new Item()).a = 3;
}

// --------------------------------------------------------------- subclasses
{
  class Mine extends Item {
    #secret = 5;
    constructor(init) { super(init); this.extra = 1; }
    get a() { return super.a * 2; }
    set a(value) { super.a = value; }
    get secret() { return this.#secret; }
  }
  const mine = new Mine({ a: 4 });
  check('subclass', [mine.a, mine.secret, mine.extra, mine instanceof Item, Mine.size], [8, 5, 1, true, Item.size]);
  end(mine);
  throws('freed', () => mine.a, TypeError);
  const odd = Reflect.construct(Item, [{ a: 1 }], Array);
  check('new.target', [Array.isArray(odd), odd instanceof Array, Item.bytesOf(odd).length], [false, true, Item.size]);
  class Returns extends Item { constructor() { super(); return {}; } }
  throws('another object', () => Item.bytesOf(new Returns()), TypeError);
  class Early extends Item { constructor() { this.a = 5; super(); } }
  throws('before super', () => new Early(), ReferenceError);
  const fields = new Item(undefined, {}, {});
  check('more arguments', fields.a, 0);
  const InArena = Item.in(new Arena());
  let nested;
  const target = new Proxy(class extends InArena {}, {
    get(object, key) { if (key === 'prototype') nested = new InArena({ a: 3 }); return Reflect.get(object, key); } });
  check('user code in new', [Reflect.construct(InArena, [{ a: 2 }], target).a, nested.a], [2, 3]);
  const deep = () => { try { return deep(); } catch { return [new InArena({ a: 1 }), Item.array(3).at(1), new Item()]; } };
  for (let i = 0; i < 3; i++) {
    let records;
    try { records = deep(); } catch (error) { if (!(error instanceof RangeError)) throw error; }
  }
  const one = new Item();
  InArena.array(1);
  check('in its own slab', [one.a, Item.stats().live > 0], [0, true]);
}

// ---------------------------------------------------------- memory runs out
{
  const Big = heap.struct('Big', { a: ['f64', 2 ** 16] });
  const kept = [];
  const error = throws('slabs', () => { for (;;) kept.push(new Big()); }, RangeError);
  check('code', [error.code, error.limit, error.requested], ['ERR_MEMORY_LIMIT', 'buffers', Big.size]);
  check('as many as fit', kept.length > 100 && kept.length <= 128, true);
  check('all there', kept.every((one, i) => { one.a[1] = i; return one.a[1] === i; }), true);
  const other = throws('arrays', () => Big.array(1000), RangeError);
  check('code', [other.code, other.limit], ['ERR_MEMORY_LIMIT', 'buffers']);
  kept.length = 0;
  check('again', new Big().a.length, 2 ** 16);
}

// ---------------------------------------------------------- patched built-ins
{
  const InArena = Item.in(new Arena());
  const evil = () => { throw new EvalError('patched'); };
  const Typed = Object.getPrototypeOf(Uint8Array);
  const patches = [];
  for (const target of [Array.prototype, Typed.prototype, Uint8Array.prototype, Object, Reflect, BigInt, Set.prototype,
                        RegExp.prototype, String.prototype, Arena.prototype, ArrayBuffer.prototype]) {
    for (const key of Reflect.ownKeys(target)) {
      if (Reflect.getOwnPropertyDescriptor(target, key).configurable && key !== 'constructor') patches.push([target, key]);
    }
  }
  for (const i of [0, 1, 2, 3]) patches.push([Array.prototype, i]);
  for (const key of ['kind', 'buffer', 'words', 'f64', 'next', 'end', 'top', 'get', 'set', 'shown', 'previous', 'current',
                     'prototype', 'text', 'Record']) {
    patches.push([Object.prototype, key]);
  }
  const { defineProperty } = Object;
  const patch = { __proto__: null, get: evil, set: evil, configurable: true };
  for (let i = 0; i < patches.length; i++) defineProperty(patches[i][0], patches[i][1], patch);
  Object.prototype.polluted = 5;
  Uint8Array = Float64Array = TypeError = Set = ArrayBuffer = Uint16Array = evil;

  const expect = (ok, what) => { if (!ok) throw new EvalError(what); };
  const Patched = heap.struct('Patched', { x: 'f64', y: ['u8', 4], z: 'i64' });
  const record = new Patched({ x: 1, z: 5n });
  record.x += 1;
  expect(record.x === 2 && record.z === 5n, 'fields');
  record.y = { length: 2, 0: 1, 1: 2 };
  expect(record.y[1] === 2, 'array field');
  expect(Patched.bytesOf(record)[0] === 0, 'bytesOf');
  expect(Patched.array(5).at(2).x === 0, 'array');
  for (let i = 0; i < 5000; i++) { const one = new Patched(); one[Symbol.dispose](); }
  record[Symbol.dispose]();
  let freed = 0;
  try { record.x; } catch { freed++; }
  try { record.y; } catch { freed++; }
  expect(freed === 2, 'freed');
  const inside = new InArena({ a: 5 });
  for (let i = 0; i < 100; i++) new InArena();
  expect(inside.a === 5, 'in an arena');
  expect(InArena.stats().live >= 100 && Patched.stats().live === 0, 'stats');
}
