// The text of a record type's class; see struct.js for what it stands for.
//
// Nothing in it comes from a script but fields' names, as string literals, and
// it refers to nothing but its parameters.
(function (natives) {
  'use strict';

  const { JSONStringify } = natives.requireInternal('primordials');

  // The typed array that a field lies in, by struct.js's name for it.
  const viewOf = (scalar) => (scalar === 'bool' ? 'u8' : scalar);
  const kBytes = {
    __proto__: null,
    i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, f32: 4, i64: 8, u64: 8, f64: 8,
  };

  // What zeroes records and tells whether they live: one element is one place.
  const wordsOf = (alignment) =>
    (alignment === 8 ? 'f64' : alignment === 4 ? 'u32' : alignment === 2 ? 'u16' : 'u8');

  // Runs whatever a script has hidden in a value, before a place is looked up.
  function convert(scalar, value) {
    switch (scalar) {
      case 'bool': return `${value} ? 1 : 0`;
      case 'i64': return `BigIntAsIntN(64, ${value})`;
      case 'u64': return `BigIntAsUintN(64, ${value})`;
      default: return `+${value}`;
    }
  }

  return function generate(type, fields) {
    const words = wordsOf(type.alignment);
    const places = type.stride;

    // The index of a field's first element, of the record at `at`.
    function index(field, at) {
      const bytes = kBytes[viewOf(field.type)];
      const scale = type.alignment / bytes;
      const first = field.offset / bytes;
      return (scale === 1 ? at : `${at} * ${scale}`) + (first === 0 ? '' : ` + ${first}`);
    }

    function scalarMembers(field) {
      const name = JSONStringify(field.name);
      const view = `slab.${viewOf(field.type)}`;
      return `
  get ${name}() {
    const slab = this.#slab, value = ${view}[${index(field, 'this.#at')}];
    if (value === undefined) throw goneError(type, slab);
    return value${field.type === 'bool' ? ' !== 0' : ''};
  }
  set ${name}(value) {
    value = ${convert(field.type, 'value')};
    const slab = this.#slab, view = ${view}, i = ${index(field, 'this.#at')};
    if (view[i] === undefined) throw goneError(type, slab);
    view[i] = value;
  }`;
    }

    // Statements that store the array `source` in the record at `at`.
    const storeArray = (field, source, slab, at, check) => {
      const view = viewOf(field.type);
      return `const values = new ${view}(${field.count});
      const count = readElements(values, ${field.count}, ${field.type === 'bool'},
                                 ${JSONStringify(field.name)}, ${source});
      ${check}
      const view = ${slab}.${view}, start = ${index(field, at)};
      for (let i = 0; i < count; i++) view[start + i] = values[i];`;
    };

    function arrayMembers(field, number) {
      const name = JSONStringify(field.name);
      return `
  get ${name}() {
    const slab = this.#slab;
    if (slab.words[this.#at] === undefined) throw goneError(type, slab);
    const shown = this.#shown${number};
    if (shown !== undefined) return shown;
    return this.#shown${number} = new ${viewOf(field.type)}(
      slab.buffer, slab.offset + this.#at * ${type.alignment} + ${field.offset}, ${field.count});
  }
  set ${name}(source) {
      ${storeArray(field, 'source', 'slab', 'this.#at', `const slab = this.#slab;
      if (slab.words[this.#at] === undefined) throw goneError(type, slab);`)}
  }`;
    }

    // A case of what the constructor does with `init`. Nobody else has the
    // record yet.
    function initCase(field) {
      const name = JSONStringify(field.name);
      const source = `init[${name}]`;
      if (field.count !== 0) {
        return `
          case ${name}: {
      ${storeArray(field, source, 'record.#slab', 'record.#at', '')}
            break;
          }`;
      }
      return `
          case ${name}: {
            const value = ${convert(field.type, source)};
            record.#slab.${viewOf(field.type)}[${index(field, 'record.#at')}] = value;
            break;
          }`;
    }

    const needed = { __proto__: null, [words]: true };
    let members = '', cases = '', shownFields = '', forget = '', views = '';
    let arrays = 0;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      needed[viewOf(field.type)] = true;
      cases += initCase(field);
      if (field.count === 0) {
        members += scalarMembers(field);
      } else {
        members += arrayMembers(field, arrays);
        shownFields += ` #shown${arrays};`;
        forget += `
    if (this.#shown${arrays} !== undefined) {
      this.#shown${arrays} = undefined;
      isShown = true;
    }`;
        arrays++;
      }
    }
    for (const view in needed) {
      if (view === words) continue;
      views += `
    ${view}: new ${view}(buffer, offset, count * ${type.size / kBytes[view]}),`;
    }

    // V8 shares what it learns among functions of one text: each type gets a
    // text of its own.
    const text = `'use strict';  // type ${type.id}
const kSecret = {};
const none = type.none = makeSlab(0, type.noBuffer, 0, 0);
type.current = none;
let assign;

class Record {
  #slab; #at;${shownFields}

  constructor(init, secret, place) {
    let slab, at;
    if (secret === kSecret) {
      slab = place;
      at = slab.next;
      slab.next = at + ${places};
    } else {
      slab = type.current;
      at = slab.next;
      if (at < slab.end) {
        slab.next = at + ${places};
      } else {
        slab = take(type);
        at = slab.taken;
      }
    }
    this.#slab = slab;
    this.#at = at;
    if (init !== undefined) assign(this, init);
  }
${members}

  [SymbolDispose]() {
    const slab = this.#slab;
    if (slab === none) return;
    this.#slab = none;
    let isShown = false;${forget}
    release(type, slab, this.#at, isShown);
  }

  static {
    assign = (record, init) => {
      try {
        if (!isObject(init)) throw initError(init);
        for (const key in init) switch (key) {${cases}
          default: {
            const error = unknownError(type, init, key);
            if (error !== null) throw error;
          }
        }
      } catch (error) {
        const slab = record.#slab;
        record.#slab = none;
        release(type, slab, record.#at, false);
        throw error;
      }
    };
    type.isRecord = (value) => #slab in value;
    type.slabOf = (record) => record.#slab;
    type.placeOf = (record) => record.#at;
  }
}

function makeSlab(kind, buffer, offset, count) {
  const words = new ${words}(buffer, offset, count * ${places});
  return {
    kind, buffer, offset, capacity: count, words, ${words}: words,${views}
    taken: 0,
    next: 0, end: 0,  // places never used begin and end
    freed: 0,         // records
    places: null, top: 0,  // a stack of free records
    shown: null,      // places that scripts have bytes of
    isOffered: false, previous: null,
  };
}

type.Record = Record;
type.makeSlab = makeSlab;
type.makeAt = (storage, i) => {
  storage.next = i * ${places};
  return new Record(undefined, kSecret, storage);
};
type.makeArenaType = (place, newArenaSlab, setPrototypeOf) => {
  const Type = function (init) {
    if (new.target === undefined) throw callError(type);
    const { prototype } = new.target;
    let slab = place.current;
    if (slab.words[0] === undefined || slab.next >= slab.end) slab = newArenaSlab(type, place);
    const record = new Record(init, kSecret, slab);
    if (new.target !== Type && isObject(prototype)) setPrototypeOf(record, prototype);
    return record;
  };
  return Type;
};
`;
    return {
      text,
      parameters: [
        'type', 'BigIntAsIntN', 'BigIntAsUintN', 'SymbolDispose', 'take', 'release', 'goneError',
        'readElements', 'isObject', 'initError', 'unknownError', 'callError',
        'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64',
      ],
    };
  };
})
