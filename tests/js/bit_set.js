// BitSet against a Set of indices.

load('lib/check.js');
load('lib/random.js');
load('lib/throws_exactly.js');
const random = randomFrom(7);
const bitsOf = (model) => [...model].sort((a, b) => a - b);
const compare = (what, bits, model, size) => {
  check(`${what}: size`, bits.size, size);
  check(`${what}: count`, bits.count(), model.size);
  check(`${what}: bits`, [...bits], bitsOf(model));
};

check('empty', [new BitSet().size, new BitSet().count(), [...new BitSet()]], [0, 0, []]);
for (const size of [0, 1, 31, 32, 33, 63, 64, 65, 1000]) {
  check(`${size} bits`, [new BitSet(size).size, new BitSet(size).count()], [size, 0]);
}

// Random operations on sets of other sizes.
for (let round = 0; round < 200; round++) {
  const sets = [0, 1].map(() => {
    const size = random(300);
    const bits = new BitSet(size);
    return { bits, model: new Set(), size };
  });
  for (let step = 0; step < 200; step++) {
    const set = sets[random(2)];
    const other = sets[random(2)];
    const i = random(400);
    const grow = () => { set.size = Math.max(set.size, i + 1); };
    switch (random(12)) {
      case 0: case 1: case 2: case 3:
        check('chained', set.bits.set(i) === set.bits, true);
        set.model.add(i);
        grow();
        break;
      case 4: set.bits.set(i, false); set.model.delete(i); break;
      case 5:
        set.bits.flip(i);
        if (!set.model.delete(i)) set.model.add(i);
        grow();
        break;
      case 6: check(`get ${i}`, set.bits.get(i), set.model.has(i)); break;
      case 7:
        check(`nextSet ${i}`, set.bits.nextSet(i), bitsOf(set.model).find((bit) => bit >= i) ?? -1);
        break;
      case 8:
        set.bits.and(other.bits);
        set.model = new Set([...set.model].filter((bit) => other.model.has(bit)));
        break;
      case 9:
        set.bits.or(other.bits);
        set.model = new Set([...set.model, ...other.model]);
        set.size = Math.max(set.size, other.size);
        break;
      case 10: {
        set.bits.xor(other.bits);
        const theirs = new Set(other.model);
        set.model = set.model.symmetricDifference(theirs);
        set.size = Math.max(set.size, other.size);
        break;
      }
      case 11:
        set.bits.andNot(other.bits);
        set.model = set.model.difference(new Set(other.model));
        break;
    }
  }
  for (const { bits, model, size } of sets) {
    compare(`round ${round}`, bits, model, size);
    const copy = bits.clone();
    bits.clear();
    compare('cleared', bits, new Set(), size);
    compare('clone', copy, model, size);
  }
}

// Set by an operation of another's, then bit by bit: no stale memory is used.
{
  const small = new BitSet(10).set(3);
  const large = new BitSet(5000).set(4000);
  small.or(large);
  small.set(4999).set(3, false);
  compare('grown by or', small, new Set([4000, 4999]), 5000);
}
// Far out.
{
  const bits = new BitSet();
  bits.set(2 ** 33);
  check('beyond 32 bits', [bits.get(2 ** 33), bits.get(0), bits.count(), bits.size, [...bits]],
        [true, false, 1, 2 ** 33 + 1, [2 ** 33]]);
  bits.set(2 ** 33, false);
  check('and back', bits.count(), 0);
  bits[Symbol.dispose]();
}
// As it is when the walk comes by.
{
  const bits = new BitSet(10).set(1).set(5).set(9);
  const seen = [];
  for (const bit of bits) {
    seen.push(bit);
    if (bit === 1) bits.set(5, false).set(200);
  }
  check('changed on the way', seen, [1, 9, 200]);
}

// Errors.
const bits = new BitSet(8).set(1);
for (const method of ['get', 'set', 'flip']) {
  throwsExactly(method, () => bits[method](-1), RangeError,
         'index must be an integer from 0 to 137438953471, got -1');
  throwsExactly(method, () => bits[method](0.5), RangeError,
         'index must be an integer from 0 to 137438953471, got 0.5');
  throwsExactly(method, () => bits[method]('1'), TypeError, "index must be a number, got '1'");
  throwsExactly(method, () => bits[method](2 ** 37), RangeError,
         'index must be an integer from 0 to 137438953471, got 137438953472');
  throwsExactly(method, () => BitSet.prototype[method].call(new NumberMap(), 1), TypeError,
         `BitSet.${method}: the receiver must be a BitSet, got an object of class NumberMap`);
}
throwsExactly('nextSet', () => bits.nextSet(NaN), RangeError,
       'from must be an integer from 0 to 137438953472, got NaN');
throwsExactly('bits', () => new BitSet(-1), RangeError,
       'bits must be an integer from 0 to 137438953472, got -1');
throwsExactly('bits', () => new BitSet('8'), TypeError, "bits must be a number, got '8'");
throwsExactly('no new', () => Object.getPrototypeOf(BitSet)(8), TypeError,
       'BitSet is a class: write new BitSet(…)');
for (const method of ['and', 'or', 'xor', 'andNot']) {
  throwsExactly(method, () => bits[method](new Set()), TypeError,
         'other must be a BitSet in use, got an object of class Set');
}
check('unchanged', [...bits], [1]);
const disposed = new BitSet(8);
const walk = bits[Symbol.iterator]();
{
  using gone = bits;
  gone.set(2);
}
for (const [method, ...args] of [['get', 1], ['set', 1], ['flip', 1], ['count'], ['nextSet'],
                                 ['and', disposed], ['or', disposed], ['clear']]) {
  throwsExactly(`${method} after dispose`, () => bits[method](...args), TypeError,
         `BitSet.${method}: this BitSet was disposed; make a new one`);
}
throwsExactly('walk', () => walk.next(), TypeError,
       'BitSet.nextSet: this BitSet was disposed; make a new one');
throwsExactly('or a disposed one', () => disposed.or(bits), TypeError,
       'other must be a BitSet in use, got an object of class BitSet');
// Its argument may dispose the receiver while it is read.
throwsExactly('disposed on the way', () => {
  const victim = new BitSet(100);
  victim.nextSet({ valueOf() { victim[Symbol.dispose](); return 1; } });
}, TypeError, 'from must be a number, got an object of class Object');

for (const name of ['BitSet', 'NumberMap']) {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(globalThis, name);
  check(name, [typeof value, flags],
        ['function', { writable: true, enumerable: false, configurable: true }]);
}

// An index is looked at, never converted.
{
  const set = new BitSet(100);
  const index = { valueOf() { set[Symbol.dispose](); return 1; } };
  for (const method of ['get', 'set', 'flip', 'nextSet']) {
    for (const bad of [index, 1n, Symbol('s'), '1', null]) {
      let error;
      try { set[method](bad); } catch (e) { error = e; }
      check(`${method} names it`, [error instanceof TypeError, /(index|from) must be a number/.test(error.message)],
            [true, true]);
    }
  }
  check('still there', set.size, 100);
}
