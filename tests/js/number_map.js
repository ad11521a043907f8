// flags: --expose-gc
// NumberMap does what Map does with numbers, all but the order.

load('lib/check.js');
load('lib/random.js');
load('lib/throws_exactly.js');
const random = randomFrom(1);
const sorted = (entries) => [...entries].sort((a, b) => a[0] - b[0] || (a[0] < b[0] ? -1 : 0));
const compare = (what, map, model) => {
  check(`${what}: size`, map.size, model.size);
  for (const [key, value] of model) {
    if (!Object.is(map.get(key), value)) {
      throw new Error(`${what}: ${key} is ${map.get(key)}, not ${value}`);
    }
  }
  let count = 0;
  for (const [key, value] of map) {
    count++;
    if (!Object.is(model.get(key), value) || Object.is(key, -0)) {
      throw new Error(`${what}: the walk says ${key}: ${value}`);
    }
  }
  check(`${what}: walked`, count, model.size);
};

// Random operations, with keys and values of every kind.
const odd = [0, -0, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 32, 2 ** 53,
             Number.MIN_VALUE, Number.MAX_VALUE, 0.5, -1];
const kinds = {
  integers: [() => random(3000) - 1500, () => random(2 ** 32) | 0],
  'spread integers': [() => Math.imul(random(3000), 0x9e3779b1), () => random(2 ** 32) | 0],
  'double values': [() => random(3000), () => random(1000) / 4],
  doubles: [() => random(3000) / 8, () => random(1000) / 4],
  anything: [() => random(4) === 0 ? odd[random(odd.length)] : random(500),
             () => random(4) === 0 ? odd[random(odd.length)] : random(500)],
};
for (const [kind, [key, value]] of Object.entries(kinds)) {
  const map = new NumberMap();
  const model = new Map();
  for (let step = 0; step < 60000; step++) {
    // Grows, then shrinks, by turns.
    const adds = (step / 10000 & 1) === 0 ? 6 : 2;
    const k = key();
    switch (random(9)) {
      case 0: check(`${kind}: has ${k}`, map.has(k), model.has(k)); break;
      case 1: if (!Object.is(map.get(k), model.get(k))) throw new Error(`${kind}: get ${k}`); break;
      default:
        if (random(8) < adds) {
          const v = value();
          check(`${kind}: set`, map.set(k, v) === map, true);
          model.set(k, v);
        } else {
          check(`${kind}: delete ${k}`, map.delete(k), model.delete(k));
        }
    }
    if (step % 10000 === 9999) compare(kind, map, model);
    if (step === 55000) {
      map.clear();
      model.clear();
      check('clear', [map.size, map.has(k), map.keys().next().done], [0, false, true]);
    }
  }
  for (const k of [...model.keys()]) check('delete all', map.delete(k), true);
  check('emptied', [map.size, [...map]], [0, []]);
}

// From integers to doubles with much in it, and keys that hash alike.
{
  const map = new NumberMap();
  const model = new Map();
  const set = (k, v) => { map.set(k, v); model.set(k, v); };
  for (let i = 0; i < 50000; i++) set(i * 65536 | 0, i);
  compare('integers', map, model);
  set(7, 0.5);
  compare('double values', map, model);
  set(0.5, 7);
  compare('doubles', map, model);
  for (let i = 0; i < 50000; i++) set(i * 2 ** 40, -i);
  compare('large keys', map, model);
}

// Every hash there is for integers: none is taken for an empty slot.
{
  const unmix = (x) => {  // the inverse of the table's own mixing
    const inverse = (f) => { let i = f; for (let n = 0; n < 5; n++) i = Math.imul(i, 2 - Math.imul(f, i)); return i; };
    x ^= x >>> 15 ^ x >>> 30;
    x = Math.imul(x, inverse(0x735a2d97));
    x ^= x >>> 15 ^ x >>> 30;
    x = Math.imul(x, inverse(0x21f0aaad));
    return x ^ x >>> 16;
  };
  for (const edge of [0x7fffffff, -0x80000000]) {
    const map = new NumberMap();
    const model = new Map();
    // Neighbours in the table, all of them at its end: the tail grows.
    for (let i = 0; i < 3000; i++) {
      const key = unmix(edge > 0 ? edge - i : edge + i);
      check(`absent, hash ${edge} ${i}`, [map.has(key), map.get(key)], [false, undefined]);
      map.set(key, i);
      model.set(key, i);
    }
    compare('neighbours', map, model);
    for (let i = 0; i < 3000; i += 2) map.delete(unmix(edge > 0 ? edge - i : edge + i));
    check('half deleted', [map.size, map.has(unmix(edge > 0 ? edge - 1 : edge + 1))], [1500, true]);
  }
}

