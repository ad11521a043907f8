// The global `NumberMap`: a native class (host/globals/native/number_map.h).
// Lookups, changes and most insertions happen here, in its own memory, where
// compiled code needs no call: number_table.h says how the table lies there.
// All else goes to the native methods, which also have all checks and errors.
(function (natives) {
  'use strict';

  const {
    ArrayBuffer, Float64Array, Int32Array, IteratorPrototype, MathImul, MathMin,
    ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ObjectIs, ObjectSetPrototypeOf,
    SymbolIterator, SymbolToStringTag, TypeError, uncurryThis,
  } = natives.requireInternal('primordials');
  const {
    NumberMap: Native, words: wordsOf, layout: layoutOf, entries: copyEntries, demand,
    saltLow, saltHigh,
  } = natives.numberMapNatives();

  const sizeOf = uncurryThis(ObjectGetOwnPropertyDescriptor(Native.prototype, 'size').get);

  const kNone = new Int32Array(0);
  // Words a slot:
  const kIntegers = 2;  // hash, value
  const kMixed = 3;     // hash, value's low and high word
  const kDoubles = 4;   // hash's low and high word, value's
  const kEmpty = 0x7fffffff;     // A hash (its high word) of no key.
  const kEmptyLow = -1;
  const kElsewhere = -(2 ** 31);  // No place in this table, see the finders.

  const double = new ArrayBuffer(8);
  const asDouble = new Float64Array(double);
  const asWords = new Int32Array(double);

  function fromWords(low, high) {
    asWords[0] = low;
    asWords[1] = high;
    return asDouble[0];
  }

  // Mix32::Mix.
  function mix(x) {
    x = MathImul(x ^ x >>> 16, 0x21f0aaad);
    x = MathImul(x ^ x >>> 15, 0x735a2d97);
    return x ^ x >>> 15;
  }

  // DoubleKeys::Encode into asWords; not for NaN, which has many forms.
  function encodeDouble(key) {
    asDouble[0] = key + 0;  // -0 becomes 0
    const high = asWords[1];
    const low = asWords[0] ^ mix(high);
    asWords[0] = low ^ saltLow;
    asWords[1] = high ^ mix(low) ^ saltHigh;
  }

  // The finders give a key's index in the table; ~i when it isn't there and
  // belongs at i; kElsewhere when the table can't hold it.
  function findInteger(table, ratio, slot, key) {
    if ((key | 0) !== key) return kElsewhere;
    const hash = mix(key);
    if (hash === kEmpty) return kElsewhere;
    let i = MathImul((hash + 2147483648) * ratio, slot);
    while (table[i] < hash) i += slot;
    return table[i] === hash ? i : ~i;
  }

  function findDouble(table, ratio, key) {
    encodeDouble(key);
    const low = asWords[0];
    const high = asWords[1];
    let i = ((high + 2147483648) * ratio | 0) << 2;
    while (table[i + 1] < high) i += kDoubles;
    while (table[i + 1] === high && table[i] >>> 0 < low >>> 0) i += kDoubles;
    return table[i + 1] === high && table[i] === low ? i : ~i;
  }

  // Makes room for a key that belongs at `at`; false when there is none.
  function insert(table, slot, most, at, key) {
    const last = table.length - slot;
    const count = last + (slot >> 1);  // Where the value begins.
    if (table[count] >= most) return false;
    // Nothing is called from the first change on: a call may throw.
    let low;
    let high;
    if (slot === kDoubles) {
      encodeDouble(key);
      low = asWords[0];
      high = asWords[1];
    } else {
      low = mix(key);
    }
    let end = at;
    if (slot === kDoubles) {
      while (table[end + 1] !== kEmpty || table[end] !== kEmptyLow) end += kDoubles;
    } else {
      while (table[end] !== kEmpty) end += slot;
    }
    if (end >= last) return false;
    for (let to = end + slot - 1, from = end - 1; from >= at; to--, from--) {
      table[to] = table[from];
    }
    table[at] = low;
    if (slot === kDoubles) table[at + 1] = high;
    table[count]++;
    return true;
  }

  // Walks of a map: each entry that is there from beginning to end comes once,
  // whatever is added, changed or deleted on the way. Entries are fetched some
  // at a time, and again after a change.
  const kKeys = 0;
  const kValues = 1;
  const kEntries = 2;
  // See NumberMap::State; entries follow.
  const kStarted = 0;
  const kLast = 1;
  const kStateSize = 5;
  const kMostFetched = 128;

  class NumberMapIterator {
    #map;
    #what;
    #state;
    #next = 0;
    #end = 0;
    #changes = 0;

    constructor(map, what) {
      this.#map = map;
      this.#what = what;
      this.#state = new Float64Array(kStateSize + 2 * MathMin(sizeOf(map) + 1, kMostFetched));
    }

    #fetch() {
      demand(this.#map, 'NumberMap Iterator.next');
      this.#changes = changesOf(this.#map);
      this.#next = kStateSize;
      this.#end = kStateSize + 2 * copyEntries(this.#map, this.#state);
    }

    next() {
      if (!(#map in this)) {
        throw new TypeError('NumberMap Iterator.next: the receiver must be a NumberMap Iterator');
      }
      if (this.#map === undefined) return { value: undefined, done: true };
      if (this.#next >= this.#end || this.#changes !== changesOf(this.#map)) {
        this.#fetch();
        if (this.#next >= this.#end) {
          this.#map = undefined;  // It has ended for good.
          return { value: undefined, done: true };
        }
      }
      const state = this.#state;
      const key = state[this.#next];
      const value = state[this.#next + 1];
      this.#next += 2;
      state[kStarted] = 1;
      state[kLast] = key;
      const what = this.#what;
      return { value: what === kKeys ? key : what === kValues ? value : [key, value],
               done: false };
    }
  }

  ObjectSetPrototypeOf(NumberMapIterator.prototype, IteratorPrototype);
  ObjectDefineProperty(NumberMapIterator.prototype, SymbolToStringTag,
                       { __proto__: null, value: 'NumberMap Iterator', configurable: true });
  delete NumberMapIterator.prototype.constructor;

  let changesOf;

  class NumberMap extends Native {
    // The map's memory; empty once it has another.
    #table = kNone;
    #slot = kIntegers;
    #ratio = 0;  // home slots by 2^32
    #most = 0;   // entries
    #changes = 0;

    static { changesOf = (map) => map.#changes; }

    constructor(entries = undefined) {
      super();
      if (entries === undefined || entries === null) return;
      for (const entry of entries) {
        if (entry === null || (typeof entry !== 'object' && typeof entry !== 'function')) {
          throw new TypeError(`entries must be pairs [key, value], got ${typeof entry}`);
        }
        set(this, entry[0], entry[1]);
      }
    }

    // After what may have moved the table.
    #changed() {
      this.#changes++;
      if (this.#table.length !== 0) return;
      const table = wordsOf(this);
      if (table === undefined || table.length > kEmpty) return;
      const { 0: capacity, 1: most, 2: slot } = layoutOf(this);
      this.#table = table;
      this.#slot = slot;
      this.#ratio = capacity / 4294967296;
      this.#most = most;
    }

    get(key) {
      if (#table in this && typeof key === 'number' && key === key) {
        const table = this.#table;
        const slot = this.#slot;
        if (table.length !== 0) {
          if (slot === kDoubles) {
            const i = findDouble(table, this.#ratio, key);
            return i < 0 ? undefined : fromWords(table[i + 2], table[i + 3]);
          }
          // Apart from the others, so that the integer never becomes a double.
          if (slot === kIntegers) {
            const i = findInteger(table, this.#ratio, kIntegers, key);
            return i < 0 ? undefined : table[i + 1];
          }
          const i = findInteger(table, this.#ratio, kMixed, key);
          return i < 0 ? undefined : fromWords(table[i + 1], table[i + 2]);
        }
      }
      return super.get(key);
    }

    has(key) {
      if (#table in this && typeof key === 'number' && key === key) {
        const table = this.#table;
        const slot = this.#slot;
        if (table.length !== 0) {
          return (slot === kDoubles ? findDouble(table, this.#ratio, key)
            : findInteger(table, this.#ratio, slot, key)) >= 0;
        }
      }
      return super.has(key);
    }

    set(key, value) {
      if (#table in this && typeof key === 'number' && key === key && typeof value === 'number') {
        const table = this.#table;
        const slot = this.#slot;
        if (table.length !== 0 &&
            (slot !== kIntegers || ((value | 0) === value && !ObjectIs(value, -0)))) {
          let i = slot === kDoubles ? findDouble(table, this.#ratio, key)
            : findInteger(table, this.#ratio, slot, key);
          if (i < 0 && i !== kElsewhere && insert(table, slot, this.#most, ~i, key)) i = ~i;
          if (i >= 0) {
            if (slot === kIntegers) {
              table[i + 1] = value;
            } else {
              const at = i + (slot >> 1);
              asDouble[0] = value;
              table[at] = asWords[0];
              table[at + 1] = asWords[1];
            }
            this.#changes++;
            return this;
          }
        }
      }
      super.set(key, value);
      this.#changed();
      return this;
    }

    delete(key) {
      const deleted = super.delete(key);
      this.#changed();
      return deleted;
    }

    clear() {
      super.clear();
      this.#changed();
    }

    keys() {
      demand(this, 'NumberMap.keys');
      return new NumberMapIterator(this, kKeys);
    }

    values() {
      demand(this, 'NumberMap.values');
      return new NumberMapIterator(this, kValues);
    }

    entries() {
      demand(this, 'NumberMap.entries');
      return new NumberMapIterator(this, kEntries);
    }
  }

  const set = uncurryThis(NumberMap.prototype.set);
  ObjectDefineProperty(NumberMap.prototype, SymbolIterator, {
    __proto__: null, value: NumberMap.prototype.entries, writable: true, configurable: true,
  });
  return NumberMap;
})
