// heap.struct: record types with C layout.
//
// A record is a small object that refers to a slab and to its place in it. The
// slab holds typed arrays over one ArrayBuffer, in which records lie side by
// side. Each type is a class of its own, generated as text by struct_source.js,
// so that V8 sees a field as one load from one kind of typed array.
//
// A record's end costs its uses nothing. A freed record refers to the slab
// `none`, whose typed arrays are empty; an arena's reset and whoever detaches an
// array's buffer empties them as well. Reading beyond a typed array's end gives
// undefined, which the accessors look for, and compiled code checks the bounds
// anyway.
//
// Nothing is done for a record that is forgotten: a slab is an ordinary object,
// which dies with its last record (host/v8_memory/record_slabs.h). Until then its
// records count as live, forgotten or not. Freed places are used again, but for those of
// which a script got a typed array (bytesOf, array fields): that must never show
// another record.
(function (natives) {
  'use strict';

  const {
    ArrayBuffer, ArrayIsArray, BigInt64Array, BigIntAsIntN, BigIntAsUintN, BigUint64Array,
    Float32Array, Float64Array, Int16Array, Int32Array, Int8Array, NumberIsInteger,
    ObjectDefineProperty, ObjectFreeze, ObjectGetOwnPropertyDescriptor, ObjectHasOwn, ObjectKeys,
    ObjectPrototype, ObjectSetPrototypeOf, RangeError, ReflectApply, RegExpPrototypeExec, SafeSet,
    SymbolDispose, SymbolFor, TypeError, TypedArrayPrototypeFill, TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteOffset, TypedArrayPrototypeSet, Uint16Array, Uint32Array, Uint8Array,
  } = natives.requireInternal('primordials');
  const { checkLength, memoryError, outOfRange, show, wrongType } =
    natives.requireInternal('errors');
  const arenas = natives.requireInternal('arena');
  const generate = natives.requireInternal('struct_source');

  let native;  // C++'s functions

  const kMostFields = 1024;
  const kMostBytes = 1 << 20;  // of a record
  // Slabs double from the first to the last size; an arena's from so many
  // records.
  const kFirstSlabBytes = 1 << 10;
  const kLastSlabBytes = 16 << 10;
  const kFirstArenaRecords = 8;
  // A slab is used again when one of so many places is free.
  const kOfferedShare = 4;

  const kScalars = {
    __proto__: null,
    i8: 1, u8: 1, bool: 1, i16: 2, u16: 2, i32: 4, u32: 4, f32: 4, i64: 8, u64: 8, f64: 8,
  };
  const kScalarNames = "'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64' or 'bool'";
  const kIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

  const isObject = (value) =>
    value !== null && (typeof value === 'object' || typeof value === 'function');

  // ---------------------------------------------------------- declarations

  function readField(name, declared) {
    if (typeof declared === 'string') {
      if (kScalars[declared] === undefined) throw wrongType(`fields.${name}`, kScalarNames, declared);
      return { __proto__: null, name, type: declared, count: 0, offset: 0 };
    }
    if (!ArrayIsArray(declared) || declared.length !== 2) {
      throw wrongType(`fields.${name}`, "a type such as 'f64' or an array such as ['f32', 4]", declared);
    }
    const type = declared[0], count = declared[1];
    if (typeof type !== 'string' || kScalars[type] === undefined) {
      throw wrongType(`fields.${name}[0]`, kScalarNames, type);
    }
    if (typeof count !== 'number') throw wrongType(`fields.${name}[1]`, 'a number', count);
    if (!NumberIsInteger(count) || count < 1 || count * kScalars[type] > kMostBytes) {
      throw outOfRange(`fields.${name}[1]`,
                       `a whole number from 1 to ${kMostBytes / kScalars[type]}`, count);
    }
    return { __proto__: null, name, type, count, offset: 0 };
  }

  function readFields(fields) {
    if (!isObject(fields)) throw wrongType('fields', 'an object', fields);
    const names = ObjectKeys(fields);
    if (names.length === 0) throw new TypeError('fields must name at least one field, got none');
    if (names.length > kMostFields) {
      throw new RangeError(`fields must name at most ${kMostFields} fields, got ${names.length}`);
    }
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name === 'constructor' || name === '__proto__') {
        throw new TypeError(`fields: '${name}' can't be a field: every object has one already`);
      }
      if (RegExpPrototypeExec(kIdentifier, name) === null) {
        throw wrongType("a field's name", 'an identifier', name);
      }
      names[i] = readField(name, fields[name]);
    }
    return names;
  }

  // C's rules: each field aligned to its own size, the record to its largest.
  function layOut(fields) {
    let at = 0, alignment = 1;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      const size = kScalars[field.type];
      at = (at + size - 1) & -size;
      field.offset = at;
      at += size * (field.count === 0 ? 1 : field.count);
      if (at > kMostBytes) {
        throw new RangeError(`fields must take at most ${kMostBytes} bytes together, ` +
                             `got ${at} up to '${field.name}'`);
      }
      if (size > alignment) alignment = size;
    }
    return { __proto__: null, fields, alignment, size: (at + alignment - 1) & -alignment };
  }

  // ------------------------------------------------------------------ slabs

  const kNoBuffer = new ArrayBuffer(0);
  const kOwn = 0, kArena = 1, kArray = 2;  // a slab's `kind`

  function obstacleText(obstacle, bytes) {
    switch (obstacle) {
      case 'buffers':
        return `the limit of all buffers leaves no room for ${bytes} bytes; ` +
               'free some or raise --buffer-limit';
      case 'total':
        return `the limit of all memory leaves no room for ${bytes} bytes; ` +
               'free some or raise --memory-limit';
      default:
        return `the heap has no room for ${bytes} bytes`;
    }
  }

  function makeBuffer(type, make, bytes) {
    const buffer = make(bytes);
    if (typeof buffer !== 'string') return buffer;
    throw memoryError(buffer, bytes, `${type.name}: ${obstacleText(buffer, bytes)}`);
  }

  function newSlab(type) {
    const most = (type.slabBytes / type.size) >>> 0;
    const count = most > 0 ? most : 1;
    const buffer = makeBuffer(type, native.makeSlabBuffer, count * type.size);
    const slab = type.makeSlab(kOwn, buffer, 0, count);
    slab.end = count * type.stride;
    native.addSlab(type.id, slab);
    if (type.slabBytes < kLastSlabBytes) type.slabBytes *= 2;
    return slab;
  }

  // A slab with room may be offered twice: by `release`, and by C++ when a
  // collection begins while it is the current one.
  function takeOffered(type) {
    for (;;) {
      const slab = native.takeSlab(type.id);
      if (slab === undefined) return undefined;
      slab.isOffered = false;
      if (slab.top !== 0 || slab.next < slab.end) return slab;
    }
  }

  // A slab with a place for a record, `taken`, once the current slab's end is
  // reached. The current slab may be another at any time.
  function take(type) {
    let slab = type.current;
    if (slab.top === 0) {
      slab = takeOffered(type) ?? newSlab(type);
      type.current = slab;
    }
    if (slab.top === 0) {
      slab.taken = slab.next;
      slab.next += type.stride;
      return slab;
    }
    const at = slab.taken = slab.places[--slab.top] * type.stride;
    slab.freed--;
    const { words } = slab;
    const end = at + type.stride;
    for (let i = at; i < end; i++) words[i] = 0;
    return slab;
  }

  // Ends the record's place. `isShown`: a script has typed arrays over it.
  function release(type, slab, at, isShown) {
    if (slab.kind === kArray) return;
    slab.freed++;
    if (slab.kind === kArena) return;
    if (isShown || (slab.shown !== null && slab.shown.has(at))) return;
    if (slab.places === null) {
      try {
        slab.places = new Uint16Array(slab.capacity);
      } catch {
        return;  // No memory; the place ends with its slab.
      }
    }
    slab.places[slab.top++] = at / type.stride;
    if (!slab.isOffered && slab !== type.current && slab.top * kOfferedShare >= slab.capacity) {
      slab.isOffered = true;
      native.offerSlab(type.id, slab);
    }
  }

  function newArenaSlab(type, place) {
    const last = place.current;
    const isDead = last.words[0] === undefined;
    const most = (kLastSlabBytes / type.size) >>> 0;
    let count = isDead ? kFirstArenaRecords : 2 * last.capacity;
    if (count > most) count = most > 0 ? most : 1;
    const block = arenas.alloc(place.arena, count * type.size);
    const slab = type.makeSlab(kArena, TypedArrayPrototypeGetBuffer(block),
                               TypedArrayPrototypeGetByteOffset(block), count);
    TypedArrayPrototypeFill(slab.words, 0);  // An arena's blocks may hold earlier bytes.
    slab.end = count * type.stride;
    slab.previous = isDead ? null : last;
    place.current = slab;
    return slab;
  }

  function goneError(type, slab) {
    if (slab.kind === kArena) {
      return new TypeError(`this ${type.name} is freed: its arena was reset or disposed`);
    }
    if (slab.kind === kArray && slab !== type.none) {
      return new TypeError(`this ${type.name} is gone: the buffer of its array is detached`);
    }
    return new TypeError(`this ${type.name} is freed`);
  }

  // ------------------------------------------------- what generated code uses

  // Sets elements of `target`, a new typed array, as TypedArray.prototype.set
  // does; returns how many.
  function readElements(target, most, isBool, name, source) {
    if (!isObject(source)) throw wrongType(name, 'an array or a typed array', source);
    const { length } = source;
    if (!NumberIsInteger(length) || length < 0) {
      throw wrongType(name, 'an array or a typed array', source);
    }
    if (length > most) {
      throw new RangeError(`${name} must have at most ${most} elements, got ${length}`);
    }
    TypedArrayPrototypeSet(target, source);
    if (isBool) {
      for (let i = 0; i < length; i++) target[i] = target[i] !== 0 ? 1 : 0;
    }
    return length;
  }

  const initError = (init) => wrongType('init', 'an object', init);
  function unknownError(type, init, key) {
    if (!ObjectHasOwn(init, key)) return null;  // somebody else's, e.g. of Object.prototype
    return new TypeError(`init: ${type.name} has no field ${show(key)}`);
  }

  const callError = (type) => new TypeError(`${type.name} is a class: write new ${type.name}()`);

  const kParameters = {
    __proto__: null,
    BigIntAsIntN, BigIntAsUintN, SymbolDispose,
    take, release, goneError, readElements, isObject, initError, unknownError, callError,
    i8: Int8Array, u8: Uint8Array, i16: Int16Array, u16: Uint16Array, i32: Int32Array,
    u32: Uint32Array, i64: BigInt64Array, u64: BigUint64Array, f32: Float32Array, f64: Float64Array,
  };

  // ---------------------------------------------------------- type's members

  function describeSlabs(type, slabs) {
    const stats = { live: 0, slabs: 0, bytes: 0 };
    for (let i = 0; i < slabs.length; i++) {
      const slab = slabs[i];
      stats.live += slab.next / type.stride - slab.freed;
      stats.slabs++;
      stats.bytes += slab.capacity * type.size;
    }
    return stats;
  }

  function arenaSlabs(place) {
    const slabs = [];
    let slab = place.current;
    if (slab.words[0] === undefined) return slabs;
    for (; slab !== null; slab = slab.previous) {
      ObjectDefineProperty(slabs, slabs.length, { __proto__: null, value: slab });
    }
    return slabs;
  }

  // `make(bytes)` is a new buffer.
  function makeArray(type, length, make) {
    checkLength('length', length);
    const buffer = make(length * type.size);
    const storage = type.makeSlab(kArray, buffer, 0, length);
    return ObjectFreeze({
      length,
      at(i) {
        if (typeof i !== 'number') throw wrongType('i', 'a number', i);
        if (!(i >= 0 && i < length) || !NumberIsInteger(i)) {
          throw outOfRange('i', `a whole number from 0 to ${length - 1}`, i);
        }
        if (storage.words[0] === undefined) throw goneError(type, storage);
        return type.makeAt(storage, i);
      },
      buffer,
    });
  }

  function bytesOf(type, record) {
    if (!isObject(record) || !type.isRecord(record)) {
      throw wrongType('record', `a ${type.name}`, record);
    }
    const slab = type.slabOf(record);
    const at = type.placeOf(record);
    if (slab.words[at] === undefined) throw goneError(type, slab);
    if (slab.kind === kOwn) {
      if (slab.shown === null) slab.shown = new SafeSet();
      slab.shown.add(at);
    }
    return new Uint8Array(slab.buffer, slab.offset + at * type.alignment, type.size);
  }

  // How console shows a record: as an object of its fields.
  function addInspection(type, list) {
    const getters = { __proto__: null };
    for (let i = 0; i < list.length; i++) {
      const { name } = list[i];
      getters[name] = ObjectGetOwnPropertyDescriptor(type.Record.prototype, name).get;
    }
    ObjectDefineProperty(type.Record.prototype, SymbolFor('nodejs.util.inspect.custom'), {
      __proto__: null, writable: true, enumerable: false, configurable: true,
      value(depth, options, inspect) {
        if (!type.isRecord(this)) return this;
        const slab = type.slabOf(this);
        if (slab.words[type.placeOf(this)] === undefined) return `${type.name} {<freed>}`;
        const values = { __proto__: null };
        for (let i = 0; i < list.length; i++) {
          values[list[i].name] = ReflectApply(getters[list[i].name], this, []);
        }
        ObjectSetPrototypeOf(values, ObjectPrototype);
        return `${type.name} ${inspect(values, options)}`;
      },
    });
  }

  function inArena(type, arena) {
    if (!isObject(arena) || !arenas.isArena(arena)) throw wrongType('arena', 'an Arena', arena);
    const place = { arena, current: type.none };
    const Type = type.makeArenaType(place, newArenaSlab, ObjectSetPrototypeOf);
    ObjectDefineProperty(Type, 'prototype', {
      __proto__: null, value: type.Record.prototype, writable: false,
    });
    addMembers(type, Type, (bytes) => arenas.makeBuffer(arena, bytes), () => arenaSlabs(place));
    return Type;
  }

  function addMembers(type, target, make, slabs) {
    const define = (name, value) => ObjectDefineProperty(target, name, {
      __proto__: null, value, writable: false, enumerable: false, configurable: true,
    });
    define('name', type.name);
    define('length', 0);
    define('size', type.size);
    define('offsets', type.offsets);
    const methods = {
      array: (length) => makeArray(type, length, make),
      in: (arena) => inArena(type, arena),
      bytesOf: (record) => bytesOf(type, record),
      stats: () => describeSlabs(type, slabs()),
    };
    define('array', methods.array);
    define('in', methods.in);
    define('bytesOf', methods.bytesOf);
    define('stats', methods.stats);
  }

  // ---------------------------------------------------------------- the type

  return function struct(name, fields) {
    native ??= natives.startRecords();
    if (typeof name !== 'string') throw wrongType('name', 'a string', name);
    if (name === '') throw wrongType('name', 'a string that is not empty', name);
    const { fields: list, alignment, size } = layOut(readFields(fields));
    // Not like an object of the record's fields: V8 would take those for the same
    // kind of object, and give up on what it knows of their values.
    const offsets = { __proto__: null };
    for (let i = 0; i < list.length; i++) offsets[list[i].name] = list[i].offset;
    ObjectSetPrototypeOf(offsets, ObjectPrototype);

    const type = {
      name, size, alignment,
      id: 0,
      stride: size / alignment,  // places are counted in alignments
      slabBytes: kFirstSlabBytes,
      offsets: ObjectFreeze(offsets),
      noBuffer: kNoBuffer,
      current: null, none: null,
      // What the generated code adds.
      Record: null, makeSlab: null, makeAt: null, makeArenaType: null,
      isRecord: null, slabOf: null, placeOf: null,
    };
    type.id = native.newType(type);
    const { parameters, text } = generate(type, list);
    const values = [type];
    for (let i = 1; i < parameters.length; i++) {
      ObjectDefineProperty(values, i, { __proto__: null, value: kParameters[parameters[i]] });
    }
    ReflectApply(native.compile(name, text, parameters), undefined, values);
    const { Record } = type;
    for (let i = 0; i < list.length; i++) {
      ObjectDefineProperty(Record.prototype, list[i].name, { __proto__: null, enumerable: true });
    }
    addInspection(type, list);
    addMembers(type, Record, (bytes) => makeBuffer(type, native.makeArrayBuffer, bytes),
               () => native.slabsOf(type.id));
    return Record;
  };
})
