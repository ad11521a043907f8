// The global `BitSet`: a native class (host/globals/native/bit_set.h) whose
// single bits are read and written here, in its own memory, where compiled
// code needs no call. What isn't quite simple goes to the native method, which
// also has all the checks and errors.
(function (natives) {
  'use strict';

  const {
    Int32Array, IteratorPrototype, MathClz32, ObjectDefineProperty, ObjectSetPrototypeOf,
    SymbolIterator, SymbolToStringTag, TypeError, uncurryThis,
  } = natives.requireInternal('primordials');
  const { BitSet: Native, words: wordsOf, demand } = natives.bitSetNatives();

  // In place of the words of a set without memory.
  const kNone = new Int32Array(0);
  const nativeOr = uncurryThis(Native.prototype.or);

  class BitSet extends Native {
    // The set's memory in words of 32 bits; empty once the set has another.
    #words = kNone;
    // Bits of the set from 0 on that surely are its own.
    #size = 0;

    constructor(bits = undefined) {
      super(bits);
      this.#refresh();
    }

    #refresh() {
      this.#size = super.size;
      if (this.#words.length === 0) this.#words = wordsOf(this) ?? kNone;
    }

    get(index) {
      if (#words in this && typeof index === 'number' && index >>> 0 === index) {
        const words = this.#words;
        const word = index >>> 5;
        if (word < words.length) return (words[word] >>> index & 1) !== 0;
      }
      return super.get(index);
    }

    set(index, value = true) {
      if (#words in this && typeof index === 'number' && index >>> 0 === index &&
          index < this.#size) {
        const words = this.#words;
        const word = index >>> 5;
        if (word < words.length) {
          if (value) words[word] |= 1 << index;
          else words[word] &= ~(1 << index);
          return this;
        }
      }
      super.set(index, value);
      this.#refresh();
      return this;
    }

    flip(index) {
      if (#words in this && typeof index === 'number' && index >>> 0 === index &&
          index < this.#size) {
        const words = this.#words;
        const word = index >>> 5;
        if (word < words.length) {
          words[word] ^= 1 << index;
          return this;
        }
      }
      super.flip(index);
      this.#refresh();
      return this;
    }

    nextSet(from = 0) {
      if (#words in this && typeof from === 'number' && from >>> 0 === from) {
        const words = this.#words;
        const word = from >>> 5;
        if (word < words.length) {
          const rest = words[word] & -1 << from;
          if (rest !== 0) return (from & ~31) + 31 - MathClz32(rest & -rest);
        }
      }
      return super.nextSet(from);
    }

    clone() {
      return nativeOr(new BitSet(super.size), this);
    }

    [SymbolIterator]() {
      demand(this, 'BitSet[Symbol.iterator]');
      return new BitSetIterator(this);
    }
  }

  const nextSet = uncurryThis(BitSet.prototype.nextSet);

  // The bits set, in order, as they are when the walk comes by.
  class BitSetIterator {
    #set;
    #from = 0;

    constructor(set) {
      this.#set = set;
    }

    next() {
      if (!(#set in this)) {
        throw new TypeError('BitSet Iterator.next: the receiver must be a BitSet Iterator');
      }
      const bit = this.#set === undefined ? -1 : nextSet(this.#set, this.#from);
      if (bit < 0) {
        this.#set = undefined;  // It has ended for good.
        return { value: undefined, done: true };
      }
      this.#from = bit + 1;
      return { value: bit, done: false };
    }
  }

  ObjectSetPrototypeOf(BitSetIterator.prototype, IteratorPrototype);
  ObjectDefineProperty(BitSetIterator.prototype, SymbolToStringTag,
                       { __proto__: null, value: 'BitSet Iterator', configurable: true });
  delete BitSetIterator.prototype.constructor;

  return BitSet;
})
