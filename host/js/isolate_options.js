// What isolate.run, isolate.eval and Worker accept, checked, in the shape that
// C++ reads (host/globals/isolate_start.cc).
(function (natives) {
  'use strict';

  const {
    ArrayIsArray, ObjectDefineProperty, TypeError,
  } = natives.requireInternal('primordials');
  const { outOfRange, wrongType } = natives.requireInternal('errors');
  const { toSize } = natives.requireInternal('size');

  const kLimits = ['jsHeap', 'young', 'initial', 'code', 'stack', 'buffers', 'total'];

  function checkObject(name, value) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      throw wrongType(name, 'an object', value);
    }
  }

  const kNone = { __proto__: null };
  function toOptions(options) {
    if (options === undefined) return kNone;
    checkObject('options', options);
    return options;
  }

  function checkString(name, value) {
    if (typeof value !== 'string') throw wrongType(name, 'a string', value);
    return value;
  }

  function readLimits(limits) {
    const read = { __proto__: null };
    if (limits === undefined) return read;
    checkObject('limits', limits);
    for (let i = 0; i < kLimits.length; i++) {
      const name = kLimits[i];
      const value = limits[name];
      if (value !== undefined) {
        read[name] = toSize(`limits.${name}`, value, 'a whole number from 0, or Infinity');
      }
    }
    return read;
  }

  function readArgs(args) {
    const read = [];
    if (args === undefined) return read;
    if (!ArrayIsArray(args)) throw wrongType('args', 'an array of strings', args);
    for (let i = 0; i < args.length; i++) {
      ObjectDefineProperty(read, i, {
        __proto__: null, value: checkString(`args[${i}]`, args[i]),
        writable: true, enumerable: true, configurable: true,
      });
    }
    return read;
  }

  // A path, or a URL object's text.
  function readScript(script) {
    const text = typeof script === 'object' && script !== null ? script.href : script;
    if (typeof text !== 'string') throw wrongType('script', 'a path or a URL', script);
    for (let i = 0; i < text.length; i++) {
      if (text[i] === '\0') throw wrongType('script', 'a path, which has no NUL character', text);
    }
    return text;
  }

  function readTimeout(timeout) {
    if (timeout === undefined) return undefined;
    if (typeof timeout !== 'number') throw wrongType('timeout', 'a number of milliseconds', timeout);
    if (!(timeout >= 0)) throw outOfRange('timeout', 'a number of milliseconds from 0', timeout);
    return timeout;
  }

  function oneOf(name, value, choices) {
    if (value === undefined) return undefined;
    checkString(name, value);
    let text = '';
    for (let i = 0; i < choices.length; i++) {
      if (value === choices[i]) return value;
      text += `${i === 0 ? '' : ' or '}'${choices[i]}'`;
    }
    throw new TypeError(`${name} must be ${text}, got '${value}'`);
  }

  // What all three have in common.
  function readCommon(options) {
    return {
      __proto__: null,
      limits: readLimits(options.limits),
      allocator: options.allocator === undefined ? ''
        : checkString('allocator', options.allocator),
      args: readArgs(options.args),
    };
  }

  return {
    __proto__: null,
    checkString, oneOf, readCommon, readScript, readTimeout, toOptions,
  };
})
