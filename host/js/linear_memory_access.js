// Reading and writing a LinearMemory: single values, C strings.
//
// The functions that end in Now are for the usual case, one aligned value in
// bounds, and say when it isn't that: they are a few instructions when
// compiled. The others take any case and throw what is wrong. Bytes are
// little-endian, as wasm's are.
(function (natives) {
  'use strict';

  const {
    ArrayIsArray, BigInt, DataViewPrototypeGetBigInt64, DataViewPrototypeGetBigUint64,
    DataViewPrototypeGetFloat32, DataViewPrototypeGetFloat64, DataViewPrototypeGetInt16,
    DataViewPrototypeGetInt32, DataViewPrototypeGetInt8, DataViewPrototypeGetUint16,
    DataViewPrototypeGetUint32, DataViewPrototypeGetUint8, DataViewPrototypeSetBigInt64,
    DataViewPrototypeSetFloat32, DataViewPrototypeSetFloat64, DataViewPrototypeSetInt16,
    DataViewPrototypeSetInt32, DataViewPrototypeSetInt8, NumberIsSafeInteger,
    TypedArrayPrototypeIndexOf,
  } = natives.requireInternal('primordials');
  const { addProperty, outOfRange, wrongType } = natives.requireInternal('linear_memory_arguments');

  // ------------------------------------------------------------ conversions

  function toNumber(value) {
    if (typeof value !== 'number') throw wrongType('value', 'a number', value);
    return value;
  }

  function toBigInt(value) {
    if (typeof value === 'bigint') return value;
    if (typeof value !== 'number') throw wrongType('value', 'a bigint or a whole number', value);
    if (!NumberIsSafeInteger(value)) {
      throw outOfRange('value', 'a bigint or a whole number up to 2^53', value);
    }
    return BigInt(value);
  }

  function toBit(value) {
    if (typeof value !== 'boolean' && typeof value !== 'number') {
      throw wrongType('value', 'a boolean or a number', value);
    }
    return value ? 1 : 0;
  }

  // ------------------------------------------------------------------ types

  const setInt8 = (data, at, value) => DataViewPrototypeSetInt8(data, at, toNumber(value));
  const setInt16 = (data, at, value) => DataViewPrototypeSetInt16(data, at, toNumber(value), true);
  const setInt32 = (data, at, value) => DataViewPrototypeSetInt32(data, at, toNumber(value), true);
  const setInt64 = (data, at, value) =>
    DataViewPrototypeSetBigInt64(data, at, toBigInt(value), true);

  const kTypes = {
    __proto__: null,
    i8: { bytes: 1, get: (data, at) => DataViewPrototypeGetInt8(data, at), set: setInt8 },
    u8: { bytes: 1, get: (data, at) => DataViewPrototypeGetUint8(data, at), set: setInt8 },
    bool: {
      bytes: 1,
      get: (data, at) => DataViewPrototypeGetUint8(data, at) === 0 ? 0 : 1,
      set: (data, at, value) => DataViewPrototypeSetInt8(data, at, toBit(value)),
    },
    i16: { bytes: 2, get: (data, at) => DataViewPrototypeGetInt16(data, at, true), set: setInt16 },
    u16: { bytes: 2, get: (data, at) => DataViewPrototypeGetUint16(data, at, true), set: setInt16 },
    i32: { bytes: 4, get: (data, at) => DataViewPrototypeGetInt32(data, at, true), set: setInt32 },
    u32: { bytes: 4, get: (data, at) => DataViewPrototypeGetUint32(data, at, true), set: setInt32 },
    i64: {
      bytes: 8, get: (data, at) => DataViewPrototypeGetBigInt64(data, at, true), set: setInt64,
    },
    u64: {
      bytes: 8, get: (data, at) => DataViewPrototypeGetBigUint64(data, at, true), set: setInt64,
    },
    f32: {
      bytes: 4, get: (data, at) => DataViewPrototypeGetFloat32(data, at, true),
      set: (data, at, value) => DataViewPrototypeSetFloat32(data, at, toNumber(value), true),
    },
    f64: {
      bytes: 8, get: (data, at) => DataViewPrototypeGetFloat64(data, at, true),
      set: (data, at, value) => DataViewPrototypeSetFloat64(data, at, toNumber(value), true),
    },
  };

  function typeOf(space, name) {
    if (name === '*') return space.is64 ? kTypes.u64 : kTypes.u32;
    const type = typeof name === 'string' ? kTypes[name] : undefined;
    if (type === undefined) {
      throw wrongType('type', "one of 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', " +
                      "'f32', 'f64', 'bool', '*'", name);
    }
    return type;
  }

  // ------------------------------------------------------------ peek, poke

  // The address of `bytes` bytes in bounds.
  function addressOf(space, pointer, bytes) {
    const address = space.toAddress(pointer);
    const length = space.byteLength;
    if (!(address + bytes <= length)) {
      throw outOfRange('pointer', `at most ${length - bytes} for ${bytes} bytes of ` +
                       `${length}`, pointer);
    }
    return address;
  }

  function peekEach(space, pointers, type) {
    const values = [];
    for (let i = 0; i < pointers.length; i++) {
      const at = addressOf(space, pointers[i], type.bytes);
      addProperty(values, i, type.get(space.data, at));
    }
    return values;
  }

  function peek(space, pointer, typeName) {
    const type = typeOf(space, typeName);
    if (ArrayIsArray(pointer)) return peekEach(space, pointer, type);
    const at = addressOf(space, pointer, type.bytes);
    return type.get(space.data, at);
  }

  // A function whose receiver is the space. One argument is a pointer or an
  // array of them; several are pointers. Called with ReflectApply(f, space,
  // arguments), for which the caller needs no object when it is compiled.
  const peekAll = (typeName) => function (...pointers) {
    if (pointers.length < 2) return peek(this, pointers[0], typeName);
    return peekEach(this, pointers, typeOf(this, typeName));
  };

  const peekAll8 = peekAll('i8');
  const peekAll16 = peekAll('i16');
  const peekAll32 = peekAll('i32');
  const peekAll64 = peekAll('i64');
  const peekAll32f = peekAll('f32');
  const peekAll64f = peekAll('f64');
  const peekAllPtr = peekAll('*');

  function poke(space, pointer, value, typeName) {
    const type = typeOf(space, typeName);
    if (!ArrayIsArray(pointer)) {
      const at = addressOf(space, pointer, type.bytes);
      type.set(space.data, at, value);
      return;
    }
    for (let i = 0; i < pointer.length; i++) {
      const at = addressOf(space, pointer[i], type.bytes);
      type.set(space.data, at, value);
    }
  }

  // ---------------------------------------------------------- the usual case

  // -1 unless it is the index of an element of 2^log bytes. Of an array that is
  // too short, and so also of a detached one, the element is undefined.
  function indexOf(pointer, log) {
    if (typeof pointer === 'number' && (pointer >>> 0) === pointer &&
        (pointer & ((1 << log) - 1)) === 0) {
      return pointer >>> log;
    }
    return -1;
  }

  // Each access is written out: where types share one, V8 compiles it for all
  // of them.

  // Undefined when it isn't the usual case.
  function peekNow(space, pointer, type) {
    switch (type) {
      case 'i8': return space.i8[indexOf(pointer, 0)];
      case 'u8': return space.u8[indexOf(pointer, 0)];
      case 'i16': return space.i16[indexOf(pointer, 1)];
      case 'u16': return space.u16[indexOf(pointer, 1)];
      case 'i32': return space.i32[indexOf(pointer, 2)];
      case 'u32': return space.u32[indexOf(pointer, 2)];
      case 'f32': return space.f32[indexOf(pointer, 2)];
      case 'f64': return space.f64[indexOf(pointer, 3)];
      case 'i64': return space.i64[indexOf(pointer, 3)];
      case '*': return space.is64 ? undefined : space.u32[indexOf(pointer, 2)];
      default: return undefined;
    }
  }

  // Whether it was the usual case.
  function pokeNow(space, pointer, value, type) {
    if (typeof value !== 'number') return false;
    switch (type) {
      case 'i8': case 'u8': return poke8Now(space.i8, indexOf(pointer, 0), value);
      case 'i16': case 'u16': return poke16Now(space.i16, indexOf(pointer, 1), value);
      case '*': if (space.is64) return false;  // falls through
      case 'i32': case 'u32': return poke32Now(space.i32, indexOf(pointer, 2), value);
      case 'f32': return poke32fNow(space.f32, indexOf(pointer, 2), value);
      case 'f64': return poke64fNow(space.f64, indexOf(pointer, 3), value);
      default: return false;
    }
  }

  function poke8Now(view, index, value) {
    if (typeof value !== 'number' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  function poke16Now(view, index, value) {
    if (typeof value !== 'number' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  function poke32Now(view, index, value) {
    if (typeof value !== 'number' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  function poke32fNow(view, index, value) {
    if (typeof value !== 'number' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  function poke64fNow(view, index, value) {
    if (typeof value !== 'number' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  function poke64Now(view, index, value) {
    if (typeof value !== 'bigint' || view[index] === undefined) return false;
    view[index] = value;
    return true;
  }

  // -------------------------------------------------------------- C strings

  // A null pointer gives null.
  function readCString(space, pointer) {
    const address = space.toAddress(pointer);
    if (address === 0) return null;
    addressOf(space, pointer, 1);
    const end = TypedArrayPrototypeIndexOf(space.u8, 0, address);
    if (end < 0) {
      throw outOfRange('pointer', 'that of a string which ends with a NUL in the memory', pointer);
    }
    return natives.readUtf8(space.buffer, address, end - address);
  }

  function writeCString(space, address, bytes, text) {
    if (bytes !== 0) natives.writeUtf8(space.buffer, address, bytes, text);
  }

  return {
    __proto__: null,
    indexOf, peek, peekAll16, peekAll32, peekAll32f, peekAll64, peekAll64f, peekAll8, peekAllPtr,
    peekNow, poke, poke16Now, poke32Now, poke32fNow, poke64Now, poke64fNow, poke8Now, pokeNow,
    readCString, writeCString,
  };
})