// Construction and iteration.
check('entries', sorted(new NumberMap([[1, 2], [3, 4], [1, 5]])), [[1, 5], [3, 4]]);
check('from a Map', sorted(new NumberMap(new Map([[1, 2]]))), [[1, 2]]);
check('none', [new NumberMap(null).size, new NumberMap(undefined).size], [0, 0]);
{
  const map = new NumberMap([[1, 10], [2, 20]]);
  check('keys', [...map.keys()].sort(), [1, 2]);
  check('values', [...map.values()].sort(), [10, 20]);
  check('tags', [String(map), String(map.keys())],
        ['[object NumberMap]', '[object NumberMap Iterator]']);
  check('helpers', map.keys().map((k) => k * 2).toArray().sort(), [2, 4]);
  const walk = map.keys();
  walk.next(); walk.next(); walk.next();
  map.set(3, 30);
  check('a walk that ended stays so', walk.next(), { value: undefined, done: true });
}

// Each entry that is there all along comes once, whatever happens on the way.
for (const [what, change] of [
  ['nothing', () => {}],
  ['growing', (map, n) => { for (let i = 0; i < 40; i++) map.set(100000 + n * 40 + i, 0); }],
  ['double values', (map, n) => map.set(200000 + n, 0.5)],
  ['double keys, early', (map, n) => { if (n === 3) map.set(0.5, 0); }],
  ['double keys, late', (map, n) => { if (n === 1500) map.set(0.5, 0).set(1.5, 0); }],
  ['deleting others', (map, n) => { for (let i = 0; i < 4; i++) map.delete(-1 - n * 4 - i); }],
  ['deleting itself', (map, n, key) => { map.delete(key); }],
]) {
  const map = new NumberMap();
  for (let i = 0; i < 2000; i++) map.set(i, i).set(-1 - i, 0);
  const seen = new Map();
  let n = 0;
  for (const [key, value] of map) {
    if (key >= 0 && key < 2000 && Number.isInteger(key)) {
      check(`${what}: ${key} once`, [seen.has(key), value], [false, key]);
      seen.set(key, value);
    }
    if (n < 3000) change(map, n++, key);
  }
  check(`${what}: all seen`, seen.size, 2000);
}
{
  const map = new NumberMap([[1, 1], [2, 2], [3, 3]]);
  const seen = [];
  for (const key of map.keys()) { seen.push(key); map.clear(); }
  check('cleared on the way', seen.length, 1);
}

// Errors.
const map = new NumberMap([[1, 1]]);
for (const method of ['get', 'has', 'delete']) {
  throwsExactly(method, () => map[method]('1'), TypeError, "key must be a number, got '1'");
  throwsExactly(method, () => NumberMap.prototype[method].call(new Map(), 1), TypeError,
         `NumberMap.${method}: the receiver must be a NumberMap, got an object of class Map`);
}
for (const method of ['keys', 'values', 'entries', 'clear']) {
  throwsExactly(method, () => NumberMap.prototype[method].call({}), TypeError,
         `NumberMap.${method}: the receiver must be a NumberMap, got an object of class Object`);
}
throwsExactly('set', () => map.set(1n, 1), TypeError, 'key must be a number, got 1');
throwsExactly('set', () => map.set(1), TypeError, 'value must be a number, got undefined');
throwsExactly('set', () => NumberMap.prototype.set.call(new BitSet(), 1, 1), TypeError,
       'NumberMap.set: the receiver must be a NumberMap, got an object of class BitSet');
throwsExactly('entries', () => new NumberMap([1]), TypeError,
       'entries must be pairs [key, value], got number');
check('unchanged', [...map], [[1, 1]]);
const walk = map.keys();
map[Symbol.dispose]();
map[Symbol.dispose]();
for (const [method, ...args] of [['get', 1], ['has', 1], ['set', 1, 1], ['delete', 1], ['clear'],
                                 ['keys'], ['values'], ['entries']]) {
  throwsExactly(`${method} after dispose`, () => map[method](...args), TypeError,
         `NumberMap.${method}: this NumberMap was disposed; make a new one`);
}
throwsExactly('size', () => map.size, TypeError,
       'NumberMap.size: this NumberMap was disposed; make a new one');
throwsExactly('walk', () => walk.next(), TypeError,
       'NumberMap Iterator.next: this NumberMap was disposed; make a new one');

// A script that patches what it can reaches nothing of it.
{
  const saved = [Math.imul, Object.is, Int32Array.prototype.set];
  Math.imul = Object.is = () => 1;
  const patched = new NumberMap();
  patched.set(5, 6).set(5.5, 7);
  const got = [patched.get(5), patched.get(5.5), patched.size];
  [Math.imul, Object.is] = saved;
  check('patched', got, [6, 7, 2]);
}

// A subclass.
class Counts extends NumberMap {
  add(key) { return this.set(key, (this.get(key) ?? 0) + 1); }
}
check('subclass', [...new Counts().add(4).add(4)], [[4, 2]]);
