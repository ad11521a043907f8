// Errors about arguments and memory, as all our globals throw them: each names
// the parameter and the value.
(function (natives) {
  'use strict';

  const {
    NumberIsInteger, ObjectDefineProperty, RangeError, String, StringPrototypeSlice, TypeError,
  } = natives.requireInternal('primordials');

  function show(value) {
    switch (typeof value) {
      case 'string':
        return value.length > 40 ? `'${StringPrototypeSlice(value, 0, 40)}...'` : `'${value}'`;
      case 'bigint': return `${value}n`;
      case 'object': return value === null ? 'null' : 'an object';
      case 'function': return 'a function';
      default: return String(value);
    }
  }

  const wrongType = (name, wanted, value) =>
    new TypeError(`${name} must be ${wanted}, got ${show(value)}`);
  const outOfRange = (name, wanted, value) =>
    new RangeError(`${name} must be ${wanted}, got ${show(value)}`);

  // A count, or a size in bytes.
  function checkLength(name, value) {
    if (typeof value !== 'number') throw wrongType(name, 'a number', value);
    if (!NumberIsInteger(value) || value < 0) {
      throw outOfRange(name, 'a whole number from 0', value);
    }
  }

  // Whatever a script did to the setters of a prototype.
  function addProperty(object, name, value) {
    ObjectDefineProperty(object, name, {
      __proto__: null, value, writable: true, enumerable: true, configurable: true,
    });
  }

  // `limit` tells which one, `requested` is bytes.
  function memoryError(limit, requested, message) {
    const error = new RangeError(message);
    addProperty(error, 'code', 'ERR_MEMORY_LIMIT');
    addProperty(error, 'limit', limit);
    addProperty(error, 'requested', requested);
    return error;
  }

  return { __proto__: null, addProperty, checkLength, memoryError, outOfRange, show, wrongType };
})
