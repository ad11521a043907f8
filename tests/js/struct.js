// heap.struct: layout, fields, arrays, arenas, disposal, figures.

const check = (what, got, expected) => {
  const show = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
  const [a, b] = [show(got), show(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
};
load('lib/throws.js');

// ------------------------------------------------------------------- layout
{
  const All = heap.struct('All', {
    a: 'i8', b: 'f64', c: 'u8', d: 'i16', e: 'u16', f: 'bool', g: 'i32', h: 'u32', i: 'f32', j: 'i64', k: 'u64',
    l: ['u16', 3], m: 'u8' });
  check('as a C compiler has it', All.offsets,
        { a: 0, b: 8, c: 16, d: 18, e: 20, f: 22, g: 24, h: 28, i: 32, j: 40, k: 48, l: 56, m: 62 });
  check('size', [All.name, All.size, All.length], ['All', 64, 0]);
  check('no padding', heap.struct('P', { a: 'u8', b: 'u8' }).size, 2);
  check('padding at the end', heap.struct('P', { a: 'i64', b: 'u8' }).size, 16);
  check('an array aligns as its elements', heap.struct('P', { a: 'u8', b: ['u16', 2], c: 'u8' }).offsets,
        { a: 0, b: 2, c: 6 });
  check('of several widths', ['u8', 'u16', 'u32', 'f32', 'f64', 'i64', 'bool'].map((t) => heap.struct('T', { t }).size),
        [1, 2, 4, 4, 8, 8, 1]);
  throws('frozen', () => { 'use strict'; All.offsets.a = 5; }, TypeError);
}

// ------------------------------------------------------------------- fields
{
  const All = heap.struct('All', {
    i8: 'i8', u8: 'u8', i16: 'i16', u16: 'u16', i32: 'i32', u32: 'u32', i64: 'i64', u64: 'u64', f32: 'f32',
    f64: 'f64', bool: 'bool', class: 'u8', $: 'u8', '\u00fcber': 'u8' });
  const fresh = new All();
  check('zero', Object.keys(All.offsets).map((k) => fresh[k]), [0, 0, 0, 0, 0, 0, 0n, 0n, 0, 0, false, 0, 0, 0]);
  const numbers = [0, -1, 255, 256, 65536.9, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -0, NaN, -Infinity, '12', null, true,
                   undefined, { valueOf: () => 7.9 }, [3]];
  const typed = { i8: Int8Array, u8: Uint8Array, i16: Int16Array, u16: Uint16Array, i32: Int32Array, u32: Uint32Array,
                  f32: Float32Array, f64: Float64Array };
  const record = new All();
  for (const [name, Type] of Object.entries(typed)) {
    for (const value of numbers) {
      record[name] = value;
      const expected = new Type([value])[0];
      if (!Object.is(record[name], expected)) throw new Error(`${name} = ${value}: ${record[name]}, not ${expected}`);
      if (!Object.is(new All({ [name]: value })[name], expected)) throw new Error(`init ${name}: ${value}`);
    }
    throws('a bigint', () => { record[name] = 5n; }, TypeError);
    throws('a symbol', () => { record[name] = Symbol(); }, TypeError);
    throws('init with a bigint', () => new All({ [name]: 5n }), TypeError);
  }
  for (const value of [0n, -1n, 2n ** 63n, 2n ** 64n + 5n, '12', true]) {
    record.i64 = record.u64 = value;
    check('i64', record.i64, BigInt.asIntN(64, BigInt(value)));
    check('u64', record.u64, BigInt.asUintN(64, BigInt(value)));
  }
  throws('a number', () => { record.i64 = 5; }, TypeError);
  throws('a number', () => { record.u64 = 5; }, TypeError);
  for (const value of [1, 0, '', 'x', null, {}, NaN, true]) {
    record.bool = value;
    check('bool', record.bool, !!value);
  }
  check('one byte', All.bytesOf(record)[All.offsets.bool], 1);
  record.class = 1; record.$ = 2; record['\u00fcber'] = 3;
  check('names', [record.class, record.$, record['\u00fcber']], [1, 2, 3]);
  check('enumerable', (() => { const keys = []; for (const key in record) keys.push(key); return keys; })(),
        Object.keys(All.offsets));
  check('its own', Object.keys(record), []);
}

// -------------------------------------------------------------- construction
const Point = heap.struct('Point', { x: 'f64', y: 'f64', tag: 'i32' });
{
  const p = new Point({ x: 1.5, tag: -3 });
  check('fields', [p.x, p.y, p.tag], [1.5, 0, -3]);
  const copy = new Point(p);
  check('a copy', [copy.x, copy.y, copy.tag], [1.5, 0, -3]);
  copy.x = 9;
  check('apart', p.x, 1.5);
  check('instance', [p instanceof Point, p.constructor === Point], [true, true]);
  check('nothing', new Point(undefined).x, 0);
  throws('no object', () => new Point(5), TypeError, 'init', '5');
  throws('null', () => new Point(null), TypeError, 'init', 'null');
  throws('an unknown key', () => new Point({ x: 1, z: 2 }), TypeError, 'init', "'z'", 'Point');
  throws('without new', () => Point(), TypeError);
  const live = Point.stats().live;
  throws('half made', () => new Point({ x: 1, y: 5n }), TypeError);
  check('is not live', Point.stats().live, live);
  check('inherited keys of others', new Point(Object.create({ z: 5 })).x, 0);
  check('inherited fields', new Point(Object.create({ x: 5 })).x, 5);
  check('shown', (() => {
    let text;
    const inspect = (values) => { text = JSON.stringify(values); return text; };
    return p[Symbol.for('nodejs.util.inspect.custom')](2, {}, inspect);
  })(), 'Point {"x":1.5,"y":0,"tag":-3}');
}

// -------------------------------------------------------------- array fields
{
  const Body = heap.struct('Body', { at: ['f32', 3], flags: ['bool', 4], ids: ['u64', 2], mass: 'f64' });
  const body = new Body({ at: [1, 2, 3], flags: [true, 5, 0, 256], ids: [1n, 2n], mass: 2 });
  check('kinds', [body.at, body.flags, body.ids].map((v) => v.constructor.name),
        ['Float32Array', 'Uint8Array', 'BigUint64Array']);
  check('values', [[...body.at], [...body.flags], [...body.ids]], [[1, 2, 3], [1, 1, 0, 0], [1n, 2n]]);
  check('the same view', body.at === body.at, true);
  body.at[1] = 7.5;
  check('shared', new DataView(Body.bytesOf(body).buffer, Body.bytesOf(body).byteOffset).getFloat32(4, true), 7.5);
  body.at = new Float64Array([9, 8]);
  check('fewer leave the rest', [...body.at], [9, 8, 3]);
  check('from another', [...new Body({ at: body.at }).at], [9, 8, 3]);
  throws('too many', () => { body.at = [1, 2, 3, 4]; }, RangeError, 'at', '3', '4');
  throws('too many in init', () => new Body({ ids: [1n, 2n, 3n] }), RangeError, 'ids', '3');
  throws('no array', () => { body.at = 5; }, TypeError, 'at', '5');
  throws('no length', () => { body.at = {}; }, TypeError, 'at');
  throws('numbers for bigints', () => { body.ids = [1, 2]; }, TypeError);
  check('unchanged', [[...body.at], [...body.ids]], [[9, 8, 3], [1n, 2n]]);
  const { at } = body;
  body[Symbol.dispose]();
  throws('freed', () => body.at, TypeError, 'Body', 'freed');
  throws('freed', () => { body.at = [1]; }, TypeError, 'freed');
  const others = Array.from({ length: 1000 }, () => new Body({ at: [5, 5, 5], mass: 5 }));
  check('the old view shows no other', [...at], [9, 8, 3]);
  at.fill(1e9);
  check('nor writes to one', others.every((b) => b.at[0] === 5 && b.mass === 5), true);
}

// -------------------------------------------------------------------- bytes
{
  const p = new Point({ x: 1.5, tag: 5 });
  const bytes = Point.bytesOf(p);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  check('C layout', [bytes.length, view.getFloat64(0, true), view.getInt32(16, true)], [24, 1.5, 5]);
  view.setFloat64(8, 2.5, true);
  check('shared', p.y, 2.5);
  check('a clone has its own bytes only', structuredClone(bytes).buffer.byteLength, 24);
  throws('not a record', () => Point.bytesOf({}), TypeError, 'record', 'Point');
  throws('not an object', () => Point.bytesOf(5), TypeError, 'record', '5');
  throws('of another type', () => Point.bytesOf(new (heap.struct('Other', { a: 'u8' }))()), TypeError, 'record');
  throws('heap.free', () => heap.free(bytes), TypeError, 'record');
  throws('transfer', () => bytes.buffer.transfer(), TypeError);
  throws('transfer', () => structuredClone(0, { transfer: [bytes.buffer] }), Error, 'record');
  check('still there', p.y, 2.5);
  p[Symbol.dispose]();
  throws('freed', () => Point.bytesOf(p), TypeError, 'freed');
  const others = Array.from({ length: 2000 }, () => new Point({ x: 7, y: 7, tag: 7 }));
  check('old bytes show no other', [view.getFloat64(0, true), view.getFloat64(8, true)], [1.5, 2.5]);
  bytes.fill(255);
  check('nor write to one', others.every((o) => o.x === 7 && o.y === 7 && o.tag === 7), true);
}

// ----------------------------------------------------------------- disposal
{
  const Item = heap.struct('Item', { a: 'f64', b: 'i32' });
  const item = new Item({ a: 1 });
  check('live', Item.stats().live, 1);
  item[Symbol.dispose]();
  item[Symbol.dispose]();
  check('not live', Item.stats().live, 0);
  for (const use of [() => item.a, () => item.b, () => { item.a = 1; }, () => { item.b = 1; },
                     () => new Item(item), () => Item.bytesOf(item)]) {
    throws('freed', use, TypeError, 'Item', 'freed');
  }
  let last;
  { using used = new Item({ a: 5 }); last = used; check('in the block', used.a, 5); }
  throws('after the block', () => last.a, TypeError);

  // Places are used again, and begin as zero.
  for (let i = 0; i < 100_000; i++) {
    using one = new Item();
    if (one.a !== 0 || one.b !== 0) throw new Error('not zero');
    one.a = one.b = i;
  }
  check('one slab is enough', Item.stats().slabs <= 2, true);
  const items = Array.from({ length: 20_000 }, (_, i) => new Item({ a: i }));
  const { slabs, bytes } = Item.stats();
  check('bytes', bytes >= 20_000 * Item.size && bytes < 22_000 * Item.size, true);
  for (let round = 0; round < 10; round++) {
    for (let i = round % 2; i < items.length; i += 2) items[i][Symbol.dispose]();
    for (let i = round % 2; i < items.length; i += 2) items[i] = new Item({ a: i });
  }
  check('each is itself', items.every((one, i) => one.a === i), true);
  check('no more slabs', Item.stats().slabs <= slabs + 2, true);
  check('all live', Item.stats().live, 20_000);
}

// ---------------------------------------------------------------- forgotten
{
  const Item = heap.struct('Item', { a: 'f64', b: ['u8', 8] });
  (() => { for (let i = 0; i < 100_000; i++) new Item({ a: i }).b[0] = 1; })();
  (() => { for (let i = 0; i < 100; i++) { const one = new Item(); one[Symbol.dispose](); } })();
  heap.measure(() => 0);  // collects
  check('they are gone', Item.stats(), { live: 0, slabs: 0, bytes: 0 });
  const kept = Array.from({ length: 10 }, (_, i) => new Item({ a: i }));
  heap.measure(() => 0);
  check('others stay', kept.map((one) => one.a), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { slabs } = Item.stats();
  kept.push(new Item({ a: 10 }));
  check('and their slab is used on', [Item.stats().slabs, Item.stats().live], [slabs, 11]);
  check('each is itself', kept.every((one, i) => one.a === i), true);
  const { retainedBytes } = heap.measure(() => { for (let i = 0; i < 100_000; i++) new Item(); });
  check('comes back', retainedBytes < 100_000, true);
}

// ------------------------------------------------------------------- arrays
{
  const array = Point.array(1000);
  check('shape', [array.length, array.buffer.byteLength, array.buffer.constructor === ArrayBuffer], [1000, 24_000, true]);
  const p = array.at(7);
  check('record', [p instanceof Point, p.x], [true, 0]);
  p.x = 1.5;
  p.tag = -1;
  check('no copy', [array.at(7).x, new Float64Array(array.buffer)[7 * 3]], [1.5, 1.5]);
  check('packed', new Int32Array(array.buffer)[7 * 6 + 4], -1);
  check('last', array.at(999).x, 0);
  check('bytesOf', Point.bytesOf(array.at(7)).byteOffset, 7 * 24);
  for (const i of [-1, 1000, 0.5, NaN, Infinity]) throws('bounds', () => array.at(i), RangeError, 'i', String(i));
  for (const i of ['0', undefined, 5n, {}]) throws('no number', () => array.at(i), TypeError, 'i');
  check('none', Point.array(0).buffer.byteLength, 0);
  throws('none has none', () => Point.array(0).at(0), RangeError);
  for (const length of [-1, 1.5, NaN]) throws('length', () => Point.array(length), RangeError, 'length', String(length));
  for (const length of ['5', undefined, 5n]) throws('length', () => Point.array(length), TypeError, 'length');
  for (const length of [2 ** 40, 2 ** 53, Number.MAX_VALUE]) {
    const error = throws('too long', () => Point.array(length), RangeError);
    check('code', [error.code, error.limit, error.requested], ['ERR_MEMORY_LIMIT', 'memory', length * 24]);
  }
  const live = Point.stats().live;
  const ended = array.at(7);
  ended[Symbol.dispose]();
  throws('its end', () => ended.x, TypeError, 'freed');
  check('is one object\'s', [array.at(7).x, p.x, Point.stats().live], [1.5, 1.5, live]);
  const moved = array.buffer.transfer();
  for (const use of [() => p.x, () => { p.x = 5; }, () => array.at(7), () => Point.bytesOf(p)]) {
    throws('detached', use, TypeError, 'Point', 'detached');
  }
  check('the bytes went along', new Float64Array(moved)[21], 1.5);
  const WithArray = heap.struct('WithArray', { a: ['i16', 3], b: 'i16' });
  const several = WithArray.array(3);
  several.at(1).a = [1, 2, 3];
  several.at(1).b = 4;
  check('array fields', [...new Int16Array(several.buffer)], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
  const long = heap.struct('Byte', { a: 'u8', b: 'f64' }).array(1e6);
  long.at(999_999).a = 200;
  check('far out', [long.at(999_999).a, new Uint8Array(long.buffer)[16 * 999_999]], [200, 200]);
}

// ------------------------------------------------------------------- arenas
{
  const arena = new Arena({ name: 'points' });
  const InArena = Point.in(arena);
  check('type', [InArena.name, InArena.size, InArena.offsets], ['Point', 24, Point.offsets]);
  const p = new InArena({ x: 1.5 });
  check('same type', [p instanceof Point, p instanceof InArena, p.constructor === Point, p.x], [true, true, true, 1.5]);
  check('in the arena', [arena.stats().usedBytes >= 24, Point.bytesOf(p).length, InArena.stats().live], [true, 24, 1]);
  const many = Array.from({ length: 5000 }, (_, i) => new InArena({ tag: i }));
  check('each is itself', many.every((one, i) => one.tag === i && one.x === 0), true);
  check('live', InArena.stats().live, 5001);
  check('bytes', InArena.stats().bytes <= arena.stats().usedBytes && InArena.stats().bytes >= 5001 * 24, true);
  const ordinary = new Point({ x: 3 });
  const array = InArena.array(10);
  array.at(3).x = 4;
  const { x: mixed } = new Point(many[0]);
  check('copied out', mixed, 0);
  many[0][Symbol.dispose]();
  throws('disposed', () => many[0].x, TypeError, 'freed');
  check('one less', InArena.stats().live, 5000);
  const bytes = InArena.bytesOf(p);
  arena.reset();
  for (const use of [() => p.x, () => { p.x = 1; }, () => InArena.bytesOf(p), () => array.at(3)]) {
    throws('ended', use, TypeError, 'Point');
  }
  check('bytes too', bytes.length, 0);
  check('ordinary ones live', ordinary.x, 3);
  check('figures', InArena.stats(), { live: 0, slabs: 0, bytes: 0 });
  const next = new InArena();
  check('again', [next.x, next.tag], [0, 0]);
  throws('an old one', () => p.x, TypeError, 'reset');
  arena.dispose();
  throws('disposed', () => next.x, TypeError, 'Point');
  throws('disposed', () => { next.x = 5; }, TypeError, 'Point');
  throws('disposed', () => new InArena(), TypeError, 'points', 'disposed');
  check('a subclass', (() => {
    class Mine extends Point.in(Arena.transient) { get double() { return this.x * 2; } }
    const mine = new Mine({ x: 4 });
    return [mine.double, mine instanceof Mine, mine instanceof Point];
  })(), [8, true, true]);
  const dirty = new Arena({ zero: false });
  dirty.alloc(60_000).fill(255);
  dirty.reset();
  const InDirty = Point.in(dirty);
  check('zero all the same', Array.from({ length: 2000 }, () => new InDirty()).every((one) => one.x === 0 && one.tag === 0),
        true);
  const small = new Arena({ limit: 1000 });
  const InSmall = Point.in(small);
  const error = throws('its limit', () => { for (;;) new InSmall(); }, RangeError);
  check('code', [error.code, error.limit], ['ERR_MEMORY_LIMIT', 'arena']);
  for (const bad of [undefined, null, 5, {}, Arena]) throws('no arena', () => Point.in(bad), TypeError, 'arena');
  throws('without new', () => Point.in(small)(), TypeError);
  check('in a scope', small.scope((scope) => { small.reset; return new (Point.in(new Arena()))({ x: 2 }).x; }), 2);
}

// ------------------------------------------------------------- declarations
for (const [fields, type, ...words] of [
  [undefined, TypeError, 'fields', 'undefined'], [5, TypeError, 'fields', '5'], [{}, TypeError, 'field'],
  [{ a: 'f16' }, TypeError, 'fields.a', "'f16'"], [{ a: 5 }, TypeError, 'fields.a', '5'],
  [{ a: 'toString' }, TypeError, "'toString'"], [{ a: ['__proto__', 1] }, TypeError, "'__proto__'"],
  [{ a: ['f32'] }, TypeError, 'fields.a'], [{ a: ['f32', 1, 2] }, TypeError, 'fields.a'],
  [{ a: ['x', 1] }, TypeError, 'fields.a[0]', "'x'"], [{ a: ['f32', '4'] }, TypeError, 'fields.a[1]', "'4'"],
  [{ a: ['f32', 0] }, RangeError, 'fields.a[1]', '0'], [{ a: ['f32', -1] }, RangeError, '-1'],
  [{ a: ['f32', 1.5] }, RangeError, '1.5'], [{ a: ['f32', 2 ** 31] }, RangeError, '2147483648'],
  [{ a: ['f32', NaN] }, RangeError, 'NaN'],
  [{ a: ['u8', 2 ** 20], b: 'u8' }, RangeError, "'b'"],
  [{ constructor: 'f64' }, TypeError, "'constructor'"], [{ ['__proto__']: 'f64' }, TypeError, "'__proto__'"],
  [{ 'a b': 'f64' }, TypeError, "'a b'"], [{ 0: 'f64' }, TypeError, "'0'"], [{ '': 'f64' }, TypeError, "''"],
  [{ '"]; quit(1); //': 'u8' }, TypeError, 'identifier'], [{ 'a\u2028': 'u8' }, TypeError, 'identifier'],
  [Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`f${i}`, 'u8'])), RangeError, '1025'],
]) {
  throws(`fields ${JSON.stringify(fields)}`, () => heap.struct('Bad', fields), type, ...words);
}
for (const name of [undefined, 5, null, '']) throws('name', () => heap.struct(name, { a: 'u8' }), TypeError, 'name');
check('any name', new (heap.struct('*/ quit(1) `${quit(2)}`\n', { a: 'u8' }))({ a: 5 }).a, 5);
{
  const many = heap.struct('Many', Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`, 'u16'])));
  check('many fields', new many({ f1023: 7 }).f1023, 7);
  const big = heap.struct('Big', { a: ['f64', 2 ** 17] });
  const one = new big();
  one.a[2 ** 17 - 1] = 5;
  check('a big record', [big.size, one.a[2 ** 17 - 1], big.stats()], [2 ** 20, 5, { live: 1, slabs: 1, bytes: 2 ** 20 }]);
}
