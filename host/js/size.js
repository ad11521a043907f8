// Sizes as scripts give them: bytes, or text such as '64KiB'.
(function (natives) {
  'use strict';

  const { NumberIsInteger } = natives.requireInternal('primordials');
  const { outOfRange, wrongType } = natives.requireInternal('errors');

  // The bytes that a Size stands for, Infinity among them. `wanted` is what the
  // error says of a number that is none.
  function toSize(name, value, wanted) {
    if (typeof value === 'string') {
      const bytes = natives.parseSize(value);
      if (bytes < 0) throw wrongType(name, "a size such as 65536 or '64KiB'", value);
      return bytes;
    }
    if (typeof value !== 'number') throw wrongType(name, "a size such as 65536 or '64KiB'", value);
    if (value !== Infinity && !(NumberIsInteger(value) && value >= 0)) {
      throw outOfRange(name, wanted, value);
    }
    return value;
  }

  return { __proto__: null, toSize };
})
