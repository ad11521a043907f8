// What LinearMemory's methods accept, and the errors that answer anything else.
(function (natives) {
  'use strict';

  const {
    ArrayIsArray, NumberIsInteger, RangeError, String, StringPrototypeSlice, TypeError,
  } = natives.requireInternal('primordials');
  const { addProperty, memoryError } = natives.requireInternal('errors');

  function show(value) {
    switch (typeof value) {
      case 'string':
        return value.length > 40 ? `'${StringPrototypeSlice(value, 0, 40)}...'` : `'${value}'`;
      case 'bigint': return `${value}n`;
      case 'object':
        if (value === null) return 'null';
        return ArrayIsArray(value) ? 'an array' : 'an object';
      case 'function': return 'a function';
      default: return String(value);
    }
  }

  const wrongType = (name, wanted, value) =>
    new TypeError(`${name} must be ${wanted}, got ${show(value)}`);
  const outOfRange = (name, wanted, value) =>
    new RangeError(`${name} must be ${wanted}, got ${show(value)}`);

  function checkLength(name, value) {
    if (typeof value === 'number' && (value >>> 0) === value) return;  // the usual case
    if (typeof value !== 'number') throw wrongType(name, 'a number of bytes', value);
    if (!NumberIsInteger(value) || value < 0) {
      throw outOfRange(name, 'a whole number from 0', value);
    }
  }

  function checkFunction(name, value) {
    if (typeof value !== 'function') throw wrongType(name, 'a function', value);
  }

  function checkString(name, value) {
    if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  }

  // The bytes that a Size stands for.
  function toSize(name, value) {
    let bytes = value;
    if (typeof value === 'string') bytes = natives.parseSize(value);
    if (typeof bytes !== 'number' || (typeof value === 'string' && bytes < 0)) {
      throw wrongType(name, "a size such as 65536 or '64KiB'", value);
    }
    if (!NumberIsInteger(bytes) || bytes < 0) {
      throw outOfRange(name, 'a whole number from 0', value);
    }
    return bytes;
  }

  return {
    __proto__: null,
    addProperty, checkFunction, checkLength, checkString, memoryError, outOfRange, show, toSize,
    wrongType,
  };
})
